package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.Event;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What has happened in each ledger, numbered from 1 in its order and without gaps, and how far the topic was told. */
@Singleton
public final class EventTable {
    private final OperationTable operations;
    private final Codec codec;

    EventTable(OperationTable operations, Codec codec) {
        this.operations = operations;
        this.codec = codec;
    }

    /** What is to be remembered. */
    public sealed interface Happened {
        /** Any event. */
        record Told(Event event) implements Happened {}

        /** That an operation was asked for and has its outcome: two events that can be told from its row at any time. */
        record Decided(UUID operationId) implements Happened {}
    }

    /** @param body CloudEvents as JSON */
    public record Row(long number, String id, String type, String body) {}

    /** What the topic has not been told of a ledger. */
    public record Unsent(String tenant, String ledgerId, List<Row> rows) {}

    /** Where the events of a ledger are. */
    public record Range(long oldest, long newest) {}

    /** Keeps everybody else who writes to the ledger out until the transaction ends. */
    public void append(Connection connection, int ledgerKey, List<Happened> happened, Instant now) throws SQLException {
        var offsets = new ArrayList<Long>();
        var events = 0L;
        for (var one : happened) {
            events += one instanceof Happened.Decided ? 2 : 1;
            offsets.add(events);
        }
        try (var insert = connection.prepareStatement("""
                with last as (
                    update ledger set events = events + ? where ledger_key = ? returning ledger_key, events
                )
                insert into event (ledger_key, number, operation_id, body, created_at)
                select last.ledger_key, last.events - ? + new.place, new.operation_id, new.body::json, ?
                from last, unnest(?::bigint[], ?::uuid[], ?::text[]) as new (place, operation_id, body)
                """)) {
            insert.setLong(1, events);
            insert.setInt(2, ledgerKey);
            insert.setLong(3, events);
            insert.setObject(4, Rows.time(now));
            Rows.array(insert, 5, "bigint", offsets, offset -> offset);
            Rows.array(
                    insert,
                    6,
                    "uuid",
                    happened,
                    one -> one instanceof Happened.Decided decided ? decided.operationId() : null);
            Rows.array(
                    insert, 7, "text", happened, one -> one instanceof Happened.Told told ? body(told.event()) : null);
            insert.executeUpdate();
        }
    }

