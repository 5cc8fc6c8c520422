package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Event;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.store.EventTable;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has happened in a ledger: written with its books, in their order, and sent to the topic if there is one. */
@Singleton
final class Events {
    private final EventTable events;
    private final Topic topic;
    private final Codec codec;

    Events(EventTable events, Topic topic, Codec codec) {
        this.events = events;
        this.topic = topic;
        this.codec = codec;
    }

    /**
     * What is to be told of an operation that has changed. One that repeats another is no fact of its own.
     *
     * @param isNew whether nothing was known of it in PostgreSQL
     */
    static List<Event> of(String tenant, Operation operation, boolean isNew) {
        var events = new ArrayList<Event>();
        if (isNew && operation.duplicateOf() == null) {
            events.add(Event.requested(tenant, operation));
        }
        var isRequestedOnly = isNew && operation.status() == OperationStatus.PENDING; // it waits for its ledger
        if (!isRequestedOnly && (operation.duplicateOf() == null || operation.status() == OperationStatus.DEAD)) {
            events.add(Event.of(tenant, operation));
        }
        return events;
    }

    void append(Connection connection, int ledgerKey, List<Event> happened, Instant now) throws SQLException {
        if (!happened.isEmpty()) {
            events.append(
                    connection, ledgerKey, happened.stream().map(this::body).toList(), now);
        }
    }

    private String body(Event event) {
        var body = codec.write(event);
        if (body.length > Receiver.BYTES_MAX) {
            body = codec.write(event.brief());
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Whether they are sent anywhere. */
    boolean areSent() {
        return topic.isThere();
    }

    /** Ledgers with some that are not sent yet. */
    List<Integer> unsent(Connection connection, int limit) throws SQLException {
        return events.unsent(connection, limit);
    }

    /** Since when one waits to be sent. */
    Optional<Instant> oldestUnsent(Connection connection) throws SQLException {
        return areSent() ? events.oldestUnsent(connection) : Optional.empty();
    }

    /** Deletes some of the old ones, and returns how many; fewer than the limit if there are no more. */
    int forget(Connection connection, Instant before, int limit) throws SQLException {
        return events.forget(connection, before, !areSent(), limit);
    }

    /**
     * Sends the next ones of a ledger, as far as it goes.
     *
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
