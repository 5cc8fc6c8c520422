package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.Book;
import io.daybook.ledger.Needs;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.Submission;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.daybook.store.TransactionTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Applies messages of one ledger: in one transaction, in a number of statements that does not grow with them.
 *
 * <ol>
 *   <li>lock the ledger;
 *   <li>load all that the operations can touch;
 *   <li>decide them one after the other in memory, by the rules of {@link Book};
 *   <li>write what came out, and commit;
 *   <li>tell the statuses to Redis.
 * </ol>
 */
@Singleton
final class Bookkeeper {
    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final OperationTable operations;
    private final TransactionTable transactions;
    private final DeadLetterTable deadLetters;
    private final OutboxTable outboxTable;
    private final Outbox outbox;
    private final Codec codec;
    private final Clock clock;
    private final Duration retention;
    private final Tally tally;

    Bookkeeper(
            Database database,
            LedgerTable ledgers,
            AccountTable accounts,
            OperationTable operations,
            TransactionTable transactions,
            DeadLetterTable deadLetters,
            OutboxTable outboxTable,
            Outbox outbox,
            Codec codec,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention,
            Tally tally) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.operations = operations;
        this.transactions = transactions;
        this.deadLetters = deadLetters;
        this.outboxTable = outboxTable;
        this.outbox = outbox;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
        this.tally = tally;
    }

    /**
     * What was committed.
     *
     * @param decided all operations as they stand now
     * @param leaves whether something is in the outbox
     */
    private record Committed(int ledgerKey, List<Operation> decided, boolean leaves) {}

    /** What has to be written, in the order in which it was decided. */
    private static final class Changes {
        final Map<UUID, OperationTable.Row> operations = new LinkedHashMap<>();
        final List<DeadLetterTable.Row> letters = new ArrayList<>();
        final List<OutboxTable.Entry> outbox = new ArrayList<>();
    }

    /**
     * Returns when all outcomes are committed; or throws, and nothing has changed. To apply the same again changes
     * nothing more.
     *
     * @return the key of the ledger if something has to leave it
     */
    Optional<Integer> apply(List<Work> work) {
        var first = work.getFirst().message();
        var startedAt = clock.instant();
        var committed = database.transaction(connection -> apply(connection, first.tenant(), first.ledgerId(), work));
        tally.count(startedAt, committed.decided());
        outbox.publish(first.tenant(), first.ledgerId(), committed.ledgerKey(), committed.decided());
        return committed.leaves() ? Optional.of(committed.ledgerKey()) : Optional.empty();
    }

    private Committed apply(Connection connection, String tenant, String ledgerId, List<Work> work)
            throws SQLException {
        var ledger = lock(connection, tenant, ledgerId);
        var submissions = new LinkedHashMap<Work, List<Submission>>();
        work.forEach(one -> submissions.put(one, submissions(one.message())));
        var all = submissions.values().stream().flatMap(List::stream).toList();

        var known = known(connection, ledger.key(), all);
        var loaded = accounts(connection, ledger.key(), new Needs(all));

        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var book = new Book(
                ledger.head(),
                loaded.stream().map(AccountTable.Row::account).toList(),
                known.values().stream().map(OperationTable.Row::recorded).toList(),
                now);
        var changes = new Changes();
        for (var one : work) {
            decide(book, one, submissions.get(one), known, changes, now);
        }
        write(connection, ledger, book, loaded, changes, now);
        var decided = all.stream()
                .map(Submission::operationId)
                .distinct()
                .map(id -> known.get(id).operation())
                .toList();
        return new Committed(ledger.key(), decided, !changes.outbox.isEmpty());
    }

    private List<AccountTable.Row> accounts(Connection connection, int ledgerKey, Needs needs) throws SQLException {
        var named = needs.accounts(List.of(), List.of());
        var loaded = new ArrayList<>(accounts.find(connection, ledgerKey, named));
        var bought = needs.exchangeAccounts(
                loaded.stream().map(AccountTable.Row::account).toList());
        bought.removeAll(named);
        if (!bought.isEmpty()) {
            loaded.addAll(accounts.find(connection, ledgerKey, bought));
        }
        return loaded;
    }

    private LedgerTable.Row lock(Connection connection, String tenant, String ledgerId) throws SQLException {
        var ledger = ledgers.lock(connection, tenant, ledgerId);
        if (ledger.isPresent()) {
            return ledger.get();
        }
        ledgers.insertUnopened(connection, tenant, ledgerId);
        return ledgers.lock(connection, tenant, ledgerId).orElseThrow();
    }

    private List<Submission> submissions(QueueMessage message) {
        return message.operations().stream()
                .map(item -> new Submission(
                        item.operationId(),
                        item.idempotencyKey(),
                        Codec.fingerprint(item.kind(), codec.canonical(item.request())),
                        message.caller(),
                        item.request()))
                .toList();
    }

    private Map<UUID, OperationTable.Row> known(Connection connection, int ledgerKey, List<Submission> all)
            throws SQLException {
        var references = all.stream()
                .map(one -> one.command().referenceId())
                .filter(Objects::nonNull)
                .toList();
        var rows = operations.known(
                connection,
                ledgerKey,
                all.stream().map(Submission::operationId).toList(),
                all.stream().map(Submission::idempotencyKey).toList(),
                references);
        var known = new HashMap<UUID, OperationTable.Row>();
        rows.forEach(row -> known.put(row.operation().operationId(), row));
        return known;
    }

    private void decide(
            Book book,
            Work work,
            List<Submission> submissions,
            Map<UUID, OperationTable.Row> known,
            Changes changes,
            Instant now) {
        var recorded = recorded(book, work, submissions);
        UUID letter = null;
        for (var i = 0; i < recorded.size(); i++) {
            var item = work.message().operations().get(i);
            var before = known.get(item.operationId());
            if (before == null || before.isUndecided()) {
                var row = row(work, item, recorded.get(i), before, now);
                known.put(item.operationId(), row);
                changes.operations.put(item.operationId(), row);
                changes.outbox.addAll(outbox.events(row.tenant(), row.operation(), before == null));
                if (row.operation().status() == OperationStatus.DEAD) {
                    letter = letter == null || !work.message().atomic() ? item.operationId() : letter;
                    changes.letters.add(letter(work, item, row.operation(), letter));
                }
            } else if (work.poison().isEmpty()
                    && work.attempt() > before.operation().attempts()) {
                var row = raised(before, work.attempt(), now);
                known.put(item.operationId(), row);
                changes.operations.put(item.operationId(), row);
            }
        }
    }

    private static List<Recorded> recorded(Book book, Work work, List<Submission> submissions) {
        if (work.poison().isPresent()) {
            var problem = Problem.of(
                    ProblemCode.PROCESSING_FAILED, work.poison().get().summary());
            return submissions.stream()
                    .map(submission -> book.refuse(submission, problem))
                    .toList();
        }
        return work.message().atomic()
                ? book.applyAtomically(submissions)
                : submissions.stream().map(book::apply).toList();
    }

    /** Attempts that failed were told to Redis with versions of their own: the outcome must have a higher one. */
    private static OperationTable.Row raised(OperationTable.Row row, int attempt, Instant now) {
        var operation = row.operation();
        var version = operation.version() + attempt - operation.attempts();
        return new OperationTable.Row(
                row.tenant(), operation.attempted(version, attempt, now), row.fingerprint(), row.caller());
    }

    private OperationTable.Row row(
            Work work, QueueMessage.Item item, Recorded recorded, OperationTable.Row before, Instant now) {
        var message = work.message();
        var operation = before != null
                ? before.operation()
                : Operation.pending(
                        item.operationId(),
                        message.ledgerId(),
                        item.idempotencyKey(),
                        item.request(),
                        codec.tree(item.request()),
                        message.acceptedAt());
        var version = operation.version() + work.attempt();
        var status = status(recorded.outcome());
        var moved = status.isDone()
                ? operation.decided(
                        status,
                        version,
                        work.attempt(),
                        recorded.outcome() instanceof Outcome.Succeeded succeeded ? succeeded.result() : null,
                        recorded.outcome() instanceof Outcome.Failed failed ? failed.problem() : null,
                        recorded.duplicateOf(),
                        now,
                        retention)
                : operation.underWay(status, version, work.attempt(), recorded.steps(), now);
        return new OperationTable.Row(
                message.tenant(), moved.withSteps(recorded.steps()), recorded.fingerprint(), message.caller());
    }

    /** What could not be processed has not failed: it waits for an operator. */
    private static OperationStatus status(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Succeeded succeeded -> OperationStatus.SUCCEEDED;
            case Outcome.Undecided undecided -> undecided.status();
            case Outcome.Failed failed ->
                failed.problem().code().equals(ProblemCode.PROCESSING_FAILED.toString())
                        ? OperationStatus.DEAD
                        : OperationStatus.FAILED;
        };
    }

    private DeadLetterTable.Row letter(Work work, QueueMessage.Item item, Operation dead, UUID letterId) {
        var carries = letterId.equals(item.operationId());
        return DeadLetterTable.Row.open(
                item.operationId(),
                letterId,
                true,
                carries ? codec.encode(work.letter(item)) : null,
                dead.error().detail(),
                carries ? work.poison().map(Cause::stack).orElse(null) : null,
                work.attempt(),
                dead.updatedAt());
    }

    private void write(
            Connection connection,
            LedgerTable.Row ledger,
            Book book,
            Collection<AccountTable.Row> loaded,
            Changes changes,
            Instant now)
            throws SQLException {
        if (!book.transactions().isEmpty()) {
            var keys = new HashMap<String, Long>();
            loaded.forEach(row -> keys.put(row.account().id(), row.key()));
            var touched = book.touched();
            var made = touched.stream()
                    .filter(account -> !keys.containsKey(account.id()))
                    .toList();
            if (!made.isEmpty()) {
                keys.putAll(accounts.insertReserved(connection, ledger.key(), made, now));
            }
            transactions.insert(connection, ledger.key(), book.transactions(), keys);
            accounts.updateBalances(connection, touched, keys);
            ledgers.advance(connection, ledger.key(), book.head());
        }
        if (!changes.operations.isEmpty()) {
            operations.write(connection, ledger.key(), changes.operations.values());
        }
        if (!changes.letters.isEmpty()) {
            deadLetters.write(connection, ledger.key(), changes.letters);
        }
        if (!changes.outbox.isEmpty()) {
            outboxTable.insert(connection, ledger.key(), changes.outbox, now);
        }
    }
}
