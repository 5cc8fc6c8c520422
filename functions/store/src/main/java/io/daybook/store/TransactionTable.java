package io.daybook.store;

import io.daybook.contract.Amount;
import io.daybook.contract.Kind;
import io.daybook.contract.StepName;
import io.daybook.ledger.Transaction;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Transactions and their postings: written once, never changed, never deleted. */
@Singleton
public final class TransactionTable {
    private record Line(long sequence, int line, Transaction.Entry entry) {}

    public void insert(Connection connection, int ledgerKey, List<Transaction> transactions, Map<String, Long> accounts)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into transaction (ledger_key, sequence, transaction_id, operation_id, kind, at, caller,
                    fingerprint, hash, step)
                select ?, new.* from unnest(?::bigint[], ?::uuid[], ?::uuid[], ?::text[], ?::timestamptz[], ?::text[],
                    ?::bytea[], ?::bytea[], ?::text[]) as new
                """)) {
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "bigint", transactions, Transaction::sequence);
            Rows.array(insert, 3, "uuid", transactions, Transaction::id);
            Rows.array(insert, 4, "uuid", transactions, Transaction::operationId);
            Rows.array(
                    insert,
                    5,
                    "text",
                    transactions,
                    transaction -> transaction.kind().toString());
            Rows.array(insert, 6, "timestamptz", transactions, transaction -> Rows.time(transaction.at()));
            Rows.array(insert, 7, "text", transactions, Transaction::caller);
            Rows.array(insert, 8, "bytea", transactions, Transaction::fingerprint);
            Rows.array(insert, 9, "bytea", transactions, Transaction::hash);
            Rows.array(insert, 10, "text", transactions, transaction -> Objects.toString(transaction.step(), null));
            insert.executeUpdate();
        }
        try (var insert = connection.prepareStatement("""
                insert into posting (ledger_key, sequence, line, account_key, amount, balance_after)
                select ?, new.* from unnest(?::bigint[], ?::smallint[], ?::bigint[], ?::numeric[], ?::numeric[]) as new
                """)) {
            var lines = lines(transactions);
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "bigint", lines, Line::sequence);
            Rows.array(insert, 3, "integer", lines, Line::line);
            Rows.array(
                    insert,
                    4,
                    "bigint",
                    lines,
                    line -> accounts.get(line.entry().accountId()));
            Rows.array(
                    insert, 5, "numeric", lines, line -> line.entry().amount().value());
            Rows.array(
                    insert,
                    6,
                    "numeric",
                    lines,
                    line -> line.entry().balanceAfter().value());
            insert.executeUpdate();
        }
    }

    private static List<Line> lines(List<Transaction> transactions) {
        var lines = new ArrayList<Line>();
        for (var transaction : transactions) {
            for (var i = 0; i < transaction.entries().size(); i++) {
                lines.add(new Line(
                        transaction.sequence(), i + 1, transaction.entries().get(i)));
            }
        }
        return lines;
    }

    public Optional<Transaction> find(Connection connection, int ledgerKey, UUID transactionId) throws SQLException {
        try (var select = connection.prepareStatement("""
                select t.*, p.line, p.amount, p.balance_after, a.account_id, a.currency, a.scale
                from transaction t
                join posting p using (ledger_key, sequence)
                join account a using (account_key)
                where t.ledger_key = ? and t.transaction_id = ?
                order by p.line
                """)) {
            select.setInt(1, ledgerKey);
            select.setObject(2, transactionId);
            return transactions(Rows.list(select, TransactionTable::joined)).stream()
                    .findFirst();
        }
    }

    /** Transactions of one ledger by their numbers, from the first to the last. */
    public record Sequences(long first, long last) {
        public static final Sequences ALL = new Sequences(1, Long.MAX_VALUE);

        public Sequences {
            if (first < 1) {
                throw new IllegalArgumentException("the first transaction is 1");
            }
        }

        /** Those of them behind a number, or ahead of it. */
        public Sequences cut(long sequence, boolean behind) {
            return behind
                    ? new Sequences(Math.max(first, sequence + 1), last)
                    : new Sequences(first, Math.min(last, sequence - 1));
        }

        /** Ahead of the first of their postings. */
        private Place ahead() {
            return new Place(first, -1);
        }

        /** Behind the last of their postings. */
        private Place behind() {
            return last == Long.MAX_VALUE ? Place.END : new Place(last + 1, 0);
        }
    }

    /** In their order, behind a sequence number. A transaction without postings comes with none. */
    public List<Transaction> list(Connection connection, int ledgerKey, long after, int limit) throws SQLException {
        return list(connection, ledgerKey, Sequences.ALL.cut(after, true), false, limit);
    }

    /** The oldest or the newest of them first. A transaction without postings comes with none. */
    public List<Transaction> list(
            Connection connection, int ledgerKey, Sequences within, boolean newestFirst, int limit)
            throws SQLException {
        var direction = newestFirst ? "desc" : "asc";
        try (var select = connection.prepareStatement("""
                select t.*, p.line, p.amount, p.balance_after, a.account_id, a.currency, a.scale
                from (
                    select * from transaction where ledger_key = ? and sequence between ? and ?
                    order by sequence %s limit ?
                ) t
                left join posting p using (ledger_key, sequence)
                left join account a using (account_key)
                order by t.sequence %s, p.line
                """.formatted(direction, direction))) {
            select.setInt(1, ledgerKey);
            select.setLong(2, within.first());
            select.setLong(3, within.last());
            select.setInt(4, limit);
            return transactions(Rows.list(select, TransactionTable::joined));
        }
    }

    /** The number of the last transaction before a time, or 0: the times of a ledger rise with its numbers. */
    public long lastBefore(Connection connection, int ledgerKey, Instant time) throws SQLException {
        try (var select = connection.prepareStatement("""
                select sequence from transaction where ledger_key = ? and at < ?
                order by at desc, sequence desc limit 1
                """)) {
            select.setInt(1, ledgerKey);
            select.setObject(2, Rows.time(roundedUp(time)));
            return Rows.list(select, row -> row.getLong("sequence")).stream()
                    .findFirst()
                    .orElse(0L);
        }
    }

    /** The database tells times apart by microseconds; whatever is before the time is before the next of them. */
    private static Instant roundedUp(Instant time) {
        var micros = time.truncatedTo(ChronoUnit.MICROS);
        return micros.equals(time) ? micros : micros.plus(1, ChronoUnit.MICROS);
    }

    /** The account's balance behind a transaction of its ledger; none if nothing had been posted to it. */
    public Optional<Amount> balanceAfter(Connection connection, AccountTable.Row account, long sequence)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select balance_after from posting where account_key = ? and sequence <= ?
                order by sequence desc, line desc limit 1
                """)) {
            select.setLong(1, account.key());
            select.setLong(2, sequence);
            return Rows.list(
                            select,
                            row -> Rows.amount(
                                    row, "balance_after", account.account().scale()))
                    .stream()
                    .findFirst();
        }
    }

    /**
     * A line of an account's statement.
     *
     * @param referenceId of its operation, {@code null} if that has none or is kept no longer; the description likewise
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record StatementLine(
            long sequence,
            int line,
            UUID transactionId,
            UUID operationId,
            Kind kind,
            Instant at,
            Amount amount,
            String currency,
            Amount balanceAfter,
            String referenceId,
            String description) {

        public Place place() {
            return new Place(sequence, line);
        }
    }

    /** Where a posting stands in its ledger. */
    public record Place(long sequence, int line) implements Comparable<Place> {
        /** Ahead of all. */
        public static final Place START = new Place(0, 0);
        /** Behind all. */
        public static final Place END = new Place(Long.MAX_VALUE, 0);

        @Override
        public int compareTo(Place other) {
            return Comparator.comparingLong(Place::sequence)
                    .thenComparingInt(Place::line)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return sequence + "." + line;
        }
    }

    /** The account's postings behind a place in its statement, the oldest or the newest first. */
    public List<StatementLine> statement(
            Connection connection, long accountKey, Sequences within, Place behind, boolean newestFirst, int limit)
            throws SQLException {
        // Of two bounds to enter the index at, PostgreSQL takes the first, and goes through all up to the other.
        var start = newestFirst
                ? Collections.min(List.of(behind, within.behind()))
                : Collections.max(List.of(behind, within.ahead()));
        var direction = newestFirst ? "desc" : "asc";
        try (var select = connection.prepareStatement("""
                select t.*, p.line, p.amount, p.balance_after, a.currency, a.scale, o.reference_id,
                       o.request ->> 'description' as description
                from (
                    select * from posting
                    where account_key = ? and (sequence, line) %s (?, ?) and sequence %s ?
                    order by sequence %s, line %s limit ?
                ) p
                join transaction t using (ledger_key, sequence)
                join account a using (account_key)
                left join operation o using (operation_id)
                order by p.sequence %s, p.line %s
                """.formatted(
                newestFirst ? "<" : ">", newestFirst ? ">=" : "<=", direction, direction, direction, direction))) {
            select.setLong(1, accountKey);
            select.setLong(2, start.sequence());
            select.setInt(3, start.line());
            select.setLong(4, newestFirst ? within.first() : within.last());
            select.setInt(5, limit);
            return Rows.list(
                    select,
                    row -> new StatementLine(
                            row.getLong("sequence"),
                            row.getInt("line"),
                            row.getObject("transaction_id", UUID.class),
                            row.getObject("operation_id", UUID.class),
                            Kind.of(row.getString("kind")).orElseThrow(),
                            Rows.instant(row, "at"),
                            Rows.amount(row, "amount", row.getInt("scale")),
                            row.getString("currency"),
                            Rows.amount(row, "balance_after", row.getInt("scale")),
                            row.getString("reference_id"),
                            row.getString("description")));
        }
    }

    /** The last transaction of a ledger that postings speak of, whether it is there or not; 0 if there are none. */
    public long lastPosted(Connection connection, int ledgerKey) throws SQLException {
        try (var select =
                connection.prepareStatement("select coalesce(max(sequence), 0) from posting where ledger_key = ?")) {
            select.setInt(1, ledgerKey);
            return Rows.list(select, row -> row.getLong(1)).getFirst();
        }
    }

    /** The balance of each account behind a transaction: that of its last posting up to there. */
    public Map<String, Amount> balancesAfter(Connection connection, int ledgerKey, long sequence) throws SQLException {
        try (var select = connection.prepareStatement("""
                select a.account_id, a.scale, last.balance_after
                from account a
                cross join lateral (
                    select p.balance_after from posting p
                    where p.account_key = a.account_key and p.sequence <= ?
                    order by p.sequence desc, p.line desc limit 1
                ) last
                where a.ledger_key = ?
                """)) {
            select.setLong(1, sequence);
            select.setInt(2, ledgerKey);
            var balances = new HashMap<String, Amount>();
            Rows.list(
                    select,
                    row -> balances.put(
                            row.getString("account_id"), Rows.amount(row, "balance_after", row.getInt("scale"))));
            return balances;
        }
    }

    private record Joined(Transaction transaction, Transaction.Entry entry) {}

    private static Joined joined(ResultSet row) throws SQLException {
        var step = row.getString("step");
        var transaction = new Transaction(
                row.getObject("transaction_id", UUID.class),
                row.getLong("sequence"),
                row.getObject("operation_id", UUID.class),
                Kind.of(row.getString("kind")).orElseThrow(),
                Rows.instant(row, "at"),
                row.getString("caller"),
                row.getBytes("fingerprint"),
                step == null ? null : StepName.of(step).orElseThrow(),
                List.of(),
                row.getBytes("hash"));
        var accountId = row.getString("account_id");
        var scale = row.getInt("scale");
        return new Joined(
                transaction,
                accountId == null
                        ? null
                        : new Transaction.Entry(
                                accountId,
                                row.getString("currency"),
                                Rows.amount(row, "amount", scale),
                                Rows.amount(row, "balance_after", scale)));
    }

    private static List<Transaction> transactions(List<Joined> rows) {
        var heads = new LinkedHashMap<Long, Transaction>();
        var entries = new LinkedHashMap<Long, List<Transaction.Entry>>();
        for (var row : rows) {
            var sequence = row.transaction().sequence();
            heads.putIfAbsent(sequence, row.transaction());
            var list = entries.computeIfAbsent(sequence, ignored -> new ArrayList<>());
            if (row.entry() != null) {
                list.add(row.entry());
            }
        }
        return heads.values().stream()
                .map(transaction -> transaction.with(entries.get(transaction.sequence())))
                .toList();
    }
}
