package io.daybook.store;

import static io.daybook.store.StoreFixture.ACCOUNTS;
import static io.daybook.store.StoreFixture.DATABASE;
import static io.daybook.store.StoreFixture.DATA_SOURCE;
import static io.daybook.store.StoreFixture.LEDGERS;
import static io.daybook.store.StoreFixture.NOW;
import static io.daybook.store.StoreFixture.TRANSACTIONS;
import static io.daybook.store.StoreFixture.deposit;
import static io.daybook.store.StoreFixture.execute;
import static io.daybook.store.StoreFixture.journal;
import static io.daybook.store.StoreFixture.read;
import static io.daybook.store.StoreFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.ServiceAway;
import io.daybook.ledger.HashChain;
import io.daybook.ledger.Transaction;
import io.daybook.store.TransactionTable.Place;
import io.daybook.store.TransactionTable.Sequences;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ledgers, accounts, transactions and postings, and what the database itself keeps right. */
class BooksTest {
    private final StoreFixture ledger = new StoreFixture().account("alice").account("bob");

    @Test
    void a_ledger_comes_back_as_it_was_opened() {
        var row = read(connection -> LEDGERS.find(connection, "acme", ledger.ledgerId))
                .orElseThrow();
        assertThat(row.resource()).isEqualTo(ledger.resource());
        assertThat(row.head().open()).isTrue();
        assertThat(row.head().hash()).isEqualTo(HashChain.genesis());
        assertThat(row.head().assets()).isEqualTo(ledger.resource().assets());
    }

    @Test
    void a_ledger_that_nobody_has_opened_can_be_locked_and_not_found() {
        var unopened = "unopened-" + ledger.ledgerId;
        DATABASE.transaction(connection -> {
            LEDGERS.insertUnopened(connection, "acme", unopened);
            LEDGERS.insertUnopened(connection, "acme", unopened);
            return null;
        });
        assertThat(StoreFixture.<Optional<LedgerTable.Row>>read(
                        connection -> LEDGERS.find(connection, "acme", unopened)))
                .isEmpty();
        assertThat(DATABASE.transaction(connection -> LEDGERS.lock(connection, "acme", unopened))
                        .orElseThrow()
                        .head()
                        .open())
                .isFalse();
        assertThat(DATABASE.<Optional<LedgerTable.Row>>transaction(
                        connection -> LEDGERS.lock(connection, "other", ledger.ledgerId)))
                .isEmpty();
    }

    @Test
    void ledgers_are_listed_by_id_page_by_page_and_of_their_tenant_only() {
        var tenant = "lister" + ledger.key;
        var ids = IntStream.range(0, 5)
                .mapToObj(i -> new StoreFixture(tenant).ledgerId)
                .sorted()
                .toList();
        assertThat(list(tenant, "", 3)).isEqualTo(ids.subList(0, 3));
        assertThat(list(tenant, ids.get(2), 3)).isEqualTo(ids.subList(3, 5));
        assertThat(list(tenant, ids.get(4), 3)).isEmpty();
    }

    @Test
    void an_account_comes_back_as_it_was_opened() {
        ledger.insert("carol", "gold.oz", 18, "-1.000000000000000000", Map.of("z", "Zoë \"🪙\"", "a", "\n"));
        var row = read(connection -> ACCOUNTS.find(connection, ledger.key, "carol"))
                .orElseThrow();
        assertThat(row.resource().metadata()).isEqualTo(Map.of("z", "Zoë \"🪙\"", "a", "\n"));
        assertThat(row.resource().ledgerId()).isEqualTo(ledger.ledgerId);
        assertThat(row.resource().createdAt()).isEqualTo(NOW);
        assertThat(row.account().floor()).hasToString("-1.000000000000000000");
        assertThat(row.account().balance()).isEqualTo(Amount.zero(18));
        assertThat(row.version()).isEqualTo(1);
    }

    @Test
    void accounts_are_listed_by_id_in_the_order_of_their_bytes() {
        var other = new StoreFixture()
                .account("b")
                .account("B")
                .account("a:1")
                .account("a")
                .account("1");
        var ids = List.of("1", "B", "a", "a:1", "b");
        assertThat(accounts(other, "", 3)).isEqualTo(ids.subList(0, 3));
        assertThat(accounts(other, "a", 3)).isEqualTo(ids.subList(3, 5));
    }

    @Test
    void a_change_of_status_makes_a_new_version() {
        var key = key("alice");
        DATABASE.transaction(connection -> {
            ACCOUNTS.updateStatus(connection, key, AccountStatus.FROZEN);
            return null;
        });
        var row = read(connection -> ACCOUNTS.find(connection, ledger.key, "alice"))
                .orElseThrow();
        assertThat(row.account().status()).isEqualTo(AccountStatus.FROZEN);
        assertThat(row.version()).isEqualTo(2);
    }

