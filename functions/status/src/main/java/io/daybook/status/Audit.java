package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.StepName;
import io.daybook.ledger.HashChain;
import io.daybook.ledger.Transaction;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.HoldTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.TransactionTable;
import io.micronaut.context.annotation.Value;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Recomputes a ledger's books from its postings: the chain of hashes, the sum of every transaction, the balance behind
 * every posting, and in the end the balances of the accounts, what is held on them and the end of the chain. It believes nothing that it can
 * compute.
 */
@Singleton
final class Audit {
    private static final int PAGE = 1_000;
    private static final int BREAKS_MAX = 100;

    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final TransactionTable transactions;
    private final OperationTable operations;
    private final HoldTable holds;
    private final Codec codec;
    private final Clock clock;
    private final int transactionsMax;

    Audit(
            Database database,
            LedgerTable ledgers,
            AccountTable accounts,
            TransactionTable transactions,
            OperationTable operations,
            HoldTable holds,
            Codec codec,
            Clock clock,
            @Value("${daybook.audit.transactions-max}") int transactionsMax) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.transactions = transactions;
        this.operations = operations;
        this.holds = holds;
        this.codec = codec;
        this.clock = clock;
        this.transactionsMax = transactionsMax;
    }

    /**
     * What was recomputed.
     *
     * @param firstSequence the first transaction that was looked at; 0 if there was none
     * @param head the hash of the last one
     * @param balances the sum of all balances by currency, zero when the books hold; in the last report only
     * @param next behind which transaction to go on; {@code null} in the last report
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Report(
            String ledgerId,
            boolean holds,
            long transactions,
            long postings,
            int accounts,
            long firstSequence,
            long lastSequence,
            String head,
            Map<String, Amount> balances,
            Instant checkedAt,
            List<Break> breaks,
            Long next) {}

    /** Where the books break: in a transaction, an account, or both. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Break(Long sequence, String accountId, String check, String detail) {}

    /** @param after the number of a transaction that another report ended with, or 0 */
    Report of(LedgerTable.Row ledger, long after) {
        return database.snapshot(connection -> new Run(connection, ledger, after).report());
    }

    /** One look at the books, as they are at one moment. */
    private final class Run {
        private final Connection connection;
        private final LedgerTable.Row ledger;
        private final long after;
        private final List<Break> breaks = new ArrayList<>();
        private final Map<String, Amount> balances;
        private long last;
        private byte[] head;
        private long seen;
        private long postings;
        private UUID operationsSeen = OperationTable.LEAST;

        Run(Connection connection, LedgerTable.Row ledger, long after) throws SQLException {
            this.connection = connection;
            this.ledger = ledgers.find(
                            connection, ledger.head().tenant(), ledger.head().ledgerId())
                    .orElseThrow();
            this.after = after;
            this.last = after;
            this.head = HashChain.genesis();
            this.balances =
                    after == 0 ? new HashMap<>() : transactions.balancesAfter(connection, this.ledger.key(), after);
            if (after > 0) {
                transactions.list(connection, this.ledger.key(), after - 1, 1).stream()
                        .filter(transaction -> transaction.sequence() == after)
                        .findFirst()
                        .ifPresentOrElse(
                                transaction -> {
                                    head = transaction.hash();
                                    operationsSeen = transaction.operationId();
                                },
                                () -> broken(after, null, "sequence", "there is no transaction with this number"));
            }
        }

        Report report() throws SQLException {
            var page = List.<Transaction>of();
            do {
                page = page();
                page.forEach(this::check);
                checkOperations(page);
            } while (page.size() == PAGE && seen < transactionsMax);
            var more = page.size() == PAGE;
            checkOperationsBesides(more ? page.getLast().operationId() : OperationTable.GREATEST);
            var sums = more ? null : checkEnd();
            return new Report(
                    ledger.head().ledgerId(),
                    breaks.isEmpty(),
                    seen,
                    postings,
                    balances.size(),
                    seen == 0 ? 0 : after + 1,
                    last,
                    HexFormat.of().formatHex(head),
                    sums,
                    clock.instant().truncatedTo(ChronoUnit.MICROS),
                    breaks,
                    more ? last : null);
        }

        /** The next ones, up to one that cannot even be read. */
        private List<Transaction> page() throws SQLException {
            try {
                return transactions.list(connection, ledger.key(), last, PAGE);
            } catch (NoSuchElementException | IllegalArgumentException e) {
                return readable();
            }
        }

        private List<Transaction> readable() throws SQLException {
            var readable = new ArrayList<Transaction>();
            var from = last;
            while (true) {
                try {
                    var next = transactions.list(connection, ledger.key(), from, 1);
                    if (next.isEmpty()) {
                        return readable;
                    }
                    readable.addAll(next);
                    from = next.getFirst().sequence();
                } catch (NoSuchElementException | IllegalArgumentException e) {
                    broken(from + 1, null, "sequence", "cannot be read");
                    return readable;
                }
            }
        }

        private void check(Transaction transaction) {
            var sequence = transaction.sequence();
            if (sequence != last + 1) {
                broken(sequence, null, "sequence", "follows " + last);
            }
            if (!Arrays.equals(transaction.hash(), HashChain.hash(head, transaction))) {
                broken(sequence, null, "hash", "does not follow from the transaction and the hash ahead of it");
            }
            var sums = new HashMap<String, Amount>();
            for (var entry : transaction.entries()) {
                sums.merge(entry.currency(), entry.amount(), Amount::plus);
                var balance = balances.merge(entry.accountId(), entry.amount(), Amount::plus);
                if (balance.compareTo(entry.balanceAfter()) != 0) {
                    broken(
                            sequence,
                            entry.accountId(),
                            "balance_after",
                            "is %s, the postings make %s".formatted(entry.balanceAfter(), balance));
                    balances.put(entry.accountId(), entry.balanceAfter());
                }
            }
            if (sums.isEmpty()) {
                broken(sequence, null, "postings", "has none");
            }
            sums.forEach((currency, sum) -> {
                if (sum.signum() != 0) {
                    broken(sequence, null, "zero_sum", "its postings sum to %s %s".formatted(sum, currency));
                }
            });
            last = sequence;
            head = transaction.hash();
            seen++;
            postings += transaction.entries().size();
        }

        /** Those that are still kept must tell the same as their transactions. */
        private void checkOperations(List<Transaction> page) throws SQLException {
            var byId = new HashMap<UUID, OperationTable.Row>();
            var sequences = new HashMap<UUID, Long>();
            page.forEach(transaction -> sequences.put(transaction.operationId(), transaction.sequence()));
            var ids = sequences.keySet();
            for (var altered : operations.altered(connection, ledger.key(), ids)) {
                altered(sequences.remove(altered), altered);
            }
            operations
                    .known(connection, ledger.key(), ids, List.of(), List.of())
                    .forEach(row -> byId.put(row.operation().operationId(), row));
            for (var transaction : page) {
                var row = byId.get(transaction.operationId());
                if (row != null && !tellsTheSame(row, transaction)) {
                    broken(
                            transaction.sequence(),
                            null,
                            "operation",
                            "the operation %s tells something else"
                                    .formatted(row.operation().operationId()));
                }
            }
        }

        private void altered(Long sequence, UUID operationId) {
            broken(sequence, null, "operation", "the operation %s is not as it was written".formatted(operationId));
        }

        /** What was given up on its way between two ledgers may have been captured after all, and has no result. */
        private boolean tellsTheSame(OperationTable.Row row, Transaction transaction) {
            var operation = row.operation();
            var fingerprint = Codec.fingerprint(operation.kind(), codec.write(operation.request()));
            var isResult = operation.status() == OperationStatus.SUCCEEDED
                    ? operation.result().sequence() != null
                            && operation.result().sequence() == transaction.sequence()
                    : operation.status() == OperationStatus.DISCARDED && transaction.step() == StepName.CAPTURE;
            return isResult
                    && row.caller().equals(transaction.caller())
                    && Arrays.equals(fingerprint, transaction.fingerprint());
        }

        /**
         * Those that no transaction speaks of. Each report looks at the ids up to that of its last transaction, from where
         * the next report goes on: together at all, in whatever order the ids are.
         */
        private void checkOperationsBesides(UUID upTo) throws SQLException {
            operations
                    .alteredBesideTheBooks(connection, ledger.key(), operationsSeen, upTo)
                    .forEach(operationId -> altered(null, operationId));
        }

        private Map<String, Amount> checkEnd() throws SQLException {
            if (ledger.head().sequence() != last || !Arrays.equals(ledger.head().hash(), head)) {
                broken(
                        last,
                        null,
                        "head",
                        "the ledger says that its chain ends with "
                                + ledger.head().sequence());
            }
            var lastPosted = transactions.lastPosted(connection, ledger.key());
            if (lastPosted > last) {
                broken(lastPosted, null, "postings", "are there without the transaction");
            }
            var held = holds.held(connection, ledger.key());
            var sums = new TreeMap<String, Amount>();
            var from = "";
            List<AccountTable.Row> page;
            do {
                page = accounts.list(connection, ledger.key(), from, PAGE);
                for (var row : page) {
                    checkAccount(row, held);
                    sums.merge(row.account().currency(), row.account().balance(), Amount::plus);
                    from = row.account().id();
                }
            } while (page.size() == PAGE);
            sums.forEach((currency, sum) -> {
                if (sum.signum() != 0) {
                    broken(null, null, "zero_sum", "all balances sum to %s %s".formatted(sum, currency));
                }
            });
            return sums;
        }

        private void checkAccount(AccountTable.Row row, Map<String, Amount> held) {
            var account = row.account();
            var computed = balances.getOrDefault(account.id(), Amount.zero(account.scale()));
            if (account.balance().compareTo(computed) != 0) {
                broken(
                        null,
                        account.id(),
                        "balance",
                        "is %s, the postings make %s".formatted(account.balance(), computed));
            }
            var open = held.getOrDefault(account.id(), Amount.zero(account.scale()));
            if (account.held().compareTo(open) != 0) {
                broken(null, account.id(), "held", "is %s, the open holds make %s".formatted(account.held(), open));
            }
            if (!account.overdrawn()
                    && account.floor() != null
                    && account.available().compareTo(account.floor()) < 0) {
                broken(null, account.id(), "minimum_balance", "%s is available".formatted(account.available()));
            }
        }

        private void broken(Long sequence, String accountId, String check, String detail) {
            if (breaks.size() < BREAKS_MAX) {
                breaks.add(new Break(sequence, accountId, check, detail));
            }
        }
    }
}
