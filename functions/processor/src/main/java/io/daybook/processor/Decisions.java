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
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.StepTaken;
import io.daybook.ledger.Submission;
import io.daybook.runtime.ProblemException;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.EventTable.Happened;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Has the messages of one ledger decided, one after the other, while its row is locked; and keeps what has to be written
 * of it besides what the {@link Book} says.
 */
final class Decisions {
    private static final String WAITS =
            "The ledger stands still; the operation is applied, in its turn, when it goes on";

    private final LedgerTable.Row ledger;
    private final Book book;
    private final Map<UUID, OperationTable.Row> known;
    private final Instant now;
    private final Codec codec;
    private final Duration retention;

    private final Map<UUID, OperationTable.Row> operations = new LinkedHashMap<>();
    private final List<DeadLetterTable.Row> letters = new ArrayList<>();
    private final Set<UUID> revived = new LinkedHashSet<>();
    private final List<Happened> events = new ArrayList<>();
    private final List<OutboxTable.Entry> outbox = new ArrayList<>();
    private final List<String> parked = new ArrayList<>();
    private final Map<UUID, String> traceparents = new HashMap<>(); // of steps that other ledgers have asked for

    /** @param known what is in the database of the operations that are named */
    Decisions(
            LedgerTable.Row ledger,
            Book book,
            Collection<OperationTable.Row> known,
            Instant now,
            Codec codec,
            Duration retention) {
        this.ledger = ledger;
        this.book = book;
        this.known = new LinkedHashMap<>();
        known.forEach(row -> this.known.put(row.operation().operationId(), row));
        this.now = now;
        this.codec = codec;
        this.retention = retention;
    }

    /**
     * Decides a message. While its ledger stands still, only what is in the database already: it was dead, and an operator
     * has sent it again. The rest waits for its turn.
     *
     * @throws ProblemException {@code ledger_halted}, to a client that waits for the outcome
     */
    void take(Work work, List<Submission> submissions) {
        var first = work.message().operations().getFirst();
        if (first.step() != null) {
            traceparents.put(first.operationId(), work.message().traceparent());
        }
        if (ledger.isRunning() || work.origin() == Work.Origin.PARKED) {
            decide(work, submissions);
            return;
        }
        Predicate<QueueMessage.Item> isParked = item -> item.step() == null && isParked(item.operationId());
        Predicate<QueueMessage.Item> isNew =
                item -> work.poison().isEmpty() && (item.step() != null || !known.containsKey(item.operationId()));
        var waits = work.message().operations().stream().anyMatch(isNew);
        if (waits
                && work.origin() == Work.Origin.REQUEST
                && submissions.stream().noneMatch(this::hasKnownKey)) {
            throw ProblemException.of(
                    ProblemCode.LEDGER_HALTED, "The ledger stands still; what is sent to its queue waits for its turn");
        }
        if (waits && work.message().atomic()) {
            park(work, submissions);
        } else {
            some(work, submissions, isParked.negate().and(isNew.negate()), this::decide);
            some(work, submissions, isParked.negate().and(isNew), this::park);
        }
    }

    private boolean isParked(UUID operationId) {
        return Optional.ofNullable(known.get(operationId))
                .filter(row -> row.operation().detail() != null)
                .isPresent();
    }

    private boolean hasKnownKey(Submission submission) {
        return known.values().stream()
                .anyMatch(row -> row.operation().idempotencyKey().equals(submission.idempotencyKey()));
    }

    @FunctionalInterface
    private interface Taker {
        void take(Work work, List<Submission> submissions);
    }

    private static void some(Work work, List<Submission> submissions, Predicate<QueueMessage.Item> which, Taker taker) {
        var items = work.message().operations();
        var places = IntStream.range(0, items.size())
                .filter(i -> which.test(items.get(i)))
                .boxed()
                .toList();
        if (!places.isEmpty()) {
            taker.take(
                    work.with(places.stream().map(items::get).toList()),
                    places.stream().map(submissions::get).toList());
        }
    }

