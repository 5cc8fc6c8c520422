package io.daybook.store;

import static io.daybook.store.StoreFixture.ACCOUNTS;
import static io.daybook.store.StoreFixture.DATABASE;
import static io.daybook.store.StoreFixture.OPERATIONS;
import static io.daybook.store.StoreFixture.TRANSACTIONS;
import static io.daybook.store.StoreFixture.execute;
import static io.daybook.store.StoreFixture.read;
import static io.daybook.store.StoreFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Amount;
import io.daybook.contract.DaybookId;
import io.daybook.contract.OperationStatus;
import io.daybook.store.AccountTable.Balance;
import io.daybook.store.AccountTable.Standing;
import io.daybook.store.AccountTable.Total;
import io.daybook.store.TransactionTable.Place;
import io.daybook.store.TransactionTable.Sequences;
import io.daybook.store.TransactionTable.StatementLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a long ledger, reading costs what is read and not what there is: PostgreSQL's own counts of rows are the witness. */
class ReadsTest {
    private static final int TRANSACTIONS_COUNT = 50_000;
    private static final int LIMIT = 20;
    /** More often than the driver takes to prepare a statement on the server, whose plan is another one then. */
    private static final int TIMES = 10;

    /** Ends of indexes that PostgreSQL looks at while it makes a plan. */
    private static final int PLANNING = 3;

    /** Two transactions each second. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final StoreFixture LEDGER =
            new StoreFixture().account("till").account("vault", "EUR", 2, null);

    @BeforeAll
    static void fill() {
        execute("""
                insert into transaction (ledger_key, sequence, transaction_id, operation_id, kind, at, caller,
                    fingerprint, hash)
                select ?, n, gen_random_uuid(), gen_random_uuid(), 'transfer', ?::timestamptz + n / 2 * interval '1 second',
                    'c', '', decode(repeat('00', 32), 'hex')
                from generate_series(1, ?) n
                """, LEDGER.key, START.toString(), TRANSACTIONS_COUNT);
        execute("""
                insert into posting (ledger_key, sequence, line, account_key, amount, balance_after)
                select a.ledger_key, n, case account_id when 'till' then 1 else 2 end, account_key,
                    case account_id when 'till' then 1 else -1 end, case account_id when 'till' then n else -n end
                from generate_series(1, ?) n cross join account a
                where a.ledger_key = ?
                order by n, account_id
                """, TRANSACTIONS_COUNT, LEDGER.key);
        execute("""
                insert into operation (operation_id, ledger_key, kind, status, version, attempts, idempotency_key,
                    fingerprint, reference_id, caller, request, transitions, sequence, created_at, updated_at,
                    completed_at)
                select operation_id, ledger_key, kind, case when sequence % 10000 = 0 then 'failed' else 'succeeded' end,
                    2, 1, 'k' || sequence, '', case when sequence % 2 = 0 then 'r' || sequence end, 'c',
                    '{"from_account_id":"vault","to_account_id":"till","amount":"1.00","currency":"EUR"}',
                    '[]', sequence, at, at, at
                from transaction where ledger_key = ?
                """, LEDGER.key);
        DATABASE.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("analyze");
            }
        });
    }

    /** How many rows a table had to give, and how often it was gone through from end to end. */
    private record Cost(long scans, long rows) {}

    /** What reading once costs. */
    private static Cost cost(String table, Database.Work<?> work) {
        return DATABASE.transaction(connection -> {
            var before = counted(connection, table);
            for (var i = 0; i < TIMES; i++) {
                work.on(connection);
            }
            var after = counted(connection, table);
            return new Cost(after.scans() - before.scans(), (after.rows() - before.rows()) / TIMES);
        });
    }

    private static Cost counted(Connection connection, String table) throws SQLException {
        try (var select = connection.prepareStatement("""
                select seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows
                from pg_stat_xact_user_tables where relname = ?
                """)) {
            select.setString(1, table);
            return Rows.list(select, row -> new Cost(row.getLong("seq_scan"), row.getLong("rows")))
                    .getFirst();
        }
    }

    private static AccountTable.Row till() {
        return read(connection -> ACCOUNTS.find(connection, LEDGER.key, "till")).orElseThrow();
    }

    private static void costsNoMoreThan(long rows, Database.Work<?> work) {
        for (var table : List.of("posting", "transaction", "operation")) {
            var cost = cost(table, work);
            assertThat(cost.scans()).as("scans of %s", table).isZero();
            assertThat(cost.rows()).as("rows of %s", table).isLessThanOrEqualTo(rows);
        }
    }

    @Test
    void a_page_of_a_statement_costs_its_lines_wherever_it_is() {
        var key = till().key();
        for (var place : List.of(Place.START, new Place(TRANSACTIONS_COUNT / 2, 1), Place.END)) {
            for (var newestFirst : List.of(true, false)) {
                costsNoMoreThan(
                        LIMIT + PLANNING,
                        connection ->
                                TRANSACTIONS.statement(connection, key, Sequences.ALL, place, newestFirst, LIMIT));
            }
        }
        var range = new Sequences(30_000, 30_004);
        costsNoMoreThan(
                5 + PLANNING, connection -> TRANSACTIONS.statement(connection, key, range, Place.START, false, LIMIT));
        assertThat(StoreFixture.<List<StatementLine>>read(
                        connection -> TRANSACTIONS.statement(connection, key, range, Place.END, true, LIMIT)))
                .extracting(StatementLine::sequence)
                .containsExactly(30_004L, 30_003L, 30_002L, 30_001L, 30_000L);
    }

