package io.daybook.store;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * How far each webhook has been told of each ledger. Whoever sends it anything of that ledger has a lease on the lane,
 * so that one at a time does; whoever changes the webhook ends the lease.
 */
@Singleton
public final class LaneTable {
    /** The lane of what is of no ledger. */
    public static final int TESTS = 0;

    /**
     * One that is leased.
     *
     * @param webhook as it was then
     * @param ledgerKey or {@link #TESTS}
     * @param number of the last event that it was told
     */
    public record Lane(WebhookTable.Row webhook, int ledgerKey, long number, UUID lease) {}

    /** Of a new webhook: it is told of what comes from now on, and of all that happens in ledgers to come. */
    public void open(Connection connection, WebhookTable.Row webhook) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into webhook_lane (webhook_id, ledger_key, number)
                select ?, ledger_key, events from ledger
                where tenant = ? and (?::integer is null or ledger_key = ?::integer)
                union all
                select ?, 0, 0
                """)) {
            insert.setObject(1, webhook.id());
            insert.setString(2, webhook.tenant());
            insert.setObject(3, webhook.ledgerKey(), Types.INTEGER);
            insert.setObject(4, webhook.ledgerKey(), Types.INTEGER);
            insert.setObject(5, webhook.id());
            insert.executeUpdate();
        }
    }

    /** Of ledgers that have come since. */
    public void openMissing(Connection connection) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into webhook_lane (webhook_id, ledger_key, number)
                select webhook_id, l.ledger_key, 0
                from webhook w join ledger l using (tenant)
                where w.status = 'enabled' and w.ledger_key is null and l.events > 0
                  and not exists (select from webhook_lane o
                                  where o.webhook_id = w.webhook_id and o.ledger_key = l.ledger_key)
                on conflict do nothing
                """)) {
            insert.executeUpdate();
        }
    }

    /**
     * Leases lanes on which something is to be sent, those first that have waited for longest.
     *
     * @param perWebhook so many of one webhook are leased at a time
     */
    public List<Lane> lease(Connection connection, UUID lease, Instant now, Instant until, int perWebhook, int limit)
            throws SQLException {
        try (var update = connection.prepareStatement("""
                with leased as (
                    select webhook_id, count(*) as lanes from webhook_lane where leased_by is not null and leased_until > ?
                    group by webhook_id
                ), waiting as (
                    select lane.webhook_id, lane.ledger_key,
                           coalesce(leased.lanes, 0) + row_number() over (
                               partition by lane.webhook_id order by lane.leased_until nulls first) as place
                    from webhook w
                    join webhook_lane lane using (webhook_id)
                    left join leased using (webhook_id)
                    left join ledger l on l.ledger_key = lane.ledger_key
                    where w.status = 'enabled' and (w.rest_until is null or w.rest_until <= ?)
                      and (lane.leased_by is null or lane.leased_until <= ?)
                      and (l.events > lane.number
                           or exists (select from webhook_delivery d
                                      where d.webhook_id = lane.webhook_id and d.ledger_key = lane.ledger_key
                                        and d.status = 'pending' and d.next_at <= ?))
                ), free as (
                    select lane.webhook_id, lane.ledger_key
                    from webhook_lane lane join waiting using (webhook_id, ledger_key)
                    where place <= ? and (lane.leased_by is null or lane.leased_until <= ?)
                    order by lane.leased_until nulls first
                    limit ?
                    for update of lane skip locked
                )
                update webhook_lane lane set leased_by = ?, leased_until = ?
                from free
                join webhook w using (webhook_id)
                left join ledger l on l.ledger_key = w.ledger_key
                where lane.webhook_id = free.webhook_id and lane.ledger_key = free.ledger_key
                returning w.*, l.ledger_id, lane.ledger_key as lane, lane.number
                """)) {
            update.setObject(1, Rows.time(now));
            update.setObject(2, Rows.time(now));
            update.setObject(3, Rows.time(now));
            update.setObject(4, Rows.time(now));
            update.setInt(5, perWebhook);
            update.setObject(6, Rows.time(now));
            update.setInt(7, limit);
            update.setObject(8, lease);
            update.setObject(9, Rows.time(until));
            return Rows.list(
                    update, row -> new Lane(WebhookTable.row(row), row.getInt("lane"), row.getLong("number"), lease));
        }
    }

    /**
     * It was told of all up to a number.
     *
     * @return false if somebody has ended the lease: then nothing is changed
     */
    public boolean advance(Connection connection, Lane lane, long number) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook_lane set number = greatest(number, ?)
                where webhook_id = ? and ledger_key = ? and leased_by = ?
                """)) {
            update.setLong(1, number);
            update.setObject(2, lane.webhook().id());
            update.setInt(3, lane.ledgerKey());
            update.setObject(4, lane.lease());
            return update.executeUpdate() > 0;
        }
    }

    public void release(Connection connection, Lane lane, Instant now) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook_lane set leased_by = null, leased_until = ?
                where webhook_id = ? and ledger_key = ? and leased_by = ?
                """)) {
            update.setObject(1, Rows.time(now));
            update.setObject(2, lane.webhook().id());
            update.setInt(3, lane.ledgerKey());
            update.setObject(4, lane.lease());
            update.executeUpdate();
        }
    }

    /** Whoever is at the webhook ends after the attempt that is under way. */
    public void endLeases(Connection connection, UUID webhookId) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook_lane set leased_by = null where webhook_id = ? and leased_by is not null
                """)) {
            update.setObject(1, webhookId);
            update.executeUpdate();
        }
    }

    /** Has all be told again that has happened since a time, and is kept. */
    public void rewind(Connection connection, UUID webhookId, Instant since) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook_lane lane set leased_by = null, number = coalesce(
                    (select least(lane.number, number - case when operation_id is null then 1 else 2 end) from event
                     where event.ledger_key = lane.ledger_key and created_at >= ?
                     order by number limit 1),
                    lane.number)
                where webhook_id = ?
                """)) {
            update.setObject(1, Rows.time(since));
            update.setObject(2, webhookId);
            update.executeUpdate();
        }
    }
}
