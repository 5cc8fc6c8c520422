package io.daybook.store;

import io.daybook.contract.WebhookResource;
import io.daybook.contract.WebhookStatus;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where tenants want to be told of their events by HTTP. */
@Singleton
public final class WebhookTable {

    /**
     * @param ledgerKey {@code null} for all ledgers of the tenant
     * @param eventTypes {@code null} for all
     * @param secret as it is kept, like the previous one
     * @param previous {@code null} if no other secret signs
     * @param disabled {@code null} while it is enabled
     */
    public record Row(
            UUID id,
            String tenant,
            Integer ledgerKey,
            String ledgerId,
            String url,
            String description,
            List<String> eventTypes,
            String secret,
            Previous previous,
            Disabled disabled,
            Instant failingSince,
            Instant createdAt,
            Instant updatedAt) {

        public boolean isEnabled() {
            return disabled == null;
        }

        public boolean wants(String eventType) {
            return eventTypes == null || eventTypes.contains(eventType);
        }

        public WebhookResource resource() {
            var off = Optional.ofNullable(disabled);
            return new WebhookResource(
                    id,
                    url,
                    description,
                    ledgerId,
                    eventTypes,
                    isEnabled() ? WebhookStatus.ENABLED : WebhookStatus.DISABLED,
                    off.map(Disabled::reason).orElse(null),
                    off.map(Disabled::at).orElse(null),
                    failingSince,
                    null,
                    previous == null ? null : previous.until(),
                    createdAt,
                    updatedAt);
        }
    }

    /** The secret that signs beside the one that has replaced it. */
    public record Previous(String secret, Instant until) {}

    /** Why it is sent nothing, and since when. */
    public record Disabled(String reason, Instant at) {}

