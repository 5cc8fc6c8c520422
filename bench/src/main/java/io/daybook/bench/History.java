package io.daybook.bench;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.ledger.Account;
import io.daybook.ledger.Book;
import io.daybook.ledger.HashChain;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Submission;
import io.daybook.ledger.Transaction;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Fills a ledger with a past, as if all of it had come through the queue: decided by the same rules, chained by the same
 * hashes, and written by {@code COPY}.
 */
final class History {
    private static final Duration SPAN = Duration.ofDays(365);
    private static final int CHUNK = 100;
    private static final int COPIED_AT_ONCE = 20_000;
    private static final int KEPT_IDS_MAX = 1_000;
    private static final String CALLER = "bench";

    private final Connection database;
    private final String ledgerId;
    private final Ledgers ledger;
    private final CopyManager copies;
    private final SplittableRandom random = new SplittableRandom(7);

    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, Long> keys = new HashMap<>();
    private final List<UUID> kept = new ArrayList<>();
    private final StringBuilder operationRows = new StringBuilder();
    private final StringBuilder transactionRows = new StringBuilder();
    private final StringBuilder postingRows = new StringBuilder();
    private int ledgerKey;
    private long operations;
    private int buffered;

    /** @param ledger one, open and without accounts */
    History(Connection database, Ledgers ledger) throws SQLException {
        this.database = database;
        this.ledger = ledger;
        this.ledgerId = ledger.ids().getFirst();
        this.copies = database.unwrap(PGConnection.class).getCopyAPI();
    }

    /** @param postings two for each operation */
    History load(long postings) throws SQLException, IOException {
        openAccounts();
        var count = postings / 2;
        var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        var head = new Book.Head(Daybook.TENANT, ledgerId, true, List.of(), 0, HashChain.genesis(), null);
        var funding = ledger.funding();
        while (operations < count) {
            var at = now.minus(SPAN)
                    .plusMillis(operations * SPAN.toMillis() / count)
                    .truncatedTo(ChronoUnit.MICROS);
            var chunk = new ArrayList<Submission>();
            while (chunk.size() < CHUNK && operations + chunk.size() < count) {
                var place = operations + chunk.size();
                chunk.add(submission(place < funding.size() ? funding.get((int) place) : ledger.command(), at));
            }
            var book = new Book(
                    head,
                    chunk.stream()
                            .flatMap(submission -> submission.accounts().stream())
                            .distinct()
                            .map(accounts::get)
                            .filter(Objects::nonNull)
                            .toList(),
                    List.of(),
                    at);
            for (var submission : chunk) {
                if (!(book.apply(submission).outcome() instanceof Outcome.Succeeded)) {
                    throw new IllegalStateException("refused: " + submission);
                }
            }
            book.touched().forEach(account -> accounts.put(account.id(), account));
            for (var i = 0; i < chunk.size(); i++) {
                write(chunk.get(i), book.transactions().get(i), at);
            }
            operations += chunk.size();
            head = book.head();
        }
        copy();
        close(head);
        return this;
    }