    @Test
    void the_chain_can_be_verified_from_what_is_stored() {
        ledger.apply(
                ledger.submit("k1", deposit("alice", "10", "EUR", null)),
                ledger.submit("k2", journal("alice -1", "bob 5", "alice -3", "external:EUR -1")));
        ledger.apply(ledger.submit("k3", withdrawal("bob", "2.50", null)));
        var previous = HashChain.genesis();
        var transactions = read(connection -> TRANSACTIONS.list(connection, ledger.key, 0, 10));
        assertThat(transactions).extracting(one -> one.sequence()).containsExactly(1L, 2L, 3L);
        for (var transaction : transactions) {
            previous = HashChain.hash(previous, transaction);
            assertThat(transaction.hash()).isEqualTo(previous);
            assertThat(StoreFixture.<Optional<Transaction>>read(
                            connection -> TRANSACTIONS.find(connection, ledger.key, transaction.id())))
                    .get()
                    .usingRecursiveComparison()
                    .isEqualTo(transaction);
        }
        var head = read(connection -> LEDGERS.find(connection, "acme", ledger.ledgerId))
                .orElseThrow()
                .head();
        assertThat(head.hash()).isEqualTo(previous);
        assertThat(head.sequence()).isEqualTo(3);
        assertThat(head.at()).isEqualTo(NOW);
        assertThat(StoreFixture.<List<Transaction>>read(connection -> TRANSACTIONS.list(connection, ledger.key, 1, 1)))
                .extracting(one -> one.sequence())
                .containsExactly(2L);
    }

    @Test
    void a_statement_goes_both_ways_and_goes_on_from_any_line() {
        ledger.apply(
                ledger.submit("k1", deposit("alice", "10", "EUR", null)),
                ledger.submit("k2", journal("alice -1", "bob 4", "alice -3")));
        assertThat(statement(0, 0, false, 10)).containsExactly("1/1 10.00 10.00", "2/1 -1.00 9.00", "2/3 -3.00 6.00");
        assertThat(statement(2, 1, false, 10)).containsExactly("2/3 -3.00 6.00");
        assertThat(statement(Long.MAX_VALUE, 0, true, 2)).containsExactly("2/3 -3.00 6.00", "2/1 -1.00 9.00");
        assertThat(statement(2, 1, true, 10)).containsExactly("1/1 10.00 10.00");
    }