    public void insert(Connection connection, Row row) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into webhook
                    (webhook_id, tenant, ledger_key, url, description, event_types, secret, created_at, updated_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            insert.setObject(1, row.id());
            insert.setString(2, row.tenant());
            insert.setObject(3, row.ledgerKey(), Types.INTEGER);
            insert.setString(4, row.url());
            insert.setString(5, row.description());
            types(insert, 6, row.eventTypes());
            insert.setString(7, row.secret());
            insert.setObject(8, Rows.time(row.createdAt()));
            insert.setObject(9, Rows.time(row.updatedAt()));
            insert.executeUpdate();
        }
    }

    /** What a client can change of it. One that is enabled again begins without its failures. */
    public void update(Connection connection, Row row) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook set
                    url = ?, description = ?, event_types = ?, secret = ?, previous_secret = ?, previous_until = ?,
                    failures = case when status = ? then failures else 0 end,
                    failing_since = case when status = ? then failing_since end,
                    rest_until = case when status = ? then rest_until end,
                    status = ?, disabled_reason = ?, disabled_at = ?, updated_at = ?
                where webhook_id = ?
                """)) {
            var status = row.isEnabled() ? "enabled" : "disabled";
            update.setString(1, row.url());
            update.setString(2, row.description());
            types(update, 3, row.eventTypes());
            update.setString(4, row.secret());
            update.setString(5, row.previous() == null ? null : row.previous().secret());
            update.setObject(
                    6, row.previous() == null ? null : Rows.time(row.previous().until()));
            update.setString(7, status);
            update.setString(8, status);
            update.setString(9, status);
            update.setString(10, status);
            update.setString(11, row.isEnabled() ? null : row.disabled().reason());
            update.setObject(
                    12, row.isEnabled() ? null : Rows.time(row.disabled().at()));
            update.setObject(13, Rows.time(row.updatedAt()));
            update.setObject(14, row.id());
            update.executeUpdate();
        }
    }

    private static void types(PreparedStatement statement, int parameter, List<String> types) throws SQLException {
        if (types == null) {
            statement.setNull(parameter, Types.ARRAY);
        } else {
            Rows.array(statement, parameter, "text", types, type -> type);
        }
    }

    /** @return whether it was there */
    public boolean delete(Connection connection, String tenant, UUID id) throws SQLException {
        try (var delete = connection.prepareStatement("delete from webhook where tenant = ? and webhook_id = ?")) {
            delete.setString(1, tenant);
            delete.setObject(2, id);
            return delete.executeUpdate() > 0;
        }
    }

    public Optional<Row> find(Connection connection, String tenant, UUID id) throws SQLException {
        try (var select = connection.prepareStatement("""
                select w.*, ledger_id from webhook w left join ledger using (ledger_key)
                where w.tenant = ? and webhook_id = ?
                """)) {
            select.setString(1, tenant);
            select.setObject(2, id);
            return Rows.list(select, WebhookTable::row).stream().findFirst();
        }
    }

    /** Waits until nobody else changes it, and keeps all others from it until the transaction ends. */
    public Optional<Row> lock(Connection connection, String tenant, UUID id) throws SQLException {
        try (var select = connection.prepareStatement("""
                select w.*, ledger_id from webhook w left join ledger using (ledger_key)
                where w.tenant = ? and webhook_id = ?
                for update of w
                """)) {
            select.setString(1, tenant);
            select.setObject(2, id);
            return Rows.list(select, WebhookTable::row).stream().findFirst();
        }
    }

    /** In the order in which they were made, behind one of them. */
    public List<Row> list(Connection connection, String tenant, UUID after, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select w.*, ledger_id from webhook w left join ledger using (ledger_key)
                where w.tenant = ? and webhook_id > ?
                order by webhook_id
                limit ?
                """)) {
            select.setString(1, tenant);
            select.setObject(2, after);
            select.setInt(3, limit);
            return Rows.list(select, WebhookTable::row);
        }
    }

    /** Keeps out whoever else counts a tenant's webhooks, and counts them. */
    public int lockCount(Connection connection, String tenant) throws SQLException {
        try (var lock = connection.prepareStatement("select pg_advisory_xact_lock(hashtext('webhook'), hashtext(?))")) {
            lock.setString(1, tenant);
            lock.execute();
        }
        try (var select = connection.prepareStatement("select count(*) from webhook where tenant = ?")) {
            select.setString(1, tenant);
            return Rows.list(select, row -> row.getInt(1)).getFirst();
        }
    }

    /** Whether anything is to be sent anywhere. */
    public boolean anyEnabled(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select exists (select from webhook where status = 'enabled')")) {
            return Rows.list(select, row -> row.getBoolean(1)).getFirst();
        }
    }

    /** It has taken something. */
    public void succeeded(Connection connection, UUID id) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook set failures = 0, failing_since = null, rest_until = null
                where webhook_id = ? and failures > 0
                """)) {
            update.setObject(1, id);
            update.executeUpdate();
        }
    }

    /**
     * It has not.
     *
     * @param restFrom after so many failures in a row it is left alone for a second, twice as long after each of the next
     * @return since when it has not, and whether it is to be left alone
     */
    public Failing failed(Connection connection, UUID id, Instant now, int restFrom, Duration restMax)
            throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook set
                    failures = failures + 1,
                    failing_since = coalesce(failing_since, ?),
                    rest_until = case when failures + 1 >= ? then
                        ?::timestamptz + least(interval '1 second' * power(2, least(failures + 1 - ?, 20)),
                                               interval '1 millisecond' * ?) end
                where webhook_id = ?
                returning failing_since, rest_until is not null as resting
                """)) {
            update.setObject(1, Rows.time(now));
            update.setInt(2, restFrom);
            update.setObject(3, Rows.time(now));
            update.setInt(4, restFrom);
            update.setLong(5, restMax.toMillis());
            update.setObject(6, id);
            return Rows.list(update, row -> new Failing(Rows.instant(row, "failing_since"), row.getBoolean("resting")))
                    .getFirst();
        }
    }

    /** @param resting whether it is left alone for a while */
    public record Failing(Instant since, boolean resting) {}

    /** @return whether it was enabled */
    public boolean disable(Connection connection, UUID id, Disabled disabled) throws SQLException {
        try (var update = connection.prepareStatement("""
                update webhook set status = 'disabled', disabled_reason = ?, disabled_at = ?, updated_at = ?
                where webhook_id = ? and status = 'enabled'
                """)) {
            update.setString(1, disabled.reason());
            update.setObject(2, Rows.time(disabled.at()));
            update.setObject(3, Rows.time(disabled.at()));
            update.setObject(4, id);
            return update.executeUpdate() > 0;
        }
    }

    static Row row(ResultSet row) throws SQLException {
        var types = row.getArray("event_types");
        var previous = row.getString("previous_secret");
        var disabledAt = Rows.instant(row, "disabled_at");
        return new Row(
                row.getObject("webhook_id", UUID.class),
                row.getString("tenant"),
                row.getObject("ledger_key", Integer.class),
                row.getString("ledger_id"),
                row.getString("url"),
                row.getString("description"),
                types == null ? null : List.of((String[]) types.getArray()),
                row.getString("secret"),
                previous == null ? null : new Previous(previous, Rows.instant(row, "previous_until")),
                disabledAt == null ? null : new Disabled(row.getString("disabled_reason"), disabledAt),
                Rows.instant(row, "failing_since"),
                Rows.instant(row, "created_at"),
                Rows.instant(row, "updated_at"));
    }
}