    private void openAccounts() throws SQLException {
        try (var select = database.prepareStatement("select ledger_key from ledger where ledger_id = ?")) {
            select.setString(1, ledgerId);
            try (var row = select.executeQuery()) {
                row.next();
                ledgerKey = row.getInt(1);
            }
        }
        var all = new ArrayList<>(ledger.accounts());
        var external = "external:" + Ledgers.CURRENCY;
        all.add(external);
        try (var insert = database.prepareStatement("""
                insert into account (ledger_key, account_id, currency, scale, type, minimum_balance, created_at)
                select ?, id, ?, 2, case when id = ? then 'equity' else 'liability' end,
                    case when id = ? then null else 0 end, now() - interval '366 days'
                from unnest(?::text[]) as new (id)
                returning account_id, account_key
                """)) {
            insert.setInt(1, ledgerKey);
            insert.setString(2, Ledgers.CURRENCY);
            insert.setString(3, external);
            insert.setString(4, external);
            insert.setArray(5, database.createArrayOf("text", all.toArray()));
            try (var rows = insert.executeQuery()) {
                while (rows.next()) {
                    keys.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        var zero = Amount.zero(2);
        for (var id : all) {
            var floor = id.equals(external) ? null : zero;
            accounts.put(id, new Account(id, Ledgers.CURRENCY, 2, AccountStatus.ACTIVE, floor, zero, zero));
        }
    }

    private Submission submission(Command command, Instant at) {
        return new Submission(
                DaybookId.next(Daybook.TENANT, ledgerId, at.toEpochMilli()),
                UUID.randomUUID().toString(),
                Codec.fingerprint(command.kind(), Ledgers.CODEC.canonical(command)),
                CALLER,
                command);
    }

    private void write(Submission submission, Transaction transaction, Instant at) throws SQLException, IOException {
        var kind = submission.command().kind();
        var request = new String(Ledgers.CODEC.canonical(submission.command()), StandardCharsets.UTF_8);
        row(
                operationRows,
                ledgerKey,
                submission.operationId(),
                kind,
                "succeeded",
                2,
                1,
                submission.idempotencyKey(),
                bytes(submission.fingerprint()),
                CALLER,
                request,
                transaction.sequence(),
                at,
                at,
                at);
        row(
                transactionRows,
                ledgerKey,
                transaction.sequence(),
                transaction.id(),
                transaction.operationId(),
                kind,
                transaction.at(),
                transaction.caller(),
                bytes(transaction.fingerprint()),
                bytes(transaction.hash()));
        var line = 1;
        for (var entry : transaction.entries()) {
            row(
                    postingRows,
                    ledgerKey,
                    transaction.sequence(),
                    line++,
                    keys.get(entry.accountId()),
                    entry.amount(),
                    entry.balanceAfter());
        }
        if (kept.size() < KEPT_IDS_MAX) {
            kept.add(submission.operationId());
        } else if (random.nextInt(100) == 0) {
            kept.set(random.nextInt(KEPT_IDS_MAX), submission.operationId());
        }
        if (++buffered == COPIED_AT_ONCE) {
            copy();
        }
    }

    private static void row(StringBuilder rows, Object... values) {
        for (var i = 0; i < values.length; i++) {
            rows.append(i == 0 ? "" : "\t").append(values[i]);
        }
        rows.append('\n');
    }

    private static String bytes(byte[] bytes) {
        return "\\\\x" + HexFormat.of().formatHex(bytes);
    }

    private void copy() throws SQLException, IOException {
        copy(
                "operation (ledger_key, operation_id, kind, status, version, attempts, idempotency_key, fingerprint,"
                        + " caller, request, sequence, created_at, updated_at, completed_at)",
                operationRows);
        copy(
                "transaction (ledger_key, sequence, transaction_id, operation_id, kind, at, caller, fingerprint, hash)",
                transactionRows);
        copy("posting (ledger_key, sequence, line, account_key, amount, balance_after)", postingRows);
        buffered = 0;
    }

    private void copy(String table, StringBuilder rows) throws SQLException, IOException {
        copies.copyIn("copy " + table + " from stdin", new StringReader(rows.toString()));
        rows.setLength(0);
    }

    private void close(Book.Head head) throws SQLException {
        try (var update = database.prepareStatement("""
                update account a set balance = new.balance
                from unnest(?::bigint[], ?::numeric[]) as new (account_key, balance)
                where a.account_key = new.account_key
                """)) {
            var all = List.copyOf(accounts.values());
            update.setArray(
                    1,
                    database.createArrayOf(
                            "bigint",
                            all.stream().map(account -> keys.get(account.id())).toArray()));
            update.setArray(
                    2,
                    database.createArrayOf(
                            "numeric",
                            all.stream()
                                    .map(account -> account.balance().value())
                                    .toArray(BigDecimal[]::new)));
            update.executeUpdate();
        }
        try (var update = database.prepareStatement("""
                update ledger set last_sequence = ?, last_hash = ?, last_at = ?::timestamptz where ledger_key = ?
                """)) {
            update.setLong(1, head.sequence());
            update.setBytes(2, head.hash());
            update.setString(3, head.at().toString());
            update.setInt(4, ledgerKey);
            update.executeUpdate();
        }
    }

    /** How many operations there are. */
    long operations() {
        return operations;
    }

    /** Some of the operations, from any time. */
    List<UUID> some() {
        return kept;
    }

    /** Any time that it covers. */
    Instant anyTime() {
        return Instant.now().minusSeconds(random.nextLong(SPAN.toSeconds()));
    }
}
