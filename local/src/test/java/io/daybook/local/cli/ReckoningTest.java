package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.MicronautFunctions;
import io.daybook.local.Stack;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The oracle of {@code daybook chaos} notices what is done behind its back. */
final class ReckoningTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static Stack stack;
    private static Client client;
    private static ChaosRun run;

    @BeforeAll
    static void send() throws Exception {
        stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create);
        client = new Client(stack.url(), stack.tokens().mint(Access.TENANT, Access.ALL_SCOPES, Access.TOKEN_VALIDITY));
        run = new ChaosRun(client, 1494, 600, new ChaosClient.Pace() {
            @Override
            public void awaitLeave() {}

            @Override
            public void answered(int operations) {}
        });
        run.open();
        run.send();
        var sound = run.reckon(PATIENCE);
        assertThat(sound.good()).as(sound.toString()).isTrue();
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
    }

    /** What is found after one statement; another one brings back what was before. */
    private static Reckoning.Result after(String tampering, String undoing) throws Exception {
        execute(tampering);
        try {
            return run.reckon(Duration.ofMillis(1));
        } finally {
            execute(undoing);
        }
    }

    private static void execute(String sql) throws SQLException {
        var postgres = stack.postgres();
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertTold(List<String> findings, String... parts) {
        assertThat(findings).anySatisfy(finding -> assertThat(finding).contains(parts));
    }

    @Test
    void without_tampering_all_is_as_foretold() throws Exception {
        var result = run.reckon(PATIENCE);
        assertThat(result.good()).as(result.toString()).isTrue();
        assertThat(run.sent()).isEqualTo(600);
        assertThat(run.accepted()
                        + run.repeated()
                        + run.refused().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .isEqualTo(600);
        assertThat(result.transactions()).isPositive();
        assertThat(result.openHolds()).isPositive();
        assertThat(result.actionItems()).isPositive();
    }

    @Test
    void an_operation_that_is_gone_is_lost() throws Exception {
        var result = after("""
                create table gone as select * from operation where kind = 'deposit' and status = 'succeeded' limit 1;
                delete from operation where operation_id in (select operation_id from gone)""", "insert into operation select * from gone; drop table gone");
        assertThat(result.lost()).hasSize(1);
        assertTold(result.lost(), "was accepted as", "which is not there");
        assertThat(result.good()).isFalse();
        var console = new Console();
        new ChaosSummary(console.terminal, 1494, run, result, Map.of(), 0, Duration.ofSeconds(1)).print();
        assertThat(console.out())
                .contains("! lost: chaos-")
                .contains("Something is wrong: 1 lost")
                .doesNotContain("Nothing lost");
    }

    @Test
    void a_transaction_that_is_anothers_is_lost_to_the_one_and_doubled_for_the_other() throws Exception {
        var result = after("""
                create table swapped as
                    select min(sequence) as one, max(sequence) as other, ledger_key
                    from transaction where kind = 'deposit' group by ledger_key limit 1;
                create table before as select t.* from transaction t join swapped using (ledger_key)
                    where sequence = one;
                update transaction t set operation_id = o.operation_id from transaction o, swapped s
                    where t.ledger_key = s.ledger_key and t.sequence = s.one
                      and o.ledger_key = s.ledger_key and o.sequence = s.other""", """
                update transaction t set operation_id = b.operation_id from before b
                    where t.ledger_key = b.ledger_key and t.sequence = b.sequence;
                drop table before; drop table swapped""");
        assertThat(result.lost()).hasSize(1);
        assertTold(result.lost(), "(deposit) has no transaction");
        assertThat(result.doubled()).hasSize(1);
        assertTold(result.doubled(), "has two transactions");
    }

    @Test
    void a_balance_that_is_not_its_own_is_wrong() throws Exception {
        var result = after(
                "update account set balance = balance + 1 where account_id = 'reserve'",
                "update account set balance = balance - 1 where account_id = 'reserve'");
        assertThat(result.lost()).isEmpty();
        assertTold(result.wrong(), "reserve must have");
    }

    @Test
    void money_that_hangs_between_two_ledgers_is_wrong() throws Exception {
        var one = " where account_key = (select min(account_key) from account where account_id = 'transit:EUR')";
        var result = after(
                "update account set balance = balance + 1" + one, "update account set balance = balance - 1" + one);
        assertTold(result.wrong(), "transit:EUR sums to 1.00 over the ledgers");
    }

    @Test
    void money_that_is_held_for_nothing_is_wrong() throws Exception {
        var result = after(
                "update account set held = held + 1 where account_id = 'reserve'",
                "update account set held = held - 1 where account_id = 'reserve'");
        assertTold(result.wrong(), "reserve has 1.00 held, and open holds of 0");
    }

    @Test
    void a_posting_that_was_changed_breaks_the_chain() throws Exception {
        var result = after(
                "update posting set amount = amount * 2 where sequence = 1",
                "update posting set amount = amount / 2 where sequence = 1");
        assertTold(result.wrong(), "hash");
    }

    @Test
    void an_operation_with_another_outcome_is_wrong() throws Exception {
        var one =
                " where operation_id = (select operation_id from operation where kind = 'hold' and status = 'succeeded'"
                        + " order by operation_id limit 1)";
        execute("create table changed as select operation_id from operation" + one);
        var result = after(
                "update operation set status = 'discarded' where operation_id in (select operation_id from changed)",
                "update operation set status = 'succeeded' where operation_id in (select operation_id from changed);"
                        + " drop table changed");
        assertTold(result.wrong(), "(hold) was to come to succeeded, and is discarded");
    }

    @Test
    void an_action_item_in_another_state_is_wrong() throws Exception {
        execute("create table item as select action_item_id, status from action_item where status = 'open' limit 1");
        var result = after(
                "update action_item set status = 'cancelled' where action_item_id in (select action_item_id from item)",
                "update action_item set status = 'open' where action_item_id in (select action_item_id from item);"
                        + " drop table item");
        assertTold(result.wrong(), "must be open and is cancelled");
    }
}
