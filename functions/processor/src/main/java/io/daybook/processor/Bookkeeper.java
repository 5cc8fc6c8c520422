package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import io.daybook.ledger.ActionItem;
import io.daybook.ledger.Book;
import io.daybook.ledger.Hold;
import io.daybook.ledger.Needs;
import io.daybook.ledger.Original;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.StepTaken;
import io.daybook.ledger.Submission;
import io.daybook.store.AccountTable;
import io.daybook.store.ActionItemTable;
import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.HoldTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.daybook.store.ReversalTable;
import io.daybook.store.StepTable;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Applies messages of one ledger: in one transaction, in a number of statements that does not grow with them.
 *
 * <ol>
 *   <li>lock the ledger;
 *   <li>load all that the operations can touch;
 *   <li>decide them one after the other in memory, by the rules of {@link Book};
 *   <li>write what came out, with what other ledgers have to be told, and commit;
 *   <li>tell the statuses to Redis.
 * </ol>
 */
@Singleton
final class Bookkeeper {
    private static final String CALLER = "daybook";

    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final OperationTable operations;
    private final TransactionTable transactions;
    private final HoldTable holds;
    private final StepTable steps;
    private final ReversalTable reversals;
    private final ActionItemTable actionItems;
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
            HoldTable holds,
            StepTable steps,
            ReversalTable reversals,
            ActionItemTable actionItems,
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
        this.holds = holds;
        this.steps = steps;
        this.reversals = reversals;
        this.actionItems = actionItems;
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
     * @param decided all operations of the ledger as they stand now
     * @param leaves whether something is in the outbox, or may be
     */
    private record Committed(int ledgerKey, List<Operation> decided, boolean leaves) {}

    /** What there was before. */
    private record Loaded(
            Map<UUID, OperationTable.Row> operations,
            List<AccountTable.Row> accounts,
            List<Hold> holds,
            List<StepTaken> steps,
            List<Original> originals,
            List<ActionItem> actionItems) {

        Book.Loaded forBook() {
            return new Book.Loaded(
                    accounts.stream().map(AccountTable.Row::account).toList(),
                    operations.values().stream()
                            .map(OperationTable.Row::recorded)
                            .toList(),
                    holds,
                    steps,
                    originals,
                    actionItems);
        }
    }

    /** What has to be written besides what the book says, in the order in which it was decided. */
    private static final class Changes {
        final Map<UUID, OperationTable.Row> operations = new LinkedHashMap<>();
        final List<DeadLetterTable.Row> letters = new ArrayList<>();
        final Set<UUID> revived = new LinkedHashSet<>();
        final List<OutboxTable.Entry> outbox = new ArrayList<>();
    }

    /**
     * Returns when all outcomes are committed; or throws, and nothing has changed. To apply the same again changes
     * nothing more.
     *
     * @return the key of the ledger if something has to leave it, or may have to
     */
    Optional<Integer> apply(List<Work> work) {
        var tenant = work.getFirst().message().tenant();
        var ledgerId = work.getFirst().ledgerId();
        var startedAt = clock.instant();
        var committed = database.transaction(connection -> apply(connection, tenant, ledgerId, work));
        tally.count(startedAt, committed.decided());
        outbox.publish(tenant, ledgerId, committed.ledgerKey(), committed.decided());
        return committed.leaves() ? Optional.of(committed.ledgerKey()) : Optional.empty();
    }

