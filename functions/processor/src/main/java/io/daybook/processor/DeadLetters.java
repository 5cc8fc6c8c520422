package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.DeadLetterResource;
import io.daybook.contract.Event;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.ActionItem;
import io.daybook.runtime.ProblemException;
import io.daybook.store.ActionItemTable;
import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.EventTable.Happened;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** What an operator does about operations that are dead. Every change holds the lock on its ledger. */
@Singleton
final class DeadLetters {
    private final Database database;
    private final LedgerTable ledgers;
    private final OperationTable operations;
    private final DeadLetterTable letters;
    private final ActionItemTable actionItems;
    private final Events events;
    private final OutboxTable outboxTable;
    private final Halts halts;
    private final Outbox outbox;
    private final Publisher publisher;
    private final Codec codec;
    private final Clock clock;
    private final Duration retention;

    DeadLetters(
            Database database,
            LedgerTable ledgers,
            OperationTable operations,
            DeadLetterTable letters,
            ActionItemTable actionItems,
            Events events,
            OutboxTable outboxTable,
            Halts halts,
            Outbox outbox,
            Publisher publisher,
            Codec codec,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention) {
        this.database = database;
        this.ledgers = ledgers;
        this.operations = operations;
        this.letters = letters;
        this.actionItems = actionItems;
        this.events = events;
        this.outboxTable = outboxTable;
        this.halts = halts;
        this.outbox = outbox;
        this.publisher = publisher;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
    }

    /**
     * Keeps a message that cannot be read, once however often it comes.
     *
     * @return the key of its ledger if something has to leave it
     */
    Optional<Integer> keep(Delivery delivery, Cause cause) {
        var group = Optional.ofNullable(delivery.group()).orElse("").split("~", -1);
        var isLedgers = group.length == 2
                && Identifiers.isTenant(group[0])
                && Identifiers.isLedgerId(group[1])
                && !isReadable(delivery); // then it is another ledger's
        var id = UUID.nameUUIDFromBytes(
                (delivery.group() + "\n" + delivery.messageId()).getBytes(StandardCharsets.UTF_8));
        var now = now();
        var body = delivery.body().replace("\0", "?"); // which PostgreSQL cannot hold
        var letter =
                DeadLetterTable.Row.open(id, id, false, body, cause.summary(), cause.stack(), delivery.attempt(), now);
        return database.transaction(connection -> {
            var ledger = Optional.<LedgerTable.Row>empty();
            if (isLedgers) {
                ledgers.insertUnopened(connection, group[0], group[1]);
                ledger = ledgers.lock(connection, group[0], group[1]);
            }
            if (letters.find(connection, id).isPresent()) {
                return Optional.<Integer>empty();
            }
            letters.write(connection, ledger.map(LedgerTable.Row::key).orElse(null), List.of(letter));
            if (ledger.isEmpty()) {
                return Optional.<Integer>empty();
            }
            var key = ledger.get().key();
            var problem = Problem.of(ProblemCode.PROCESSING_FAILED, cause.summary());
            actionItems.write(connection, key, List.of(ActionItem.about(id, problem, now)));
            var event = Event.ofLetter(group[0], group[1], id, OperationStatus.DEAD, problem, now);
            events.append(connection, key, List.of(new Happened.Told(event)), now);
            halts.afterDeadLetter(connection, ledger.get(), letter, now);
            return Optional.of(key);
        });
    }

