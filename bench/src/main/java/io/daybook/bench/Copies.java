package io.daybook.bench;

import io.daybook.bench.BareSql.Batch;
import io.daybook.bench.BareSql.Columns;
import io.daybook.bench.BareSql.Rows;
import io.daybook.contract.DaybookId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The rows that the processor has written to a ledger, under another ledger and with other ids: so that {@link BareSql}
 * writes the very same.
 */
final class Copies {
    private final Connection database;
    private final String from;
    private final String to;
    private final int fromKey;
    private final int toKey;
    private long copied;

    /** @param to has nothing in it yet */
    Copies(Connection database, String from, String to) throws SQLException {
        this.database = database;
        this.from = from;
        this.to = to;
        this.fromKey = key(from);
        this.toKey = key(to);
    }

    private int key(String ledgerId) throws SQLException {
        try (var select = database.prepareStatement("select ledger_key from ledger where ledger_id = ?")) {
            select.setString(1, ledgerId);
            return read(select.executeQuery(), row -> row.getInt(1)).getFirst();
        }
    }

    @FunctionalInterface
    private interface Reader<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static <T> List<T> read(ResultSet rows, Reader<T> reader) throws SQLException {
        try (rows) {
            var all = new ArrayList<T>();
            while (rows.next()) {
                all.add(reader.of(rows));
            }
            return all;
        }
    }

    /** What has been written since the last time, so many transactions of the ledger in each batch. */
    List<Batch> next(int size) throws SQLException {
        var accounts = accounts();
        var transactions = rows(BareSql.TRANSACTION, "t.", "");
        var operations = rows(BareSql.OPERATION, "o.", "join operation o using (operation_id)");
        var postings = rows(BareSql.POSTING, "p.", "join posting p using (ledger_key, sequence)");
        var events = rows(BareSql.EVENT, "e.", "join event e using (ledger_key, operation_id)");
        var now = System.currentTimeMillis();
        var ids = new HashMap<UUID, UUID>();
        operations.forEach(row -> row.computeIfPresent(
                "operation_id",
                (column, id) -> ids.computeIfAbsent((UUID) id, ignored -> DaybookId.next(Daybook.TENANT, to, now))));
        transactions.forEach(row -> {
            row.computeIfPresent("operation_id", (column, id) -> ids.get((UUID) id));
            row.put("transaction_id", DaybookId.next(Daybook.TENANT, to, now));
        });
        events.forEach(row -> row.computeIfPresent("operation_id", (column, id) -> ids.get((UUID) id)));
        postings.forEach(row -> row.computeIfPresent(
                "account_key", (column, key) -> accounts.get((Long) key).key()));
        var batches = new ArrayList<Batch>();
        var posting = 0;
        for (var first = 0; first < transactions.size(); first += size) {
            var end = Math.min(first + size, transactions.size());
            var last = (long) transactions.get(end - 1).get("sequence");
            var firstPosting = posting;
            while (posting < postings.size() && (long) postings.get(posting).get("sequence") <= last) {
                posting++;
            }
            batches.add(batch(
                    transactions.subList(first, end),
                    postings.subList(firstPosting, posting),
                    operations.subList(first, end),
                    events.subList(first, end),
                    accounts));
            copied = last;
        }
        return batches;
    }

    private Batch batch(
            List<Map<String, Object>> transactions,
            List<Map<String, Object>> postings,
            List<Map<String, Object>> operations,
            List<Map<String, Object>> events,
            Map<Long, Target> accounts) {
        var balances = new LinkedHashMap<Object, Object>();
        postings.forEach(row -> balances.put(row.get("account_key"), row.get("balance_after")));
        var ids = new HashMap<Object, String>();
        accounts.values().forEach(account -> ids.put(account.key(), account.id()));
        return new Batch(
                to,
                toKey,
                turned(BareSql.TRANSACTION, transactions),
                turned(BareSql.POSTING, postings),
                turned(BareSql.OPERATION, operations),
                turned(BareSql.EVENT, events),
                balances.keySet().stream().map(ids::get).toArray(String[]::new),
                balances.keySet().toArray(Long[]::new),
                balances.values().toArray());
    }

