package io.daybook.processor;

import io.daybook.contract.LedgerName;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.daybook.runtime.LogSubject;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.daybook.store.OutboxTable.Entry;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was written with the books: messages to the queue, events to their topic, statuses to Redis. A row is
 * deleted, and an event counted as sent, once it has arrived, so that it arrives at least once; a ledger's arrive in
 * their order.
 */
@Singleton
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int ROWS_MAX = 100;
    private static final int LEDGERS_MAX = 1_000;

    private final Database database;
    private final OutboxTable outbox;
    private final OperationTable operations;
    private final Events events;
    private final OperationQueue queue;
    private final Publisher publisher;
    private final Clock clock;
    private final Duration drainMax;
    private final Duration drainAllMax;

    Outbox(
            Database database,
            OutboxTable outbox,
            OperationTable operations,
            Events events,
            OperationQueue queue,
            Publisher publisher,
            Clock clock,
            @Value("${daybook.outbox.drain-max}") Duration drainMax,
            @Value("${daybook.outbox.drain-all-max}") Duration drainAllMax) {
        this.database = database;
        this.outbox = outbox;
        this.operations = operations;
        this.events = events;
        this.queue = queue;
        this.publisher = publisher;
        this.clock = clock;
        this.drainMax = drainMax;
        this.drainAllMax = drainAllMax;
    }

    /** Sends what the ledgers have, as far as it goes, and never fails: what stays is sent by the relay. */
    int drain(Collection<Integer> ledgers) {
        return drain(ledgers, drainMax);
    }

    /** In turns, so that a ledger with much to send does not keep the others waiting. */
    private int drain(Collection<Integer> ledgers, Duration max) {
        var until = clock.instant().plus(max);
        var left = new LinkedHashSet<>(ledgers);
        var sent = 0;
        try {
            while (!left.isEmpty()) {
                for (var turn = left.iterator(); turn.hasNext(); ) {
                    var ledger = turn.next();
                    if (!clock.instant().isBefore(until)) {
                        return sent;
                    }
                    var messages = database.transaction(connection -> send(connection, ledger));
                    var told = events.areSent()
                            ? database.transaction(connection -> events.send(connection, ledger, ROWS_MAX))
                            : 0;
                    sent += messages + told;
                    if (messages < ROWS_MAX && told < ROWS_MAX) {
                        turn.remove();
                    }
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("The outbox is left to the relay", e);
        }
        return sent;
    }

    private int send(Connection connection, int ledgerKey) throws SQLException {
        var rows = outbox.lockNext(connection, ledgerKey, ROWS_MAX);
        var messages = rows.stream()
                .map(row -> new Receiver.Message(
                        row.entry().id(), row.entry().group(), row.entry().body()))
                .toList();
        var arrived = rows.isEmpty() ? 0 : queue.send(messages);
        if (arrived > 0) {
            outbox.delete(connection, rows.subList(0, arrived));
        }
        return arrived;
    }

    /** Sends what any ledger has. */
    int drainAll() {
        var ledgers = database.transaction(connection -> {
            var some = new LinkedHashSet<>(outbox.ledgers(connection, LEDGERS_MAX));
            if (events.areSent()) {
                some.addAll(events.unsent(connection, LEDGERS_MAX));
            }
            return some;
        });
        return drain(ledgers, drainAllMax);
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
                        .collect(Collectors.groupingBy(row ->
                                new LedgerName(row.tenant(), row.operation().ledgerId())));
                for (var ledger : byLedger.entrySet()) {
                    var statuses = ledger.getValue().stream()
                            .map(OperationTable.Row::operation)
                            .toList();
                    try (var subject = LogSubject.open()) {
                        subject.ledger(ledger.getKey().ledgerId());
                        if (!publisher.tell(
                                ledger.getKey().tenant(), ledger.getKey().ledgerId(), statuses)) {
                            return 0;
                        }
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