    private boolean isReadable(Delivery delivery) {
        try {
            codec.decode(delivery.body());
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /**
     * Sends the operation to its ledger again, and those that cannot be parted from it.
     *
     * @throws ProblemException {@code operation_not_found}, {@code operation_not_dead}
     */
    DeadLetterResource redrive(String tenant, UUID operationId, String caller) {
        return resolve(tenant, operationId, new DeadLetterTable.Resolution("redriven", null, caller, now()));
    }

    /**
     * Gives the operation up for good, and those that cannot be parted from it.
     *
     * @throws ProblemException {@code operation_not_found}, {@code operation_not_dead}
     */
    DeadLetterResource discard(String tenant, UUID operationId, String reason, String caller) {
        return resolve(tenant, operationId, new DeadLetterTable.Resolution("discarded", reason, caller, now()));
    }

    private record Resolved(DeadLetterResource letter, int ledgerKey, List<Operation> operations) {}

    private DeadLetterResource resolve(String tenant, UUID operationId, DeadLetterTable.Resolution resolution) {
        var resolved = database.transaction(connection -> {
            var found = letters.find(connection, operationId).filter(row -> tenant.equals(row.tenant()));
            if (found.isEmpty()) {
                throw notDead(connection, tenant, operationId);
            }
            var ledger =
                    ledgers.lock(connection, tenant, found.get().ledgerId()).orElseThrow();
            return resolve(connection, ledger, operationId, resolution);
        });
        var letter = resolved.letter();
        if (!resolved.operations().isEmpty()) {
            outbox.publish(tenant, letter.ledgerId(), resolved.ledgerKey(), resolved.operations());
        }
        outbox.drain(List.of(resolved.ledgerKey()));
        return letter;
    }

    private Resolved resolve(
            Connection connection, LedgerTable.Row ledger, UUID operationId, DeadLetterTable.Resolution resolution)
            throws SQLException {
        var tenant = ledger.head().tenant();
        var ledgerId = ledger.head().ledgerId();
        var letter = letters.find(connection, operationId).orElseThrow();
        if (letter.resolution() != null) {
            throw notDead();
        }
        var status = resolution.kind().equals("redriven") ? OperationStatus.PENDING : OperationStatus.DISCARDED;
        var together = letters.letter(connection, letter.letterId());
        var rows =
                operations
                        .find(
                                connection,
                                together.stream()
                                        .map(DeadLetterTable.Row::operationId)
                                        .toList())
                        .stream()
                        .filter(row -> row.operation().status() == OperationStatus.DEAD)
                        .map(row -> moved(row, status, resolution.at()))
                        .collect(Collectors.toCollection(ArrayList::new));
        if (status == OperationStatus.DISCARDED) {
            rows.addAll(repeating(connection, rows, resolution.at()));
        }
        var happened = new ArrayList<Happened>();
        rows.forEach(row -> happened.addAll(Events.of(row, false)));
        if (!letter.readable()) {
            var event = Event.ofLetter(tenant, ledgerId, operationId, status, null, resolution.at());
            happened.add(new Happened.Told(event));
        }
        var leaving = new ArrayList<OutboxTable.Entry>();
        if (status == OperationStatus.PENDING) {
            leaving.add(message(tenant, ledgerId, together.getFirst(), resolution.at()));
        }
        if (status == OperationStatus.DISCARDED) {
            rows.stream()
                    .filter(row -> row.operation().duplicateOf() == null
                            && !row.operation().steps().isEmpty())
                    .map(row -> Reminder.of(row, codec, resolution.at()))
                    .forEach(reminder -> leaving.add(letGo(reminder)));
        }
        if (!rows.isEmpty()) {
            operations.write(connection, ledger.key(), rows);
        }
        letters.resolve(connection, List.of(letter.letterId()), resolution);
        events.append(connection, ledger.key(), happened, resolution.at());
        outboxTable.insert(connection, ledger.key(), leaving, resolution.at());
        return new Resolved(
                letters.find(connection, operationId).orElseThrow().resource(),
                ledger.key(),
                rows.stream().map(OperationTable.Row::operation).toList());
    }

    /** What it holds on its way to another ledger is held until that one has said that it will not credit it. */
    private OutboxTable.Entry letGo(QueueMessage reminder) {
        return new OutboxTable.Entry(
                OutboxTable.Target.MESSAGE,
                reminder.operations().getFirst().operationId() + ":discarded",
                reminder.group(),
                codec.encode(reminder));
    }

    /** What repeats an operation has no letter of its own: it is given up with it. */
    private List<OperationTable.Row> repeating(Connection connection, List<OperationTable.Row> given, Instant at)
            throws SQLException {
        var errors = new HashMap<UUID, Problem>();
        given.forEach(
                row -> errors.put(row.operation().operationId(), row.operation().error()));
        return operations.waitingFor(connection, errors.keySet()).stream()
                .map(row -> moved(
                        row,
                        OperationStatus.DISCARDED,
                        errors.get(row.operation().duplicateOf()),
                        at))
                .toList();
    }

    private OperationTable.Row moved(OperationTable.Row row, OperationStatus status, Instant at) {
        return moved(
                row,
                status,
                status == OperationStatus.PENDING ? null : row.operation().error(),
                at);
    }

    private OperationTable.Row moved(OperationTable.Row row, OperationStatus status, Problem error, Instant at) {
        var operation = row.operation();
        var moved = operation.decided(
                status,
                operation.version() + 1,
                operation.attempts(),
                null,
                error,
                operation.duplicateOf(),
                at,
                retention);
        return row.with(moved);
    }

    /** The queue has seen the first ids of its operations: to it, this must be another message. */
    private OutboxTable.Entry message(String tenant, String ledgerId, DeadLetterTable.Row carrier, Instant redrivenAt) {
        var group = carrier.readable() // the step of another ledger's is for that one
                ? codec.decode(carrier.body()).group()
                : QueueMessage.group(tenant, ledgerId);
        return new OutboxTable.Entry(
                OutboxTable.Target.MESSAGE,
                "%s:%d".formatted(carrier.letterId(), ChronoUnit.MICROS.between(Instant.EPOCH, redrivenAt)),
                group,
                carrier.body());
    }

    private ProblemException notDead(Connection connection, String tenant, UUID operationId) throws SQLException {
        var exists = operations
                .find(connection, operationId)
                .map(row -> row.tenant().equals(tenant))
                .orElseGet(() -> publisher.knows(tenant, operationId));
        return exists
                ? notDead()
                : ProblemException.of(ProblemCode.OPERATION_NOT_FOUND, "There is no operation with this id");
    }

    private static ProblemException notDead() {
        return ProblemException.of(
                ProblemCode.OPERATION_NOT_DEAD, "Only what is dead can be redriven or discarded, and once only");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
