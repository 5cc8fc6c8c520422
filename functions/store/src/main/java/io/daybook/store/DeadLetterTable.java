package io.daybook.store;

import io.daybook.contract.DeadLetterResource;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Operations that could not be processed, and messages that could not be read. */
@Singleton
public final class DeadLetterTable {

    /**
     * A dead letter, or one of the operations that share it.
     *
     * @param operationId of a message that could not be read: an id of its own
     * @param letterId the operation that carries the body and the stack; {@code null} in both for all others
     * @param readable whether there is an operation
     * @param resolution what an operator did about it; {@code null} until then, as what follows
     */
    public record Row(
            String tenant,
            String ledgerId,
            UUID operationId,
            UUID letterId,
            boolean readable,
            String body,
            String cause,
            String stack,
            int attempts,
            Instant deadAt,
            Resolution resolution) {

        public DeadLetterResource resource() {
            var resolved = Optional.ofNullable(resolution);
            return new DeadLetterResource(
                    operationId,
                    ledgerId,
                    letterId,
                    readable,
                    cause,
                    stack,
                    readable ? null : body,
                    attempts,
                    deadAt,
                    resolved.map(Resolution::kind).orElse(null),
                    resolved.map(Resolution::reason).orElse(null),
                    resolved.map(Resolution::by).orElse(null),
                    resolved.map(Resolution::at).orElse(null));
        }

        /** One that waits for an operator. */
        public static Row open(
                UUID operationId,
                UUID letterId,
                boolean readable,
                String body,
                String cause,
                String stack,
                int attempts,
                Instant deadAt) {
            return new Row(null, null, operationId, letterId, readable, body, cause, stack, attempts, deadAt, null);
        }
    }

    /**
     * What an operator did.
     *
     * @param kind {@code redriven} or {@code discarded}
     */
    public record Resolution(String kind, String reason, String by, Instant at) {}

    /** An operation that is dead again has a new letter. */
    public void write(Connection connection, Integer ledgerKey, Collection<Row> rows) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into dead_letter
                    (ledger_key, operation_id, letter_id, readable, body, cause, stack, attempts, dead_at)
                select ?, new.* from unnest(?::uuid[], ?::uuid[], ?::boolean[], ?::text[], ?::text[], ?::text[],
                    ?::integer[], ?::timestamptz[]) as new
                on conflict (operation_id) do update set
                    letter_id = excluded.letter_id, body = excluded.body, cause = excluded.cause,
                    stack = excluded.stack, attempts = excluded.attempts, dead_at = excluded.dead_at,
                    resolution = null, reason = null, resolved_by = null, resolved_at = null
                """)) {
            insert.setObject(1, ledgerKey, Types.INTEGER);
            Rows.array(insert, 2, "uuid", rows, Row::operationId);
            Rows.array(insert, 3, "uuid", rows, Row::letterId);
            Rows.array(insert, 4, "boolean", rows, Row::readable);
            Rows.array(insert, 5, "text", rows, Row::body);
            Rows.array(insert, 6, "text", rows, Row::cause);
            Rows.array(insert, 7, "text", rows, Row::stack);
            Rows.array(insert, 8, "integer", rows, Row::attempts);
            Rows.array(insert, 9, "timestamptz", rows, row -> Rows.time(row.deadAt()));
            insert.executeUpdate();
        }
    }

    public Optional<Row> find(Connection connection, UUID operationId) throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, l.tenant, l.ledger_id from dead_letter d left join ledger l using (ledger_key)
                where operation_id = ?
                """)) {
            select.setObject(1, operationId);
            return rows(select).stream().findFirst();
        }
    }

    /** All that share a letter, its carrier first. */
    public List<Row> letter(Connection connection, UUID letterId) throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, l.tenant, l.ledger_id from dead_letter d left join ledger l using (ledger_key)
                where letter_id = ?
                order by operation_id <> letter_id, operation_id
                """)) {
            select.setObject(1, letterId);
            return rows(select);
        }
    }

    /** Those that wait for an operator, the oldest first, behind one of them. */
    public List<Row> list(Connection connection, int ledgerKey, UUID after, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, l.tenant, l.ledger_id from dead_letter d join ledger l using (ledger_key)
                where ledger_key = ? and resolution is null and operation_id > ?
                order by operation_id
                limit ?
                """)) {
            select.setInt(1, ledgerKey);
            select.setObject(2, after);
            select.setInt(3, limit);
            return rows(select);
        }
    }

    /** Those of all ledgers of a tenant that wait for an operator, the oldest first, behind one of them. */
    public List<Row> list(Connection connection, String tenant, UUID after, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select d.*, l.tenant, l.ledger_id from dead_letter d join ledger l using (ledger_key)
                where tenant = ? and resolution is null and operation_id > ?
                order by operation_id
                limit ?
                """)) {
            select.setString(1, tenant);
            select.setObject(2, after);
            select.setInt(3, limit);
            return rows(select);
        }
    }

    public void resolve(Connection connection, Collection<UUID> letterIds, Resolution resolution) throws SQLException {
        try (var update = connection.prepareStatement("""
                update dead_letter set resolution = ?, reason = ?, resolved_by = ?, resolved_at = ?
                where letter_id = any(?)
                """)) {
            update.setString(1, resolution.kind());
            update.setString(2, resolution.reason());
            update.setString(3, resolution.by());
            update.setObject(4, Rows.time(resolution.at()));
            Rows.array(update, 5, "uuid", letterIds, id -> id);
            update.executeUpdate();
        }
    }

    /** How many wait for an operator. */
    public int count(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select count(*) from dead_letter where resolution is null")) {
            return Rows.list(select, row -> row.getInt(1)).getFirst();
        }
    }

    private static List<Row> rows(PreparedStatement select) throws SQLException {
        return Rows.list(select, DeadLetterTable::row);
    }

    private static Row row(ResultSet row) throws SQLException {
        var resolution = row.getString("resolution");
        return new Row(
                row.getString("tenant"),
                row.getString("ledger_id"),
                row.getObject("operation_id", UUID.class),
                row.getObject("letter_id", UUID.class),
                row.getBoolean("readable"),
                row.getString("body"),
                row.getString("cause"),
                row.getString("stack"),
                row.getInt("attempts"),
                Rows.instant(row, "dead_at"),
                resolution == null
                        ? null
                        : new Resolution(
                                resolution,
                                row.getString("reason"),
                                row.getString("resolved_by"),
                                Rows.instant(row, "resolved_at")));
    }
}
