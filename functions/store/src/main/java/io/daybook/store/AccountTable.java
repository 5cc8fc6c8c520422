package io.daybook.store;

import io.daybook.contract.AccountResource;
import io.daybook.contract.AccountStatus;
import io.daybook.contract.AccountType;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Identifiers;
import io.daybook.ledger.Account;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Accounts with their balances. */
@Singleton
public final class AccountTable {
    private final Codec codec;

    AccountTable(Codec codec) {
        this.codec = codec;
    }

    /** An account's row: what the rules need, and what clients see. */
    public record Row(long key, long version, Account account, AccountResource resource) {}

    public List<Row> find(Connection connection, int ledgerKey, Collection<String> accountIds) throws SQLException {
        try (var select = connection.prepareStatement("""
                select l.ledger_id, a.* from account a join ledger l using (ledger_key)
                where a.ledger_key = ? and a.account_id = any(?)
                """)) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "text", accountIds, id -> id);
            return Rows.list(select, this::row);
        }
    }

    public Optional<Row> find(Connection connection, int ledgerKey, String accountId) throws SQLException {
        return Identifiers.isAccountId(accountId)
                ? find(connection, ledgerKey, List.of(accountId)).stream().findFirst()
                : Optional.empty(); // nor could the database be asked for any text
    }

    /** In the order of their ids, behind one of them. */
    public List<Row> list(Connection connection, int ledgerKey, String after, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select l.ledger_id, a.* from account a join ledger l using (ledger_key)
                where a.ledger_key = ? and a.account_id > ? collate "C"
                order by a.account_id collate "C"
                limit ?
                """)) {
            select.setInt(1, ledgerKey);
            select.setString(2, after);
            select.setInt(3, limit);
            return Rows.list(select, this::row);
        }
    }

    /**
     * The balances of a ledger's accounts behind one of its transactions, zero where nothing had been posted.
     *
     * @param openedBy leaves out what was opened later and had no posting yet; {@code null} for all accounts
     */
    public record Standing(int ledgerKey, long sequence, Instant openedBy) {
        private static final String BALANCES = """
                select a.currency, a.account_id, a.type, a.scale, coalesce(last.balance_after, 0) as balance
                from account a
                left join lateral (
                    select p.balance_after from posting p
                    where p.account_key = a.account_key and p.sequence <= ?
                    order by p.sequence desc, p.line desc limit 1
                ) last on true
                where a.ledger_key = ?
                  and (last.balance_after is not null or ?::timestamptz is null or a.created_at <= ?)
                """;

        private void set(PreparedStatement select) throws SQLException {
            select.setLong(1, sequence);
            select.setInt(2, ledgerKey);
            select.setObject(3, Rows.time(openedBy), Types.TIMESTAMP_WITH_TIMEZONE);
            select.setObject(4, Rows.time(openedBy), Types.TIMESTAMP_WITH_TIMEZONE);
        }
    }

    /** What was on an account. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Balance(String currency, String accountId, AccountType type, Amount balance) {}

    /** What was on all accounts of a currency together: zero, or the books are broken. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Total(String currency, Amount balance) {}

    /** In the order of their currencies and ids, behind one of them. */
    public List<Balance> balances(
            Connection connection, Standing standing, String afterCurrency, String afterId, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement(Standing.BALANCES + """
                  and (a.currency collate "C", a.account_id collate "C") > (?, ?)
                order by a.currency collate "C", a.account_id collate "C"
                limit ?
                """)) {
            standing.set(select);
            select.setString(5, afterCurrency);
            select.setString(6, afterId);
            select.setInt(7, limit);
            return Rows.list(
                    select,
                    row -> new Balance(
                            row.getString("currency"),
                            row.getString("account_id"),
                            AccountType.valueOf(row.getString("type").toUpperCase(Locale.ROOT)),
                            Rows.amount(row, "balance", row.getInt("scale"))));
        }
    }

    /** Of every currency, in their order. */
    public List<Total> totals(Connection connection, Standing standing) throws SQLException {
        try (var select = connection.prepareStatement("""
                select currency, max(scale) as scale, sum(balance) as balance
                from (%s) balances
                group by currency
                order by currency collate "C"
                """.formatted(Standing.BALANCES))) {
            standing.set(select);
            return Rows.list(
                    select,
                    row -> new Total(row.getString("currency"), Rows.amount(row, "balance", row.getInt("scale"))));
        }
    }

    public void insert(Connection connection, int ledgerKey, AccountResource account, int scale) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into account (ledger_key, account_id, currency, scale, type, minimum_balance, metadata, created_at)
                values (?, ?, ?, ?, ?, ?, ?::json, ?)
                """)) {
            insert.setInt(1, ledgerKey);
            insert.setString(2, account.accountId());
            insert.setString(3, account.currency());
            insert.setInt(4, scale);
            insert.setString(5, account.type().toString());
            insert.setBigDecimal(
                    6,
                    account.minimumBalance() == null
                            ? null
                            : account.minimumBalance().value());
            insert.setString(7, new String(codec.write(account.metadata()), StandardCharsets.UTF_8));
            insert.setObject(8, Rows.time(account.createdAt()));
            insert.executeUpdate();
        }
    }

    /** Makes Daybook's own accounts and tells their keys. */
    public Map<String, Long> insertReserved(
            Connection connection, int ledgerKey, Collection<Account> accounts, Instant now) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into account (ledger_key, account_id, currency, scale, type, created_at)
                select ?, id, currency, scale, 'equity', ?
                from unnest(?::text[], ?::text[], ?::smallint[]) as new (id, currency, scale)
                returning account_id, account_key
                """)) {
            insert.setInt(1, ledgerKey);
            insert.setObject(2, Rows.time(now));
            Rows.array(insert, 3, "text", accounts, Account::id);
            Rows.array(insert, 4, "text", accounts, Account::currency);
            Rows.array(insert, 5, "integer", accounts, Account::scale);
            var keys = new HashMap<String, Long>();
            Rows.list(insert, row -> keys.put(row.getString("account_id"), row.getLong("account_key")));
            return keys;
        }
    }

    public void updateBalances(Connection connection, Collection<Account> accounts, Map<String, Long> keys)
            throws SQLException {
        try (var update = connection.prepareStatement("""
                update account a set balance = new.balance, held = new.held, overdrawn = new.overdrawn
                from unnest(?::bigint[], ?::numeric[], ?::numeric[], ?::boolean[])
                    as new (account_key, balance, held, overdrawn)
                where a.account_key = new.account_key
                """)) {
            Rows.array(update, 1, "bigint", accounts, account -> keys.get(account.id()));
            Rows.array(
                    update, 2, "numeric", accounts, account -> account.balance().value());
            Rows.array(update, 3, "numeric", accounts, account -> account.held().value());
            Rows.array(update, 4, "boolean", accounts, Account::overdrawn);
            update.executeUpdate();
        }
    }

    public void updateStatus(Connection connection, long accountKey, AccountStatus status) throws SQLException {
        try (var update = connection.prepareStatement("""
                update account set status = ?, version = version + 1 where account_key = ?
                """)) {
            update.setString(1, status.toString());
            update.setLong(2, accountKey);
            update.executeUpdate();
        }
    }

    @SuppressWarnings("unchecked")
    private Row row(ResultSet row) throws SQLException {
        var scale = row.getInt("scale");
        var account = new Account(
                row.getString("account_id"),
                row.getString("currency"),
                scale,
                AccountStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                Rows.amount(row, "minimum_balance", scale),
                Rows.amount(row, "balance", scale),
                Rows.amount(row, "held", scale),
                row.getBoolean("overdrawn"));
        var metadata = codec.read(row.getString("metadata").getBytes(StandardCharsets.UTF_8), Map.class);
        var resource = new AccountResource(
                row.getString("ledger_id"),
                account.id(),
                account.currency(),
                AccountType.valueOf(row.getString("type").toUpperCase(Locale.ROOT)),
                account.status(),
                account.floor(),
                account.balance(),
                account.held(),
                account.available(),
                new TreeMap<String, String>(metadata),
                Rows.instant(row, "created_at"));
        return new Row(row.getLong("account_key"), row.getLong("version"), account, resource);
    }
}
