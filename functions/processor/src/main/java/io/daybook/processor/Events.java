package io.daybook.processor;

import io.daybook.contract.Event;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.store.EventTable;
import io.daybook.store.EventTable.Happened;
import io.daybook.store.OperationTable;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** What has happened in a ledger: written with its books, in their order, and sent to the topic if there is one. */
@Singleton
final class Events {
    private final EventTable events;
    private final Topic topic;

    Events(EventTable events, Topic topic) {
        this.events = events;
        this.topic = topic;
    }

    /**
     * What is to be told of an operation that has changed. One that repeats another is no fact of its own.
     *
     * @param isNew whether nothing was known of it in PostgreSQL
     */
    static List<Happened> of(OperationTable.Row row, boolean isNew) {
        var operation = row.operation();
        if (operation.duplicateOf() != null) {
            return operation.status() == OperationStatus.DEAD ? List.of(told(row)) : List.of();
        }
        if (!isNew) {
            return List.of(told(row));
        }
        if (operation.status() == OperationStatus.SUCCEEDED || operation.status() == OperationStatus.FAILED) {
            return List.of(new Happened.Decided(operation.operationId()));
        }
        var requested =
                new Happened.Told(Event.requested(row.tenant(), operation).in(row.trace()));
        return operation.status() == OperationStatus.PENDING // it waits for its ledger
                ? List.of(requested)
                : List.of(requested, told(row));
    }

    private static Happened told(OperationTable.Row row) {
        return new Happened.Told(Event.of(row.tenant(), row.operation()).in(row.trace()));
    }

    void append(Connection connection, int ledgerKey, List<Happened> happened, Instant now) throws SQLException {
        if (!happened.isEmpty()) {
            events.append(connection, ledgerKey, happened, now);
        }
    }

    /** Whether they are sent anywhere. */
    boolean areSent() {
        return topic.isThere();
    }

    /** Ledgers with some that are not sent yet. */
    List<Integer> unsent(Connection connection, int limit) throws SQLException {
        return events.unsent(connection, limit);
    }

    /** Deletes some of the old ones, and returns how many; fewer than the limit if there are no more. */
    int forget(Connection connection, Instant before, int limit) throws SQLException {
        return events.forget(connection, before, !areSent(), limit);
    }

    /**
     * Sends the next ones of a ledger, as far as it goes.
     *
     * @param limit of rows, each of which tells of up to two
     * @return how many arrived
     */
    int send(Connection connection, int ledgerKey, int limit) throws SQLException {
        var unsent = events.lockUnsent(connection, ledgerKey, limit);
        var rows = unsent.rows();
        if (rows.isEmpty()) {
            return 0;
        }
        var group = QueueMessage.group(unsent.tenant(), unsent.ledgerId());
        var arrived = topic.send(rows.stream()
                .map(row -> new Receiver.Message(row.id(), group, row.body()))
                .toList());
        if (arrived > 0) {
            events.sent(connection, ledgerKey, rows.get(arrived - 1).number());
        }
        return arrived;
    }
}