    @Test
    void a_page_of_a_window_looks_at_no_more_of_the_index_than_a_page_of_all() {
        var key = till().key();
        var late = new Sequences(TRANSACTIONS_COUNT * 3 / 4, Long.MAX_VALUE);
        var early = new Sequences(1, TRANSACTIONS_COUNT / 4);
        var middle = new Place(TRANSACTIONS_COUNT / 2, 1);
        var all = blocks(key, Sequences.ALL, Place.START, false);

        assertThat(List.of(
                        blocks(key, late, Place.START, false),
                        blocks(key, late, middle, false),
                        blocks(key, late, middle, true),
                        blocks(key, early, Place.END, true),
                        blocks(key, early, middle, true),
                        blocks(key, early, middle, false)))
                .allSatisfy(blocks -> assertThat(blocks).isLessThanOrEqualTo(all + TIMES));
    }

    private static long blocks(long accountKey, Sequences within, Place behind, boolean newestFirst) {
        return blocks(connection -> TRANSACTIONS.statement(connection, accountKey, within, behind, newestFirst, LIMIT));
    }

    /** How many blocks of the index of an account's postings reading ten times looks at. */
    private static long blocks(Database.Work<?> work) {
        var before = blocks();
        cost("posting", work);
        return blocks() - before;
    }

    private static long blocks() {
        value("select pg_stat_force_next_flush()");
        return read(connection -> {
            try (var select = connection.prepareStatement(
                    "select idx_blks_read + idx_blks_hit from pg_statio_user_indexes where indexrelname = ?")) {
                select.setString(1, "posting_of_account");
                return Rows.list(select, row -> row.getLong(1)).getFirst();
            }
        });
    }

    @Test
    void the_balance_of_a_time_costs_the_same_at_any_time() {
        var till = till();
        for (var second : List.of(0, 1, TRANSACTIONS_COUNT / 4, TRANSACTIONS_COUNT)) {
            var time = START.plusSeconds(second);
            costsNoMoreThan(
                    2,
                    connection -> TRANSACTIONS.balanceAfter(
                            connection, till, TRANSACTIONS.lastBefore(connection, LEDGER.key, time)));
        }
    }

    @Test
    void the_last_transaction_before_a_time_is_the_last_of_those_that_have_the_same_time() {
        assertThat(lastBefore(START)).isZero();
        assertThat(lastBefore(START.plusNanos(1))).isEqualTo(1);
        assertThat(lastBefore(START.plusSeconds(7))).isEqualTo(13);
        assertThat(lastBefore(START.plusSeconds(7).plusNanos(1))).isEqualTo(15);
        assertThat(lastBefore(START.plusSeconds(7).minusNanos(1))).isEqualTo(13);
        assertThat(lastBefore(Instant.parse("9999-12-31T23:59:59.999999999Z"))).isEqualTo(TRANSACTIONS_COUNT);
        assertThat(lastBefore(Instant.parse("0000-01-01T00:00:00Z"))).isZero();
    }

    private static long lastBefore(Instant time) {
        return read(connection -> TRANSACTIONS.lastBefore(connection, LEDGER.key, time));
    }

    @Test
    void a_trial_balance_costs_its_accounts_and_not_their_postings() {
        var standing = new Standing(LEDGER.key, 20_000, null);
        costsNoMoreThan(2, connection -> ACCOUNTS.balances(connection, standing, "", "", LIMIT));
        costsNoMoreThan(2, connection -> ACCOUNTS.totals(connection, standing));
        assertThat(StoreFixture.<List<Balance>>read(
                        connection -> ACCOUNTS.balances(connection, standing, "", "", LIMIT)))
                .extracting(line -> line.accountId() + " " + line.balance())
                .containsExactly("till 20000.00", "vault -20000.00");
        assertThat(StoreFixture.<List<Total>>read(connection -> ACCOUNTS.totals(connection, standing)))
                .containsExactly(new Total("EUR", Amount.of("0.00")));
    }

    @Test
    void a_page_of_transactions_costs_their_postings() {
        for (var newestFirst : List.of(true, false)) {
            costsNoMoreThan(
                    2 * LIMIT,
                    connection -> TRANSACTIONS.list(
                            connection, LEDGER.key, new Sequences(25_000, 40_000), newestFirst, LIMIT));
        }
    }

    @Test
    void few_operations_are_found_among_many_by_reference_and_by_what_became_of_them() {
        var referenced = new OperationTable.Filter(null, null, "r5000");
        costsNoMoreThan(
                3,
                connection -> OPERATIONS.list(
                        connection, LEDGER.key, referenced, OperationTable.LEAST, OperationTable.GREATEST, LIMIT));
        var failed = new OperationTable.Filter(OperationStatus.FAILED, null, null);
        costsNoMoreThan(
                15,
                connection -> OPERATIONS.list(
                        connection, LEDGER.key, failed, OperationTable.LEAST, OperationTable.GREATEST, LIMIT));
        var any = new OperationTable.Filter(null, null, null);
        var none = DaybookId.first(0);
        costsNoMoreThan(
                2, connection -> OPERATIONS.list(connection, LEDGER.key, any, OperationTable.LEAST, none, LIMIT));
    }
}
