package io.daybook.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.contract.AccountResource;
import io.daybook.contract.AccountStatus;
import io.daybook.contract.AccountType;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.ledger.Book;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.Submission;
import io.micronaut.serde.ObjectMapper;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The tables on a real PostgreSQL, one for all tests; each fixture is a ledger of its own. */
final class StoreFixture {
    static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123456Z");
    static final Codec CODEC = new Codec(ObjectMapper.getDefault());
    static final LedgerTable LEDGERS = new LedgerTable(CODEC);
    static final AccountTable ACCOUNTS = new AccountTable(CODEC);
    static final OperationTable OPERATIONS = new OperationTable(CODEC, Duration.ofDays(400));
    static final TransactionTable TRANSACTIONS = new TransactionTable();
    static final DataSource DATA_SOURCE = start();
    static final Database DATABASE = new Database(DATA_SOURCE);

    private static final AtomicInteger LEDGER_IDS = new AtomicInteger();

    final String tenant;
    final String ledgerId = "ledger-" + LEDGER_IDS.incrementAndGet();
    final int key;

    StoreFixture() {
        this("acme");
    }

    StoreFixture(String tenant) {
        this.tenant = tenant;
        this.key = DATABASE.transaction(connection -> {
            LEDGERS.insertUnopened(connection, tenant, ledgerId);
            var row = LEDGERS.lock(connection, tenant, ledgerId).orElseThrow();
            LEDGERS.open(connection, row.key(), resource());
            return row.key();
        });
    }

    private static DataSource start() {
        try {
            var server =
                    EmbeddedPostgres.builder().setLocaleConfig("locale", "C").start();
            Flyway.configure().dataSource(server.getPostgresDatabase()).load().migrate();
            var config = new HikariConfig();
            config.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
            config.setAutoCommit(false);
            config.setMaximumPoolSize(5);
            return new HikariDataSource(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LedgerResource resource() {
        return LedgerResource.opened(ledgerId, "Ünïted 🪙", List.of(new Asset("gold.oz", 18)), "continue", NOW);
    }

    StoreFixture account(String id) {
        return account(id, "EUR", 2, "0.00");
    }

    StoreFixture account(String id, String currency, int scale, String floor) {
        insert(id, currency, scale, floor, Map.of());
        return this;
    }

    void insert(String id, String currency, int scale, String floor, Map<String, String> metadata) {
        var account = new AccountResource(
                ledgerId,
                id,
                currency,
                AccountType.LIABILITY,
                AccountStatus.ACTIVE,
                floor == null ? null : Amount.of(floor),
                Amount.zero(scale),
                Amount.zero(scale),
                Amount.zero(scale),
                new TreeMap<>(metadata),
                NOW);
        DATABASE.transaction(connection -> {
            ACCOUNTS.insert(connection, key, account, scale);
            return null;
        });
    }

    Submission submit(String key, Command command) {
        return new Submission(
                DaybookId.next(tenant, ledgerId, NOW.toEpochMilli()),
                key,
                Codec.fingerprint(command.kind(), CODEC.canonical(command)),
                "carol",
                command);
    }

    List<OperationTable.Row> apply(Submission... submissions) {
        return DATABASE.transaction(connection -> apply(connection, List.of(submissions)));
    }

    /** As the processor does it. */
    List<OperationTable.Row> apply(Connection connection, List<Submission> submissions) throws SQLException {
        var ledger = LEDGERS.lock(connection, tenant, ledgerId).orElseThrow();
        var known = OPERATIONS.known(
                connection,
                key,
                submissions.stream().map(Submission::operationId).toList(),
                submissions.stream().map(Submission::idempotencyKey).toList(),
                submissions.stream()
                        .map(one -> one.command().referenceId())
                        .filter(Objects::nonNull)
                        .toList());
        var loaded = ACCOUNTS.find(
                connection,
                key,
                submissions.stream()
                        .flatMap(one -> one.accounts().stream())
                        .distinct()
                        .toList());
        var book = new Book(
                ledger.head(),
                loaded.stream().map(AccountTable.Row::account).toList(),
                known.stream().map(OperationTable.Row::recorded).toList(),
                NOW);
        var rows = new ArrayList<OperationTable.Row>();
        for (var submission : submissions) {
            rows.add(row(submission, book.apply(submission)));
        }
        var keys = new HashMap<String, Long>();
        loaded.forEach(row -> keys.put(row.account().id(), row.key()));
        var made = book.touched().stream()
                .filter(account -> !keys.containsKey(account.id()))
                .toList();
        keys.putAll(ACCOUNTS.insertReserved(connection, key, made, NOW));
        TRANSACTIONS.insert(connection, key, book.transactions(), keys);
        ACCOUNTS.updateBalances(connection, book.touched(), keys);
        LEDGERS.advance(connection, key, book.head());
        OPERATIONS.write(connection, key, rows);
        return rows;
    }

    OperationTable.Row row(Submission submission, Recorded recorded) {
        var pending = Operation.pending(
                submission.operationId(),
                ledgerId,
                submission.idempotencyKey(),
                submission.command(),
                CODEC.tree(submission.command()),
                NOW.minusSeconds(1));
        var decided = switch (recorded.outcome()) {
            case Outcome.Succeeded done ->
                pending.decided(
                        OperationStatus.SUCCEEDED,
                        2,
                        1,
                        done.result(),
                        null,
                        recorded.duplicateOf(),
                        NOW,
                        Duration.ofDays(400));
            case Outcome.Undecided undecided ->
                pending.decided(
                        undecided.status(), 2, 1, null, null, recorded.duplicateOf(), NOW, Duration.ofDays(400));
            case Outcome.Failed failed ->
                pending.decided(
                        OperationStatus.FAILED,
                        2,
                        1,
                        null,
                        failed.problem(),
                        recorded.duplicateOf(),
                        NOW,
                        Duration.ofDays(400));
        };
        return new OperationTable.Row(tenant, decided, recorded.fingerprint(), submission.caller());
    }

    static Command deposit(String account, String amount, String currency, String reference) {
        return new Command.Deposit(account, Amount.of(amount), currency, reference, null, Map.of());
    }

    static Command withdrawal(String account, String amount, String reference) {
        return new Command.Withdrawal(account, Amount.of(amount), "EUR", reference, null, Map.of());
    }

    static Command journal(String... lines) {
        return new Command.Journal(
                Arrays.stream(lines)
                        .map(line -> line.split(" "))
                        .map(line -> new Command.Journal.Line(line[0], Amount.of(line[1]), "EUR"))
                        .toList(),
                null,
                null,
                Map.of());
    }

    static <T> T read(Database.Work<T> work) {
        return DATABASE.snapshot(work);
    }

    static void execute(String sql, Object... parameters) {
        DATABASE.transaction(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                for (var i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return statement.executeUpdate();
            }
        });
    }

    static String value(String sql, Object... parameters) {
        return read(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                for (var i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return Rows.list(statement, row -> row.getString(1)).getFirst();
            }
        });
    }
}