    private String body(Event event) {
        var body = codec.write(event);
        if (body.length > Event.BYTES_MAX) {
            body = codec.write(event.brief());
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private record Kept(long number, UUID operationId, String id, String type, String body) {}

    /**
     * Those behind a number.
     *
     * @param limit of rows, each of which tells of up to two
     */
    public List<Row> after(Connection connection, int ledgerKey, long number, int limit) throws SQLException {
        var kept = kept(connection, ledgerKey, number, limit);
        var ids = kept.stream().map(Kept::operationId).filter(Objects::nonNull).toList();
        var decided = ids.isEmpty() ? List.<OperationTable.Row>of() : operations.find(connection, ids);
        var byId =
                decided.stream().collect(Collectors.toMap(row -> row.operation().operationId(), Function.identity()));
        var rows = new ArrayList<Row>();
        for (var one : kept) {
            if (one.body() != null) {
                rows.add(new Row(one.number(), one.id(), one.type(), one.body()));
                continue;
            }
            var operation = byId.get(one.operationId());
            if (operation == null) {
                continue; // forgotten, which takes a topic that was away for all its retention
            }
            if (one.number() - 1 > number) {
                rows.add(row(one.number() - 1, requested(operation)));
            }
            rows.add(row(one.number(), decided(operation)));
        }
        return rows;
    }

    private static Event requested(OperationTable.Row row) {
        return Event.requested(row.tenant(), row.operation()).in(row.trace());
    }

    private static Event decided(OperationTable.Row row) {
        return Event.of(row.tenant(), row.operation()).in(row.trace());
    }

    private Row row(long number, Event event) {
        return new Row(number, event.id(), event.type(), body(event));
    }

    private static List<Kept> kept(Connection connection, int ledgerKey, long number, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select number, operation_id, body ->> 'id' as id, body ->> 'type' as type, body from event
                where ledger_key = ? and number > ?
                order by number
                limit ?
                """)) {
            select.setInt(1, ledgerKey);
            select.setLong(2, number);
            select.setInt(3, limit);
            return Rows.list(
                    select,
                    row -> new Kept(
                            row.getLong("number"),
                            row.getObject("operation_id", UUID.class),
                            row.getString("id"),
                            row.getString("type"),
                            row.getString("body")));
        }
    }

    /** Which there are; the oldest is behind the newest if there are none. */
    public Range range(Connection connection, int ledgerKey) throws SQLException {
        try (var select = connection.prepareStatement("""
                select coalesce((select number - case when operation_id is null then 0 else 1 end from event
                                 where event.ledger_key = ledger.ledger_key order by number limit 1),
                                events + 1) as oldest,
                       events as newest
                from ledger where ledger_key = ?
                """)) {
            select.setInt(1, ledgerKey);
            return Rows.list(select, row -> new Range(row.getLong("oldest"), row.getLong("newest")))
                    .getFirst();
        }
    }

    /** The ledger's next ones for the topic. Whoever else wants them waits until the transaction ends. */
    public Unsent lockUnsent(Connection connection, int ledgerKey, int limit) throws SQLException {
        var sent = lockSent(connection, ledgerKey);
        if (sent.isEmpty()) {
            insertSent(connection, ledgerKey);
            sent = lockSent(connection, ledgerKey);
        }
        var first = sent.getFirst();
        return new Unsent(first.tenant(), first.ledgerId(), after(connection, ledgerKey, first.number(), limit));
    }

    private record Sent(String tenant, String ledgerId, long number) {}

    private static List<Sent> lockSent(Connection connection, int ledgerKey) throws SQLException {
        try (var select = connection.prepareStatement("""
                select tenant, ledger_id, number from event_sent join ledger using (ledger_key)
                where ledger_key = ?
                for update of event_sent
                """)) {
            select.setInt(1, ledgerKey);
            return Rows.list(
                    select,
                    row -> new Sent(row.getString("tenant"), row.getString("ledger_id"), row.getLong("number")));
        }
    }

    private static void insertSent(Connection connection, int ledgerKey) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into event_sent (ledger_key, number) values (?, 0) on conflict do nothing
                """)) {
            insert.setInt(1, ledgerKey);
            insert.executeUpdate();
        }
    }

    /** The topic has been told all up to a number. */
    public void sent(Connection connection, int ledgerKey, long number) throws SQLException {
        try (var update = connection.prepareStatement("update event_sent set number = ? where ledger_key = ?")) {
            update.setLong(1, number);
            update.setInt(2, ledgerKey);
            update.executeUpdate();
        }
    }

    /** Ledgers with events that the topic has not been told, and that are not forgotten. */
    public List<Integer> unsent(Connection connection, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select ledger_key from ledger left join event_sent sent using (ledger_key)
                where events > coalesce(sent.number, 0)
                  and exists (select from event
                              where event.ledger_key = ledger.ledger_key and event.number > coalesce(sent.number, 0))
                order by ledger_key
                limit ?
                """)) {
            select.setInt(1, limit);
            return Rows.list(select, row -> row.getInt("ledger_key"));
        }
    }

    /** Since when an event waits for the topic; for none, where there is no topic. */
    public Optional<Instant> oldestUnsent(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("""
                select next.created_at
                from ledger
                join event_sent sent using (ledger_key)
                cross join lateral (
                    select created_at from event
                    where event.ledger_key = ledger.ledger_key and event.number > sent.number
                    order by event.number limit 1
                ) next
                where ledger.events > sent.number
                order by next.created_at
                limit 1
                """)) {
            return Rows.list(select, row -> Rows.instant(row, "created_at")).stream()
                    .findFirst();
        }
    }

    /**
     * Deletes some of the old ones.
     *
     * @param evenUnsent also those that the topic has not been told, because there is none
     * @return how many there were; less than the limit if there are no more
     */
    public int forget(Connection connection, Instant before, boolean evenUnsent, int limit) throws SQLException {
        try (var delete = connection.prepareStatement("""
                delete from event where (ledger_key, number) in (
                    select ledger_key, event.number
                    from event left join event_sent sent using (ledger_key)
                    where created_at < ? and (? or event.number <= sent.number)
                    limit ?
                )
                """)) {
            delete.setObject(1, Rows.time(before));
            delete.setBoolean(2, evenUnsent);
            delete.setInt(3, limit);
            return delete.executeUpdate();
        }
    }
}
