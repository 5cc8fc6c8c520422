package io.daybook.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What any program has to ask of PostgreSQL that writes these rows in one transaction for each ledger: a lock on the
 * ledger, one look each for known ids, known keys and the accounts, one statement for each of the six tables, commit.
 * Nothing is read from a message, decided, hashed or told to anybody: it is the limit that the processor is held
 * against.
 */
final class BareSql implements AutoCloseable {
    static final Columns TRANSACTION = new Columns(
            "transaction",
            "sequence bigint",
            "transaction_id uuid",
            "operation_id uuid",
            "kind text",
            "at timestamptz",
            "caller text",
            "fingerprint bytea",
            "hash bytea");
    static final Columns POSTING = new Columns(
            "posting",
            "sequence bigint",
            "line smallint",
            "account_key bigint",
            "amount numeric",
            "balance_after numeric");
    static final Columns OPERATION = new Columns(
            "operation",
            "operation_id uuid",
            "kind text",
            "status text",
            "version integer",
            "attempts integer",
            "idempotency_key text",
            "fingerprint bytea",
            "reference_id text",
            "caller text",
            "request json",
            "sequence bigint",
            "created_at timestamptz",
            "updated_at timestamptz",
            "completed_at timestamptz",
            "digest bytea");

    static final Columns EVENT = new Columns("event", "number bigint", "operation_id uuid", "created_at timestamptz");

    /** Columns of a table besides the ledger's key. */
    record Columns(String table, Map<String, String> types) {
        Columns(String table, String... namesAndTypes) {
            this(table, new LinkedHashMap<>());
            for (var nameAndType : namesAndTypes) {
                var parts = nameAndType.split(" ");
                types.put(parts[0], parts[1]);
            }
        }

        List<String> names() {
            return List.copyOf(types.keySet());
        }

        String insert() {
            return "insert into %s (ledger_key, %s) select ?, new.* from unnest(%s) as new"
                    .formatted(
                            table,
                            String.join(", ", types.keySet()),
                            types.values().stream().map("?::%s[]"::formatted).collect(Collectors.joining(", ")));
        }
    }

    /** Rows column by column, as {@code unnest} takes them. */
    record Rows(Columns columns, Map<String, Object[]> values) {
        Object last(String column) {
            var all = values.get(column);
            return all[all.length - 1];
        }
    }

    /** All rows of one transaction of the database. */
    record Batch(
            String ledgerId,
            int ledgerKey,
            Rows transactions,
            Rows postings,
            Rows operations,
            Rows events,
            Object[] accountIds,
            Object[] accountKeys,
            Object[] balances) {}

    private final Connection connection;
    private final PreparedStatement lock;
    private final PreparedStatement knownIds;
    private final PreparedStatement knownKeys;
    private final PreparedStatement findAccounts;
    private final PreparedStatement insertTransactions;
    private final PreparedStatement insertPostings;
    private final PreparedStatement insertOperations;
    private final PreparedStatement insertEvents;
    private final PreparedStatement updateAccounts;
    private final PreparedStatement updateLedger;

    /** @param connection is its own from now on */
    BareSql(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        lock = connection.prepareStatement("""
                select ledger_key, last_sequence, last_hash from ledger where tenant = ? and ledger_id = ? for update
                """);
        knownIds = connection.prepareStatement("""
                select operation_id from operation where operation_id = any(?)
                """);
        knownKeys = connection.prepareStatement("""
                select operation_id from operation
                where ledger_key = ? and idempotency_key = any(?)
                  and duplicate_of is null and error_code is distinct from 'idempotency_key_reused'
                """);
        findAccounts = connection.prepareStatement("""
                select account_key, account_id, currency, scale, status, minimum_balance, balance, held
                from account where ledger_key = ? and account_id = any(?)
                """);
        insertTransactions = connection.prepareStatement(TRANSACTION.insert());
        insertPostings = connection.prepareStatement(POSTING.insert());
        insertOperations = connection.prepareStatement(OPERATION.insert());
        insertEvents = connection.prepareStatement(EVENT.insert());
        updateAccounts = connection.prepareStatement("""
                update account a set balance = new.balance
                from unnest(?::bigint[], ?::numeric[]) as new (account_key, balance)
                where a.account_key = new.account_key
                """);
        updateLedger = connection.prepareStatement("""
                update ledger set last_sequence = ?, last_hash = ?, last_at = ?, events = ? where ledger_key = ?
                """);
    }

    void write(Batch batch) throws SQLException {
        lock.setString(1, Daybook.TENANT);
        lock.setString(2, batch.ledgerId());
        read(lock);
        array(knownIds, 1, "uuid", batch.operations().values().get("operation_id"));
        read(knownIds);
        knownKeys.setInt(1, batch.ledgerKey());
        array(knownKeys, 2, "text", batch.operations().values().get("idempotency_key"));
        read(knownKeys);
        findAccounts.setInt(1, batch.ledgerKey());
        array(findAccounts, 2, "text", batch.accountIds());
        read(findAccounts);
        insert(insertTransactions, batch.ledgerKey(), batch.transactions());
        insert(insertPostings, batch.ledgerKey(), batch.postings());
        array(updateAccounts, 1, "bigint", batch.accountKeys());
        array(updateAccounts, 2, "numeric", batch.balances());
        updateAccounts.executeUpdate();
        insert(insertOperations, batch.ledgerKey(), batch.operations());
        insert(insertEvents, batch.ledgerKey(), batch.events());
        updateLedger.setObject(1, batch.transactions().last("sequence"));
        updateLedger.setObject(2, batch.transactions().last("hash"));
        updateLedger.setObject(3, batch.transactions().last("at"));
        updateLedger.setObject(4, batch.events().last("number"));
        updateLedger.setInt(5, batch.ledgerKey());
        updateLedger.executeUpdate();
        connection.commit();
    }

    private void insert(PreparedStatement insert, int ledgerKey, Rows rows) throws SQLException {
        insert.setInt(1, ledgerKey);
        var parameter = 2;
        for (var column : rows.columns().types().entrySet()) {
            array(insert, parameter++, sentAs(column.getValue()), rows.values().get(column.getKey()));
        }
        insert.executeUpdate();
    }

    private static String sentAs(String type) {
        return switch (type) {
            case "json" -> "text";
            case "smallint" -> "integer";
            default -> type;
        };
    }

    private void array(PreparedStatement statement, int parameter, String type, Object[] values) throws SQLException {
        statement.setArray(parameter, connection.createArrayOf(type, values));
    }

    private static void read(PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            while (rows.next()) {
                rows.getObject(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
