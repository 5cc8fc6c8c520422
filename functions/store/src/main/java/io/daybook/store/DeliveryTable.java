package io.daybook.store;

import io.daybook.contract.DeliveryResource;
import io.daybook.contract.DeliveryStatus;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Events on their way to webhooks: those that were tried, and tests. */
@Singleton
public final class DeliveryTable {

    /**
     * @param ledgerKey or {@link LaneTable#TESTS}
     * @param number of the event in its ledger
     * @param body of a test; {@code null} of all that is in a ledger
     * @param last {@code null} before the first attempt
     * @param nextAt while it is pending
     */
    public record Row(
            UUID webhookId,
            UUID deliveryId,
            int ledgerKey,
            String ledgerId,
            long number,
            String eventId,
            String eventType,
            String body,
            DeliveryStatus status,
            int attempts,
            Instant nextAt,
            Attempt last,
            Instant createdAt) {

        /** The same after another attempt. */
        public Row tried(Attempt attempt, DeliveryStatus now, Instant next) {
            return new Row(
                    webhookId,
                    deliveryId,
                    ledgerKey,
                    ledgerId,
                    number,
                    eventId,
                    eventType,
                    body,
                    now,
                    attempts + 1,
                    next,
                    attempt,
                    createdAt);
        }

        public DeliveryResource resource() {
            return new DeliveryResource(
                    deliveryId,
                    webhookId,
                    ledgerId,
                    eventId,
                    eventType,
                    status,
                    attempts,
                    createdAt,
                    nextAt,
                    last == null ? null : last.at(),
                    last == null ? null : last.status(),
                    last == null ? null : last.error());
        }
    }

    /**
     * @param status that the endpoint answered; {@code null} if it did not
     * @param error {@code null} if it has taken the event
     */
    public record Attempt(Instant at, Integer status, String error) {}

    /** One that was written before is written anew, but for its id. */
    public void write(Connection connection, Row row) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into webhook_delivery (webhook_id, delivery_id, ledger_key, number, event_id, event_type, body,
                    status, attempts, next_at, last_at, last_status, last_error, created_at)
                values (?, ?, ?, ?, ?, ?, ?::json, ?, ?, ?, ?, ?, ?, ?)
                on conflict (webhook_id, event_id) do update set
                    status = excluded.status, attempts = excluded.attempts, next_at = excluded.next_at,
                    last_at = excluded.last_at, last_status = excluded.last_status, last_error = excluded.last_error
                """)) {
            insert.setObject(1, row.webhookId());
            insert.setObject(2, row.deliveryId());
            insert.setInt(3, row.ledgerKey());
            insert.setLong(4, row.number());
            insert.setString(5, row.eventId());
            insert.setString(6, row.eventType());
            insert.setString(7, row.body());
            insert.setString(8, row.status().toString());
            insert.setInt(9, row.attempts());
            insert.setObject(10, Rows.time(row.nextAt()));
            insert.setObject(
                    11, row.last() == null ? null : Rows.time(row.last().at()));
            insert.setObject(12, row.last() == null ? null : row.last().status(), Types.INTEGER);
            insert.setString(13, row.last() == null ? null : row.last().error());
            insert.setObject(14, Rows.time(row.createdAt()));
            insert.executeUpdate();
        }
    }

    /** Those of a lane whose time has come, in the order of their ledger. */
    public List<Row> due(Connection connection, LaneTable.Lane lane, Instant now, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, ledger_id from webhook_delivery d left join ledger using (ledger_key)
                where webhook_id = ? and d.ledger_key = ? and status = 'pending' and next_at <= ?
                order by number, delivery_id
                limit ?
                """)) {
            select.setObject(1, lane.webhook().id());
            select.setInt(2, lane.ledgerKey());
            select.setObject(3, Rows.time(now));
            select.setInt(4, limit);
            return Rows.list(select, DeliveryTable::row);
        }
    }

    /** Those that wait are tried at once. */
    public void hasten(Connection connection, UUID webhookId, Instant now) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook_delivery set next_at = ? where webhook_id = ? and status = 'pending' and next_at > ?
                """)) {
            update.setObject(1, Rows.time(now));
            update.setObject(2, webhookId);
            update.setObject(3, Rows.time(now));
            update.executeUpdate();
        }
    }

    /**
     * The newest first, behind one of them.
     *
     * @param status only those; {@code null} for all
     * @param after {@code null} to begin with the newest
     */
    public List<Row> list(Connection connection, UUID webhookId, DeliveryStatus status, UUID after, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, ledger_id from webhook_delivery d left join ledger using (ledger_key)
                where webhook_id = ? and (?::text is null or status = ?) and (?::uuid is null or delivery_id < ?)
                order by delivery_id desc
                limit ?
                """)) {
            var wanted = status == null ? null : status.toString();
            select.setObject(1, webhookId);
            select.setString(2, wanted);
            select.setString(3, wanted);
            select.setObject(4, after, Types.OTHER);
            select.setObject(5, after, Types.OTHER);
            select.setInt(6, limit);
            return Rows.list(select, DeliveryTable::row);
        }
    }

    /**
     * Deletes some of the old ones.
     *
     * @return how many there were; less than the limit if there are no more
     */
    public int forget(Connection connection, Instant before, int limit) throws SQLException {
        try (var delete = connection.prepareStatement("""
                delete from webhook_delivery where (webhook_id, delivery_id) in (
                    select webhook_id, delivery_id from webhook_delivery where created_at < ? limit ?
                )
                """)) {
            delete.setObject(1, Rows.time(before));
            delete.setInt(2, limit);
            return delete.executeUpdate();
        }
    }

    private static Row row(ResultSet row) throws SQLException {
        var lastAt = Rows.instant(row, "last_at");
        return new Row(
                row.getObject("webhook_id", UUID.class),
                row.getObject("delivery_id", UUID.class),
                row.getInt("ledger_key"),
                row.getString("ledger_id"),
                row.getLong("number"),
                row.getString("event_id"),
                row.getString("event_type"),
                row.getString("body"),
                DeliveryStatus.of(row.getString("status")).orElseThrow(),
                row.getInt("attempts"),
                Rows.instant(row, "next_at"),
                lastAt == null
                        ? null
                        : new Attempt(lastAt, row.getObject("last_status", Integer.class), row.getString("last_error")),
                Rows.instant(row, "created_at"));
    }
}