    private static Rows turned(Columns columns, List<Map<String, Object>> rows) {
        var values = new LinkedHashMap<String, Object[]>();
        columns.types().forEach((name, type) -> {
            var column = rows.stream().map(row -> row.get(name));
            values.put(name, column.toArray(size -> array(type, size)));
        });
        return new Rows(columns, values);
    }

    /** As the driver sends them quickest: in binary, if it knows the type. */
    private static Object[] array(String type, int size) {
        return switch (type) {
            case "text", "json" -> new String[size];
            case "bigint" -> new Long[size];
            case "integer", "smallint" -> new Integer[size];
            case "bytea" -> new byte[size][];
            default -> new Object[size];
        };
    }

    private List<Map<String, Object>> rows(Columns columns, String alias, String join) throws SQLException {
        var names = columns.names().stream().map(alias::concat).toList();
        try (var select = database.prepareStatement(
                """
                select %s from transaction t %s
                where t.ledger_key = ? and t.sequence > ?
                order by t.sequence %s
                """.formatted(String.join(", ", names), join, columns.types().containsKey("line") ? ", p.line" : ""))) {
            select.setInt(1, fromKey);
            select.setLong(2, copied);
            return read(select.executeQuery(), row -> {
                var values = new HashMap<String, Object>();
                for (var column : columns.types().entrySet()) {
                    values.put(column.getKey(), value(row, column.getKey(), column.getValue()));
                }
                return values;
            });
        }
    }

    private static Object value(ResultSet row, String name, String type) throws SQLException {
        return switch (type) {
            case "timestamptz" -> row.getObject(name, OffsetDateTime.class);
            case "bytea" -> row.getBytes(name);
            case "json" -> row.getString(name);
            case "bigint" -> row.getLong(name);
            case "integer", "smallint" -> row.getInt(name);
            default -> row.getObject(name);
        };
    }

    private record Target(long key, String id) {}

    /** The accounts of the copy by the keys of the original's; Daybook's own are made when there are some. */
    private Map<Long, Target> accounts() throws SQLException {
        try (var insert = database.prepareStatement("""
                insert into account (ledger_key, account_id, currency, scale, type, minimum_balance, created_at)
                select ?, account_id, currency, scale, type, minimum_balance, created_at
                from account where ledger_key = ?
                on conflict do nothing
                """)) {
            insert.setInt(1, toKey);
            insert.setInt(2, fromKey);
            insert.executeUpdate();
        }
        try (var select = database.prepareStatement("""
                select mine.account_key, its.account_key, its.account_id
                from account mine join account its using (account_id)
                where mine.ledger_key = ? and its.ledger_key = ?
                """)) {
            select.setInt(1, fromKey);
            select.setInt(2, toKey);
            var accounts = new HashMap<Long, Target>();
            read(
                    select.executeQuery(),
                    row -> accounts.put(row.getLong(1), new Target(row.getLong(2), row.getString(3))));
            return accounts;
        }
    }

    /** @throws BrokenBooksException if the copy is not what the original is: then the two rates are not of the same work */
    void isComplete() throws SQLException {
        try (var select = database.prepareStatement("""
                select (select count(*) from transaction where ledger_key = l.ledger_key),
                       (select count(*) from posting where ledger_key = l.ledger_key),
                       (select count(*) from operation where ledger_key = l.ledger_key),
                       (select count(*) from event where ledger_key = l.ledger_key),
                       (select sum(balance * hashtext(account_id)) from account where ledger_key = l.ledger_key)
                from ledger l where ledger_key in (?, ?)
                """)) {
            select.setInt(1, fromKey);
            select.setInt(2, toKey);
            var counts = read(
                    select.executeQuery(),
                    row -> List.of(
                            row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getBigDecimal(5)));
            if (!counts.getFirst().equals(counts.getLast())) {
                throw new BrokenBooksException("%s and %s differ: %s".formatted(from, to, counts));
            }
        }
    }
}