    /** The keys and references are taken now, and what collides with them has its outcome now. */
    private void park(Work work, List<Submission> submissions) {
        var message = work.message();
        var items = message.operations();
        if (items.getFirst().step() != null) {
            parked.add(codec.encode(message));
            return;
        }
        var recorded = message.atomic()
                ? book.postponeAtomically(submissions)
                : submissions.stream().map(book::postpone).toList();
        var waiting = new ArrayList<QueueMessage.Item>();
        for (var i = 0; i < items.size(); i++) {
            var before = known.get(items.get(i).operationId());
            var row = before != null ? before : row(work, items.get(i), recorded.get(i));
            var waits = row.operation().status() == OperationStatus.PENDING;
            if (before == null) {
                change(null, waits ? row.with(row.operation().withDetail(WAITS)) : row);
            }
            if (waits && recorded.get(i).duplicateOf() == null) {
                waiting.add(items.get(i));
            }
        }
        if (!waiting.isEmpty()) {
            parked.add(codec.encode(message.atomic() ? message : message.with(waiting)));
        }
    }

    private void decide(Work work, List<Submission> submissions) {
        var recorded = recorded(work, submissions);
        UUID letter = null;
        for (var i = 0; i < recorded.size(); i++) {
            var item = work.message().operations().get(i);
            var before = known.get(item.operationId());
            if (before == null || hasMoved(before, recorded.get(i))) {
                var row = row(work, item, recorded.get(i));
                change(before, row);
                if (isDead(row) && row.operation().duplicateOf() == null) {
                    letter = letter == null || !work.message().atomic() ? item.operationId() : letter;
                    letters.add(letter(work, item, row.operation(), letter));
                }
            } else if (work.isReminder() && isAsked(item.operationId())) {
                change(before, raised(before, before.operation().attempts(), 1));
            } else if (work.origin() == Work.Origin.QUEUE
                    && work.poison().isEmpty()
                    && item.step() == null
                    && work.attempt() > before.operation().attempts()) {
                var more = work.attempt() - before.operation().attempts();
                change(before, raised(before, work.attempt(), more));
            }
        }
    }

