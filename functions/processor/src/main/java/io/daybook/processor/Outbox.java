package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Event;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.daybook.store.OutboxTable.Entry;
import io.daybook.store.OutboxTable.Row;
import io.daybook.store.OutboxTable.Target;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was written with the books: events to their topic, messages to the queue, statuses to Redis. A row is
 * deleted once it has arrived, so that it arrives at least once; a ledger's rows arrive in their order.
 */
@Singleton
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int ROWS_MAX = 100;
    private static final int LEDGERS_MAX = 1_000;

    private final Database database;
    private final OutboxTable outbox;
    private final OperationTable operations;
    private final Topic topic;
    private final OperationQueue queue;
    private final Publisher publisher;
    private final Codec codec;
    private final Clock clock;
    private final Duration drainMax;

    Outbox(
            Database database,
            OutboxTable outbox,
            OperationTable operations,
            Topic topic,
            OperationQueue queue,
            Publisher publisher,
            Codec codec,
            Clock clock,
            @Value("${daybook.outbox.drain-max}") Duration drainMax) {
        this.database = database;
        this.outbox = outbox;
        this.operations = operations;
        this.topic = topic;
        this.queue = queue;
        this.publisher = publisher;
        this.codec = codec;
        this.clock = clock;
        this.drainMax = drainMax;
    }

    /**
     * What is to be told of an operation that has changed. One that repeats another is no fact of its own.
     *
     * @param isNew whether nothing was known of it in PostgreSQL
     */
    List<Entry> events(String tenant, Operation operation, boolean isNew) {
        var events = new ArrayList<Entry>();
        if (isNew && operation.duplicateOf() == null) {
            events.addAll(event(tenant, operation.ledgerId(), Event.requested(tenant, operation)));
        }
        var isRequestedOnly = isNew && operation.status() == OperationStatus.PENDING; // it waits for its ledger
        if (!isRequestedOnly && (operation.duplicateOf() == null || operation.status() == OperationStatus.DEAD)) {
            events.addAll(event(tenant, operation.ledgerId(), Event.of(tenant, operation)));
        }
        return events;
    }

    /** Nothing without a topic. */
    List<Entry> event(String tenant, String ledgerId, Event event) {
        if (!topic.isThere()) {
            return List.of();
        }
        var body = codec.write(event);
        if (body.length > Receiver.BYTES_MAX) {
            body = codec.write(event.brief());
        }
        return List.of(new Entry(
                Target.EVENT,
                event.id(),
                QueueMessage.group(tenant, ledgerId),
                new String(body, StandardCharsets.UTF_8)));
    }

    /** Sends what the ledgers have, as far as it goes, and never fails: what stays is sent by the relay. */
    int drain(Collection<Integer> ledgers) {
        var until = clock.instant().plus(drainMax);
        var sent = 0;
        try {
            for (var ledger : ledgers) {
                var more = ROWS_MAX;
                while (more == ROWS_MAX && clock.instant().isBefore(until)) {
                    more = database.transaction(connection -> {
                        var rows = outbox.lockNext(connection, ledger, ROWS_MAX);
                        var arrived = new ArrayList<>(arrived(topic, Target.EVENT, rows));
                        arrived.addAll(arrived(queue, Target.MESSAGE, rows));
                        if (!arrived.isEmpty()) {
                            outbox.delete(connection, arrived);
                        }
                        return arrived.size();
                    });
                    sent += more;
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("The outbox is left to the relay", e);
        }
        return sent;
    }

    /** Sends what any ledger has. */
    int drainAll() {
        return drain(database.transaction(connection -> outbox.ledgers(connection, LEDGERS_MAX)));
    }

    private static List<Row> arrived(Receiver receiver, Target target, List<Row> rows) {
        var its = rows.stream().filter(row -> row.entry().target() == target).toList();
        return its.isEmpty()
                ? its
                : its.subList(0, receiver.send(its.stream().map(Row::entry).toList()));
    }

    /** Tells Redis; what does not arrive is told by the relay. */
    void publish(String tenant, String ledgerId, int ledgerKey, List<Operation> statuses) {
        if (publisher.publish(tenant, ledgerId, statuses)) {
            return;
        }
        var group = QueueMessage.group(tenant, ledgerId);
        try {
            database.transaction(connection -> {
                var entries = statuses.stream()
                        .map(operation -> Entry.status(operation.operationId(), group))
                        .toList();
                outbox.insert(connection, ledgerKey, entries, clock.instant().truncatedTo(ChronoUnit.MICROS));
                return null;
            });
        } catch (RuntimeException e) {
            LOG.warn("Redis does not learn of {} status(es), PostgreSQL will answer", statuses.size(), e);
        }
    }

    /** Tells Redis as it is now what it did not learn when it happened. */
    int repairStatuses() {
        var until = clock.instant().plus(drainMax);
        var repaired = 0;
        var more = ROWS_MAX;
        while (more == ROWS_MAX && clock.instant().isBefore(until)) {
            more = database.transaction(connection -> {
                var rows = outbox.lockStatuses(connection, ROWS_MAX);
                var ids = rows.stream()
                        .map(row -> UUID.fromString(row.entry().id()))
                        .distinct()
                        .toList();
                var byLedger = operations.find(connection, ids).stream()
                        .collect(Collectors.groupingBy(
                                row -> List.of(row.tenant(), row.operation().ledgerId())));
                for (var ledger : byLedger.entrySet()) {
                    var statuses = ledger.getValue().stream()
                            .map(OperationTable.Row::operation)
                            .toList();
                    if (!publisher.tell(ledger.getKey().get(0), ledger.getKey().get(1), statuses)) {
                        return 0;
                    }
                }
                outbox.delete(connection, rows);
                return rows.size();
            });
            repaired += more;
        }
        return repaired;
    }
}