    @Test
    void balances_can_be_told_as_they_were_behind_any_transaction() {
        ledger.apply(
                ledger.submit("k1", deposit("alice", "10", "EUR", null)),
                ledger.submit("k2", journal("alice -1", "bob 4", "alice -3")));
        assertThat(StoreFixture.<Map<String, Amount>>read(
                        connection -> TRANSACTIONS.balancesAfter(connection, ledger.key, 0)))
                .isEmpty();
        assertThat(StoreFixture.<Map<String, Amount>>read(
                        connection -> TRANSACTIONS.balancesAfter(connection, ledger.key, 1)))
                .isEqualTo(Map.of("alice", Amount.of("10.00"), "external:EUR", Amount.of("-10.00")));
        assertThat(StoreFixture.<Map<String, Amount>>read(
                        connection -> TRANSACTIONS.balancesAfter(connection, ledger.key, 2)))
                .isEqualTo(Map.of(
                        "alice", Amount.of("6.00"), "bob", Amount.of("4.00"), "external:EUR", Amount.of("-10.00")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "below the floor     | update account set balance = -0.01 where account_key = ?",
                "held below the floor| update account set held = 0.01 where account_key = ?",
                "held below zero     | update account set held = -1 where account_key = ?",
                "closed with money   | update account set balance = 1, status = 'closed' where account_key = ?",
                "an unknown status   | update account set status = 'asleep' where account_key = ?",
                "an unknown type     | update account set type = 'thing' where account_key = ?",
                "too many decimals   | update account set scale = 19 where account_key = ?"
            })
    void the_database_refuses_an_account(String what, String sql) {
        var key = key("alice");
        assertThatThrownBy(() -> execute(sql, key)).as(what).hasMessageContaining("check constraint");
    }

    @Test
    void the_database_refuses_a_second_account_of_a_name() {
        assertThatThrownBy(() -> ledger.account("alice")).hasMessageContaining("duplicate key");
    }

    @Test
    void the_database_refuses_a_posting_of_zero() {
        ledger.apply(ledger.submit("k1", deposit("alice", "10", "EUR", null)));
        var sql = "insert into posting values (?, ?, 9, ?, ?, 0)";
        assertThatThrownBy(() -> execute(sql, ledger.key, 1, key("alice"), 0)).hasMessageContaining("check constraint");
    }

    @Test
    void the_database_refuses_a_second_transaction_of_a_number() {
        ledger.apply(ledger.submit("k1", deposit("alice", "10", "EUR", null)));
        var transactions = read(connection -> TRANSACTIONS.list(connection, ledger.key, 0, 1));
        assertThatThrownBy(() -> DATABASE.transaction(connection -> {
                    TRANSACTIONS.insert(connection, ledger.key, transactions, Map.of());
                    return null;
                }))
                .hasMessageContaining("duplicate key");
    }

    @Test
    void the_lock_keeps_a_second_writer_out_of_the_ledger_and_of_no_other() throws SQLException {
        var other = new StoreFixture();
        try (var first = DATA_SOURCE.getConnection();
                var second = DATA_SOURCE.getConnection()) {
            LEDGERS.lock(first, "acme", ledger.ledgerId);
            try (var statement = second.createStatement()) {
                statement.execute("set local lock_timeout = '200ms'");
            }
            assertThat(LEDGERS.lock(second, "acme", other.ledgerId)).isPresent();
            assertThatThrownBy(() -> LEDGERS.lock(second, "acme", ledger.ledgerId))
                    .hasMessageContaining("lock timeout");
            second.rollback();
            first.rollback();
            assertThat(LEDGERS.lock(second, "acme", ledger.ledgerId)).isPresent();
            second.rollback();
        }
    }

    @Test
    void what_fails_in_a_transaction_leaves_nothing() {
        assertThatThrownBy(() -> DATABASE.transaction(connection -> {
                    ledger.apply(connection, List.of(ledger.submit("k1", deposit("alice", "1", "EUR", null))));
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
        assertThat(StoreFixture.<List<Transaction>>read(connection -> TRANSACTIONS.list(connection, ledger.key, 0, 10)))
                .isEmpty();
        assertThat(StoreFixture.<Optional<AccountTable.Row>>read(
                        connection -> ACCOUNTS.find(connection, ledger.key, "external:EUR")))
                .isEmpty();
    }

    @Test
    void a_snapshot_writes_nothing_and_sees_one_moment() {
        assertThatThrownBy(() -> DATABASE.snapshot(connection -> {
                    ACCOUNTS.updateStatus(connection, 1, AccountStatus.FROZEN);
                    return null;
                }))
                .isInstanceOf(ServiceAway.class) // as a server that is no longer the one to write to
                .hasMessageContaining("read-only");
        var seen = DATABASE.<Integer>snapshot(connection -> {
            var before = TRANSACTIONS.list(connection, ledger.key, 0, 10).size();
            ledger.apply(ledger.submit("k1", deposit("alice", "1", "EUR", null)));
            return before + TRANSACTIONS.list(connection, ledger.key, 0, 10).size();
        });
        assertThat(seen).isZero();
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        ledger.apply(ledger.submit("first", deposit("alice", "1", "EUR", null)));
        var one = statementsOf(1);
        assertThat(statementsOf(500)).isEqualTo(one).isLessThan(15);
    }

    private int statementsOf(int operations) {
        var submissions = IntStream.range(0, operations)
                .mapToObj(i -> ledger.submit(
                        operations + "/" + i,
                        deposit(i % 2 == 0 ? "alice" : "bob", "1", "EUR", "R" + operations + "/" + i)))
                .toList();
        var count = new AtomicInteger();
        DATABASE.transaction(connection -> ledger.apply(counting(connection, count), submissions));
        return count.get();
    }

    /** Counts what is prepared: each statement of the tables is prepared once and executed once. */
    private static Connection counting(Connection connection, AtomicInteger count) {
        return (Connection) Proxy.newProxyInstance(
                BooksTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        count.incrementAndGet();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private long key(String account) {
        return read(connection -> ACCOUNTS.find(connection, ledger.key, account))
                .orElseThrow()
                .key();
    }

    private List<String> statement(long sequence, int line, boolean newestFirst, int limit) {
        var key = key("alice");
        return read(connection -> TRANSACTIONS.statement(
                        connection, key, Sequences.ALL, new Place(sequence, line), newestFirst, limit))
                .stream()
                .map(one -> one.sequence() + "/" + one.line() + " " + one.amount() + " " + one.balanceAfter())
                .toList();
    }

    private static List<String> list(String tenant, String after, int limit) {
        return read(connection -> LEDGERS.list(connection, tenant, null, after, limit)).stream()
                .map(LedgerResource::ledgerId)
                .toList();
    }

    private static List<String> accounts(StoreFixture of, String after, int limit) {
        return read(connection -> ACCOUNTS.list(connection, of.key, after, limit)).stream()
                .map(row -> row.account().id())
                .toList();
    }
}
