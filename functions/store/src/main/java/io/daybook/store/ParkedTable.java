package io.daybook.store;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Messages that wait until their ledger goes on, in their order. */
@Singleton
public final class ParkedTable {

    /** @param attempts how often it was tried in vain since it is here */
    public record Row(long key, String body, int attempts) {}

    public void insert(Connection connection, int ledgerKey, Collection<String> bodies, Instant now)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into parked (ledger_key, body, attempts, parked_at)
                select ?, new.body, 0, ? from unnest(?::text[]) with ordinality as new (body, place) order by new.place
                """)) {
            insert.setInt(1, ledgerKey);
            insert.setObject(2, Rows.time(now));
            Rows.array(insert, 3, "text", bodies, body -> body);
            insert.executeUpdate();
        }
    }

    /** Those whose turn is next. */
    public List<Row> next(Connection connection, int ledgerKey, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from parked where ledger_key = ? order by parked_id limit ?
                """)) {
            select.setInt(1, ledgerKey);
            select.setInt(2, limit);
            return Rows.list(
                    select, row -> new Row(row.getLong("parked_id"), row.getString("body"), row.getInt("attempts")));
        }
    }

    public void failed(Connection connection, long key) throws SQLException {
        try (var update = connection.prepareStatement("""
                update parked set attempts = attempts + 1 where parked_id = ?
                """)) {
            update.setLong(1, key);
            update.executeUpdate();
        }
    }

    public void delete(Connection connection, Collection<Row> rows) throws SQLException {
        try (var delete = connection.prepareStatement("delete from parked where parked_id = any(?)")) {
            Rows.array(delete, 1, "bigint", rows, Row::key);
            delete.executeUpdate();
        }
    }

    /** How many messages wait in all ledgers. */
    public int count(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select count(*) from parked")) {
            return Rows.list(select, row -> row.getInt(1)).getFirst();
        }
    }
}