    private Committed apply(Connection connection, String tenant, String ledgerId, List<Work> work)
            throws SQLException {
        var ledger = lock(connection, tenant, ledgerId);
        var submissions = new LinkedHashMap<Work, List<Submission>>();
        work.forEach(one -> submissions.put(one, submissions(one.message())));
        var all = submissions.values().stream().flatMap(List::stream).toList();
        var loaded = load(connection, ledger, new Needs(all), work);
        var known = loaded.operations();

        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var book = new Book(ledger.head(), loaded.forBook(), now);
        var changes = new Changes();
        for (var one : work) {
            decide(book, one, submissions.get(one), known, changes, now);
        }
        settle(book, known, changes, now);
        tell(book, changes, now);
        write(connection, ledger, book, loaded, changes, now);
        var ids = new LinkedHashSet<>(new Needs(all).operations());
        ids.addAll(changes.operations.keySet());
        var decided = ids.stream()
                .map(known::get)
                .filter(Objects::nonNull) // those of other ledgers
                .map(OperationTable.Row::operation)
                .toList();
        // Whoever took it before may have ended between its commit and the sending.
        var isBack = work.stream().anyMatch(one -> one.attempt() > 1);
        return new Committed(ledger.key(), decided, isBack || !changes.outbox.isEmpty());
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
                        item.request(),
                        item.step()))
                .toList();
    }

    /** A question that nothing asks is not put to the database. */
    private Loaded load(Connection connection, LedgerTable.Row ledger, Needs needs, List<Work> work)
            throws SQLException {
        var key = ledger.key();
        var known = new LinkedHashMap<UUID, OperationTable.Row>();
        operations
                .known(connection, key, needs.operations(), needs.idempotencyKeys(), needs.references())
                .forEach(row -> known.put(row.operation().operationId(), row));
        var held = found(needs.holds(), ids -> holds.find(connection, key, ids));
        var taken = found(needs.steps(), ids -> steps.find(connection, key, ids));
        var originals = found(
                needs.originals(),
                ids -> reversals.originals(connection, ledger.head().tenant(), key, ids));
        var itemIds = needs.actionItems();
        work.stream()
                .filter(one -> one.poison().isPresent())
                .flatMap(one -> one.message().operations().stream())
                .map(QueueMessage.Item::operationId)
                .forEach(itemIds::add);
        var items = found(itemIds, ids -> actionItems.find(connection, key, ids));
        return new Loaded(
                known,
                accounts(connection, key, needs, needs.accounts(held, originals)),
                held,
                taken,
                originals,
                items);
    }

    @FunctionalInterface
    private interface Finder<T> {
        List<T> find(Set<UUID> ids) throws SQLException;
    }

    private static <T> List<T> found(Set<UUID> ids, Finder<T> finder) throws SQLException {
        return ids.isEmpty() ? List.of() : finder.find(ids);
    }

    private List<AccountTable.Row> accounts(Connection connection, int ledgerKey, Needs needs, Set<String> named)
            throws SQLException {
        var loaded = new ArrayList<>(accounts.find(connection, ledgerKey, named));
        var bought = needs.exchangeAccounts(
                loaded.stream().map(AccountTable.Row::account).toList());
        bought.removeAll(named);
        if (!bought.isEmpty()) {
            loaded.addAll(accounts.find(connection, ledgerKey, bought));
        }
        return loaded;
    }

    private void decide(
            Book book,
            Work work,
            List<Submission> submissions,
            Map<UUID, OperationTable.Row> known,
            Changes changes,
            Instant now) {
        var recorded = recorded(book, work, submissions, known);
        UUID letter = null;
        for (var i = 0; i < recorded.size(); i++) {
            var item = work.message().operations().get(i);
            var before = known.get(item.operationId());
            if (before == null || hasMoved(before, recorded.get(i))) {
                var row = row(work, item, recorded.get(i), book.head().ledgerId(), known, now);
                change(before, row, known, changes);
                if (isDead(row) && row.operation().duplicateOf() == null) {
                    letter = letter == null || !work.message().atomic() ? item.operationId() : letter;
                    changes.letters.add(letter(work, item, row.operation(), letter));
                }
            } else if (work.isReminder() && isAsked(book, item.operationId())) {
                change(before, raised(before, before.operation().attempts(), 1, now), known, changes);
            } else if (work.poison().isEmpty()
                    && item.step() == null
                    && work.attempt() > before.operation().attempts()) {
                var more = work.attempt() - before.operation().attempts();
                change(before, raised(before, work.attempt(), more, now), known, changes);
            }
        }
    }

    /** As each operation stands now; nothing for a step of another ledger's. */
    private static List<Recorded> recorded(
            Book book, Work work, List<Submission> submissions, Map<UUID, OperationTable.Row> known) {
        if (work.poison().isPresent()) {
            var problem = Problem.of(
                    ProblemCode.PROCESSING_FAILED, work.poison().get().summary());
            return submissions.stream()
                    .map(submission -> refused(book, submission, problem, known.get(submission.operationId())))
                    .toList();
        }
        return work.message().atomic()
                ? book.applyAtomically(submissions)
                : submissions.stream()
                        .flatMap(submission -> submission.step() == null
                                ? Stream.of(book.apply(submission))
                                : book.step(submission).stream())
                        .toList();
    }

    /** A step is known to be one of its operation, which is then dead on its way: what it holds, it goes on to hold. */
    private static Recorded refused(Book book, Submission submission, Problem problem, OperationTable.Row before) {
        return submission.step() != null
                        && before != null
                        && !before.operation().done()
                ? before.recorded()
                        .with(new Outcome.Failed(problem), before.operation().steps())
                : book.refuse(submission, problem);
    }

    private static boolean hasMoved(OperationTable.Row before, Recorded recorded) {
        return before.operation().status() != status(recorded.outcome())
                || !before.operation().steps().equals(recorded.steps());
    }

    private void change(
            OperationTable.Row before, OperationTable.Row row, Map<UUID, OperationTable.Row> known, Changes changes) {
        var operation = row.operation();
        known.put(operation.operationId(), row);
        changes.operations.put(operation.operationId(), row);
        if (before != null && isDead(before) && !isDead(row)) {
            changes.revived.add(operation.operationId());
        }
        if (before == null || before.operation().status() != operation.status()) {
            changes.outbox.addAll(outbox.events(row.tenant(), operation, before == null));
        }
    }

    /** It has moved so far as that its other ledger is asked once more. */
    private static boolean isAsked(Book book, UUID operationId) {
        return book.messages().stream()
                .anyMatch(
                        message -> message.operations().getFirst().operationId().equals(operationId));
    }

    private static boolean isDead(OperationTable.Row row) {
        return row.operation().status() == OperationStatus.DEAD;
    }

    /** Those that repeat an operation and have waited for its outcome, which has come. */
    private void settle(Book book, Map<UUID, OperationTable.Row> known, Changes changes, Instant now) {
        for (var recorded : book.operations()) {
            var before = known.get(recorded.operationId());
            if (recorded.duplicateOf() != null && before != null && hasMoved(before, recorded)) {
                var operation = moved(
                        before.operation(), recorded, 1, before.operation().attempts(), known, now);
                var row = new OperationTable.Row(before.tenant(), operation, before.fingerprint(), before.caller());
                change(before, row, known, changes);
            }
        }
    }

    /** Attempts that failed were told to Redis with versions of their own: the outcome must have a higher one. */
    private static OperationTable.Row raised(OperationTable.Row row, int attempts, int more, Instant now) {
        var operation = row.operation();
        return new OperationTable.Row(
                row.tenant(),
                operation.attempted(operation.version() + more, attempts, now),
                row.fingerprint(),
                row.caller());
    }

    private OperationTable.Row row(
            Work work,
            QueueMessage.Item item,
            Recorded recorded,
            String ledgerId,
            Map<UUID, OperationTable.Row> known,
            Instant now) {
        var message = work.message();
        var before = known.get(item.operationId());
        var operation = before != null
                ? before.operation()
                : Operation.pending(
                        item.operationId(),
                        ledgerId,
                        item.idempotencyKey(),
                        item.request(),
                        codec.tree(item.request()),
                        message.acceptedAt());
        var moved = item.step() == null
                ? moved(operation, recorded, work.attempt(), work.attempt(), known, now)
                : moved(operation, recorded, 1, operation.attempts(), known, now);
        return new OperationTable.Row(message.tenant(), moved, recorded.fingerprint(), message.caller());
    }

    /** @param more by how much its version rises */
    private Operation moved(
            Operation operation,
            Recorded recorded,
            int more,
            int attempts,
            Map<UUID, OperationTable.Row> known,
            Instant now) {
        var status = status(recorded.outcome());
        var version = operation.version() + more;
        var from = operation;
        if (operation.status() == OperationStatus.DEAD && status != OperationStatus.DEAD) { // its answer came late
            from = from.decided(OperationStatus.PENDING, version, attempts, null, null, null, now, retention);
        }
        if (status == OperationStatus.FAILED && isReleased(recorded.steps())) {
            from = from.decided(OperationStatus.COMPENSATING, version, attempts, null, null, null, now, retention);
        }
        return from.decided(
                        status,
                        version,
                        attempts,
                        recorded.outcome() instanceof Outcome.Succeeded succeeded ? succeeded.result() : null,
                        error(operation, recorded, known),
                        recorded.duplicateOf(),
                        now,
                        retention)
                .withSteps(recorded.steps());
    }

    private static boolean isReleased(List<Operation.Step> steps) {
        return steps.stream().anyMatch(step -> step.name().equals(StepName.RELEASE.toString()));
    }

    /** What is left alone keeps its error, and shares it with what repeats it. */
    private static Problem error(Operation operation, Recorded recorded, Map<UUID, OperationTable.Row> known) {
        return switch (recorded.outcome()) {
            case Outcome.Succeeded succeeded -> null;
            case Outcome.Failed failed -> failed.problem();
            case Outcome.Undecided undecided ->
                undecided.status().isDone()
                        ? Optional.ofNullable(recorded.duplicateOf())
                                .map(first -> known.get(first).operation())
                                .orElse(operation)
                                .error()
                        : null;
        };
    }

    /** What could not be processed has not failed: it waits for an operator. */
    private static OperationStatus status(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed
                        && failed.problem().code().equals(ProblemCode.PROCESSING_FAILED.toString())
                ? OperationStatus.DEAD
                : outcome.status();
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

    /**
     * To the queue, which takes an id once within minutes, what is asked or answered again is another message: the first
     * may be lost.
     */
    private void tell(Book book, Changes changes, Instant now) {
        var taken = book.steps().stream().map(StepTaken::operationId).collect(Collectors.toSet());
        var again = ":" + ChronoUnit.MICROS.between(Instant.EPOCH, now);
        for (var message : book.messages()) {
            var item = message.operations().getFirst();
            var id = item.operationId();
            changes.outbox.add(new OutboxTable.Entry(
                    OutboxTable.Target.MESSAGE,
                    id + ":" + item.step().name() + (taken.contains(id) ? "" : again),
                    message.group(),
                    codec.encode(message)));
        }
    }

    private void write(
            Connection connection, LedgerTable.Row ledger, Book book, Loaded loaded, Changes changes, Instant now)
            throws SQLException {
        writeBooks(connection, ledger, book, loaded.accounts(), now);
        if (!book.steps().isEmpty()) {
            steps.insert(connection, ledger.key(), book.steps());
        }
        if (!book.reversals().isEmpty()) {
            reversals.write(connection, ledger.key(), book.reversals());
        }
        var items = actionItems(book, loaded.actionItems(), changes, now);
        if (!items.isEmpty()) {
            actionItems.write(connection, ledger.key(), items);
        }
        if (!changes.operations.isEmpty()) {
            operations.write(connection, ledger.key(), changes.operations.values());
        }
        if (!changes.letters.isEmpty()) {
            deadLetters.write(connection, ledger.key(), changes.letters);
        }
        if (!changes.revived.isEmpty()) {
            deadLetters.resolve(
                    connection, changes.revived, new DeadLetterTable.Resolution("redriven", null, CALLER, now));
        }
        if (!changes.outbox.isEmpty()) {
            outboxTable.insert(connection, ledger.key(), changes.outbox, now);
        }
    }

    private void writeBooks(
            Connection connection, LedgerTable.Row ledger, Book book, Collection<AccountTable.Row> loaded, Instant now)
            throws SQLException {
        var touched = book.touched();
        if (touched.isEmpty()) {
            return;
        }
        var keys = new HashMap<String, Long>();
        loaded.forEach(row -> keys.put(row.account().id(), row.key()));
        var made = touched.stream()
                .filter(account -> !keys.containsKey(account.id()))
                .toList();
        if (!made.isEmpty()) {
            keys.putAll(accounts.insertReserved(connection, ledger.key(), made, now));
        }
        accounts.updateBalances(connection, touched, keys);
        if (!book.transactions().isEmpty()) {
            transactions.insert(connection, ledger.key(), book.transactions(), keys);
            ledgers.advance(connection, ledger.key(), book.head());
        }
        if (!book.holds().isEmpty()) {
            holds.write(connection, ledger.key(), book.holds(), keys);
        }
    }

    /** Those that were asked for, and one for each dead letter. */
    private static Collection<ActionItem> actionItems(
            Book book, List<ActionItem> loaded, Changes changes, Instant now) {
        var items = new LinkedHashMap<UUID, ActionItem>();
        book.actionItems().forEach(item -> items.put(item.id(), item));
        for (var letter : changes.letters) {
            var id = letter.operationId();
            if (letter.letterId().equals(id) && !items.containsKey(id)) {
                var problem = changes.operations.get(id).operation().error();
                items.put(
                        id,
                        loaded.stream()
                                .filter(item -> item.id().equals(id))
                                .findFirst()
                                .map(item -> item.failed(id, problem, now))
                                .orElseGet(() -> ActionItem.about(id, problem, now)));
            }
        }
        return items.values();
    }
}