    /** As each operation stands now; nothing for a step of another ledger's. */
    private List<Recorded> recorded(Work work, List<Submission> submissions) {
        if (work.poison().isPresent()) {
            var problem = Problem.of(
                    ProblemCode.PROCESSING_FAILED, work.poison().get().summary());
            return submissions.stream()
                    .map(submission -> refused(submission, problem, known.get(submission.operationId())))
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
    private Recorded refused(Submission submission, Problem problem, OperationTable.Row before) {
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

    private void change(OperationTable.Row before, OperationTable.Row row) {
        var operation = row.operation();
        known.put(operation.operationId(), row);
        operations.put(operation.operationId(), row);
        if (before != null && isDead(before) && !isDead(row)) {
            revived.add(operation.operationId());
        }
        if (before == null || before.operation().status() != operation.status()) {
            events.addAll(Events.of(row, before == null));
        }
    }

    /** It has moved so far as that its other ledger is asked once more. */
    private boolean isAsked(UUID operationId) {
        return book.messages().stream()
                .anyMatch(
                        message -> message.operations().getFirst().operationId().equals(operationId));
    }

    private static boolean isDead(OperationTable.Row row) {
        return row.operation().status() == OperationStatus.DEAD;
    }

    /** Those that repeat an operation and have waited for its outcome, which has come. */
    private void settle() {
        for (var recorded : book.operations()) {
            var before = known.get(recorded.operationId());
            if (recorded.duplicateOf() != null && before != null && hasMoved(before, recorded)) {
                var operation = moved(
                        before.operation(), recorded, 1, before.operation().attempts());
                change(before, before.with(operation));
            }
        }
    }

    /** Attempts that failed were told to Redis with versions of their own: the outcome must have a higher one. */
    private OperationTable.Row raised(OperationTable.Row row, int attempts, int more) {
        var operation = row.operation();
        return row.with(operation.attempted(operation.version() + more, attempts, now));
    }

    private OperationTable.Row row(Work work, QueueMessage.Item item, Recorded recorded) {
        var message = work.message();
        var before = known.get(item.operationId());
        var operation = before != null
                ? before.operation()
                : Operation.pending(
                        item.operationId(),
                        book.head().ledgerId(),
                        item.idempotencyKey(),
                        item.request(),
                        codec.tree(item.request()),
                        message.acceptedAt());
        var moved = item.step() == null
                ? moved(operation, recorded, work.attempt(), attempts(work, operation))
                : moved(operation, recorded, 1, operation.attempts());
        return new OperationTable.Row(
                message.tenant(),
                moved,
                recorded.fingerprint(),
                message.caller(),
                before != null ? before.traceparent() : message.traceparent());
    }

    /** What was parked has been taken from the queue before. */
    private static int attempts(Work work, Operation operation) {
        return work.origin() == Work.Origin.PARKED ? operation.attempts() + work.attempt() : work.attempt();
    }

    /** @param more by how much its version rises */
    private Operation moved(Operation operation, Recorded recorded, int more, int attempts) {
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
                        error(operation, recorded),
                        recorded.duplicateOf(),
                        now,
                        retention)
                .withSteps(recorded.steps());
    }

    private static boolean isReleased(List<Operation.Step> steps) {
        return steps.stream().anyMatch(step -> step.name().equals(StepName.RELEASE.toString()));
    }

    /** What is left alone keeps its error, and shares it with what repeats it. */
    private Problem error(Operation operation, Recorded recorded) {
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
    private void tell() {
        var taken = book.steps().stream().map(StepTaken::operationId).collect(Collectors.toSet());
        var again = ":" + ChronoUnit.MICROS.between(Instant.EPOCH, now);
        for (var message : book.messages()) {
            var item = message.operations().getFirst();
            var id = item.operationId();
            outbox.add(new OutboxTable.Entry(
                    OutboxTable.Target.MESSAGE,
                    id + ":" + item.step().name() + (taken.contains(id) ? "" : again),
                    message.group(),
                    codec.encode(message.traced(traceparent(id)))));
        }
    }

    private String traceparent(UUID operationId) {
        var row = known.get(operationId);
        return row != null ? row.traceparent() : traceparents.get(operationId);
    }

    /** What has to be written, when all messages are decided. */
    void finish() {
        settle();
        tell();
    }

    /**
     * As they stand now: the operations that are named, those that repeat them, whose outcome came with theirs, and all
     * others that have moved.
     */
    List<Operation> of(Set<UUID> named) {
        return known.values().stream()
                .map(OperationTable.Row::operation)
                .filter(operation -> named.contains(operation.operationId())
                        || named.contains(operation.duplicateOf())
                        || operations.containsKey(operation.operationId()))
                .toList();
    }

    /** The operations that are new or have moved. */
    Collection<OperationTable.Row> operations() {
        return operations.values();
    }

    List<DeadLetterTable.Row> letters() {
        return letters;
    }

    /** Those that were dead and are not any more. */
    Set<UUID> revived() {
        return revived;
    }

    /** What has happened, in its order. */
    List<Happened> events() {
        return events;
    }

    List<OutboxTable.Entry> outbox() {
        return outbox;
    }

    /** The messages that wait, in their order. */
    List<String> parked() {
        return parked;
    }

    /** Those that were asked for, and one for each dead letter. */
    Collection<ActionItem> actionItems(List<ActionItem> loaded) {
        var items = new LinkedHashMap<UUID, ActionItem>();
        book.actionItems().forEach(item -> items.put(item.id(), item));
        for (var letter : letters) {
            var id = letter.operationId();
            if (letter.letterId().equals(id) && !items.containsKey(id)) {
                var problem = operations.get(id).operation().error();
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
