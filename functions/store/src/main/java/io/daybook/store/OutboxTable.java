package io.daybook.store;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** What has to leave, in the order of its ledger; what has happened there is told by {@link EventTable}. */
@Singleton
public final class OutboxTable {

    /** Where a row goes. */
    public enum Target {
        /** to the queue of operations */
        MESSAGE,
        /** to Redis, where it did not arrive the first time */
        STATUS,
        /** to Redis likewise: what intake may know of a ledger and its accounts */
        READ_MODEL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What has to be sent.
     *
     * @param id by which a receiver tells that it has it already; of a status: the operation's; of a read model: the
     *     ledger's
     * @param body {@code null} of a status and of a read model
     */
    public record Entry(Target target, String id, String group, String body) {
        public static Entry status(UUID operationId, String group) {
            return new Entry(Target.STATUS, operationId.toString(), group, null);
        }

        public static Entry readModel(String ledgerId, String group) {
            return new Entry(Target.READ_MODEL, ledgerId, group, null);
        }
    }

    public record Row(long key, Entry entry) {}

    public void insert(Connection connection, int ledgerKey, Collection<Entry> entries, Instant now)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into outbox (ledger_key, target, message_id, message_group, body, created_at)
                select ?, new.target, new.message_id, new.message_group, new.body, ?
                from unnest(?::text[], ?::text[], ?::text[], ?::text[]) with ordinality
                    as new (target, message_id, message_group, body, place)
                order by new.place
                """)) {
            insert.setInt(1, ledgerKey);
            insert.setObject(2, Rows.time(now));
            Rows.array(insert, 3, "text", entries, entry -> entry.target().toString());
            Rows.array(insert, 4, "text", entries, Entry::id);
            Rows.array(insert, 5, "text", entries, Entry::group);
            Rows.array(insert, 6, "text", entries, Entry::body);
            insert.executeUpdate();
        }
    }

    /** The ledger's next messages. Whoever else wants them waits until the transaction ends. */
    public List<Row> lockNext(Connection connection, int ledgerKey, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from outbox where ledger_key = ? and target = 'message'
                order by outbox_id
                limit ?
                for update
                """)) {
            select.setInt(1, ledgerKey);
            select.setInt(2, limit);
            return rows(select);
        }
    }

    /** The next statuses of any ledger that nobody else is at. */
    public List<Row> lockStatuses(Connection connection, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from outbox where target = 'status'
                order by outbox_id
                limit ?
                for update skip locked
                """)) {
            select.setInt(1, limit);
            return rows(select);
        }
    }

    /** The next read models of any ledger. To write one twice does no harm. */
    public List<Row> readModels(Connection connection, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from outbox where target = 'read_model' order by outbox_id limit ?
                """)) {
            select.setInt(1, limit);
            return rows(select);
        }
    }

    private static List<Row> rows(PreparedStatement select) throws SQLException {
        return Rows.list(
                select,
                row -> new Row(
                        row.getLong("outbox_id"),
                        new Entry(
                                Target.valueOf(row.getString("target").toUpperCase(Locale.ROOT)),
                                row.getString("message_id"),
                                row.getString("message_group"),
                                row.getString("body"))));
    }

    public void delete(Connection connection, Collection<Row> rows) throws SQLException {
        try (var delete = connection.prepareStatement("delete from outbox where outbox_id = any(?)")) {
            Rows.array(delete, 1, "bigint", rows, Row::key);
            delete.executeUpdate();
        }
    }

    /** The ledgers with messages, from the one that has waited for the longest. */
    public List<Integer> ledgers(Connection connection, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select ledger_key from outbox where target = 'message'
                group by ledger_key
                order by min(outbox_id)
                limit ?
                """)) {
            select.setInt(1, limit);
            return Rows.list(select, row -> row.getInt("ledger_key"));
        }
    }

    /** Since when something waits to leave. */
    public Optional<Instant> oldest(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select created_at from outbox order by outbox_id limit 1")) {
            return Rows.list(select, row -> Rows.instant(row, "created_at")).stream()
                    .findFirst();
        }
    }
}
