package io.daybook.store;

import io.daybook.contract.Amount;
import io.daybook.contract.HoldResource;
import io.daybook.contract.HoldStatus;
import io.daybook.ledger.Hold;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What is kept back on accounts. */
@Singleton
public final class HoldTable {

    public List<Hold> find(Connection connection, int ledgerKey, Collection<UUID> holdIds) throws SQLException {
        try (var select = connection.prepareStatement("""
                select h.*, a.account_id, a.currency, a.scale from hold h join account a using (account_key)
                where h.ledger_key = ? and h.hold_id = any(?)
                """)) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "uuid", holdIds, id -> id);
            return Rows.list(select, HoldTable::row);
        }
    }

    /** As clients see it, of whatever ledger of the tenant. */
    public Optional<HoldResource> find(Connection connection, String tenant, UUID holdId) throws SQLException {
        try (var select = connection.prepareStatement("""
                select h.*, a.account_id, a.currency, a.scale, l.ledger_id
                from hold h join account a using (account_key) join ledger l on l.ledger_key = h.ledger_key
                where h.hold_id = ? and l.tenant = ?
                """)) {
            select.setObject(1, holdId);
            select.setString(2, tenant);
            return Rows.list(select, HoldTable::resource).stream().findFirst();
        }
    }

    /**
     * As clients see them, in the order of their ids, behind one of them.
     *
     * @param status {@code null} for any
     */
    public List<HoldResource> list(Connection connection, int ledgerKey, HoldStatus status, UUID after, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement(
                """
                select h.*, a.account_id, a.currency, a.scale, l.ledger_id
                from hold h join account a using (account_key) join ledger l on l.ledger_key = h.ledger_key
                where h.ledger_key = ? and h.hold_id > ? %s
                order by h.hold_id
                limit ?
                """.formatted(status == null ? "" : "and h.status = '%s'".formatted(status)))) {
            select.setInt(1, ledgerKey);
            select.setObject(2, after);
            select.setInt(3, limit);
            return Rows.list(select, HoldTable::resource);
        }
    }

    private static HoldResource resource(ResultSet row) throws SQLException {
        var hold = row(row);
        return new HoldResource(
                hold.id(),
                row.getString("ledger_id"),
                hold.accountId(),
                hold.currency(),
                hold.amount(),
                hold.remaining(),
                hold.status(),
                hold.expiresAt(),
                hold.saga());
    }

    /** An open hold whose time is over. */
    public record Expired(String tenant, String ledgerId, UUID holdId) {}

    /** Clients' holds that should let go, of whatever ledger, from the one that has waited for the longest. */
    public List<Expired> expired(Connection connection, Instant now, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select l.tenant, l.ledger_id, h.hold_id from hold h join ledger l using (ledger_key)
                where h.status = 'open' and h.expires_at <= ? and not h.saga and l.state = 'running'
                order by h.expires_at
                limit ?
                """)) {
            select.setObject(1, Rows.time(now));
            select.setInt(2, limit);
            return Rows.list(
                    select,
                    row -> new Expired(
                            row.getString("tenant"), row.getString("ledger_id"), row.getObject("hold_id", UUID.class)));
        }
    }

    /** By account, the sum of its open holds; nothing for an account without one. */
    public Map<String, Amount> held(Connection connection, int ledgerKey) throws SQLException {
        try (var select = connection.prepareStatement("""
                select a.account_id, a.scale, sum(h.remaining) as held
                from hold h join account a using (account_key)
                where h.ledger_key = ? and h.status = 'open'
                group by a.account_id, a.scale
                """)) {
            select.setInt(1, ledgerKey);
            var held = new HashMap<String, Amount>();
            Rows.list(
                    select,
                    row -> held.put(row.getString("account_id"), Rows.amount(row, "held", row.getInt("scale"))));
            return held;
        }
    }

    /** Writes those that are new, and of the others what can change. */
    public void write(Connection connection, int ledgerKey, Collection<Hold> holds, Map<String, Long> accounts)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into hold (ledger_key, hold_id, account_key, amount, remaining, status, expires_at, saga)
                select ?, new.* from unnest(?::uuid[], ?::bigint[], ?::numeric[], ?::numeric[], ?::text[],
                    ?::timestamptz[], ?::boolean[]) as new
                on conflict (ledger_key, hold_id) do update set
                    remaining = excluded.remaining, status = excluded.status
                """)) {
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "uuid", holds, Hold::id);
            Rows.array(insert, 3, "bigint", holds, hold -> accounts.get(hold.accountId()));
            Rows.array(insert, 4, "numeric", holds, hold -> hold.amount().value());
            Rows.array(insert, 5, "numeric", holds, hold -> hold.remaining().value());
            Rows.array(insert, 6, "text", holds, hold -> hold.status().toString());
            Rows.array(insert, 7, "timestamptz", holds, hold -> Rows.time(hold.expiresAt()));
            Rows.array(insert, 8, "boolean", holds, Hold::saga);
            insert.executeUpdate();
        }
    }

    private static Hold row(ResultSet row) throws SQLException {
        var scale = row.getInt("scale");
        return new Hold(
                row.getObject("hold_id", UUID.class),
                row.getString("account_id"),
                row.getString("currency"),
                Rows.amount(row, "amount", scale),
                Rows.amount(row, "remaining", scale),
                HoldStatus.of(row.getString("status")).orElseThrow(),
                Rows.instant(row, "expires_at"),
                row.getBoolean("saga"));
    }
}
