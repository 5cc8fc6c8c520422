package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.balances;
import static io.daybook.ledger.LedgerFixture.capture;
import static io.daybook.ledger.LedgerFixture.code;
import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.exchange;
import static io.daybook.ledger.LedgerFixture.exchangeAt;
import static io.daybook.ledger.LedgerFixture.forcedReversal;
import static io.daybook.ledger.LedgerFixture.problem;
import static io.daybook.ledger.LedgerFixture.release;
import static io.daybook.ledger.LedgerFixture.reversal;
import static io.daybook.ledger.LedgerFixture.submission;
import static io.daybook.ledger.LedgerFixture.transfer;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.contract.HoldStatus;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations between two ledgers: hold, credit, capture; or release. */
class SagaTest {
    private final LedgerFixture some = new LedgerFixture();
    private final World world = new World()
            .ledger("home", List.of(), account("alice", "100.00", AccountStatus.ACTIVE))
            .ledger(
                    "away",
                    List.of(),
                    account("bob", "5.00", AccountStatus.ACTIVE),
                    account("ice", "5.00", AccountStatus.FROZEN),
                    account("gone", "0.00", AccountStatus.CLOSED),
                    new Account("yen", "JPY", 0, AccountStatus.ACTIVE, Amount.zero(0), Amount.zero(0), Amount.zero(0)))
            .unopened("nowhere");

    @Test
    void a_transfer_is_held_credited_and_captured() {
        var begun = send("home", transfer("alice", "away", "bob", "30"));
        assertThat(status(begun)).isEqualTo(OperationStatus.PROCESSING);
        assertThat(steps(begun)).containsExactly("hold succeeded in home");
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 30.00");
        assertThat(world.in("home").transactions).isEmpty();

        assertThat(world.deliver("away")).isEmpty();
        assertThat(funds("away", "bob")).isEqualTo("35.00 held 0.00");
        assertThat(funds("away", "transit:EUR")).isEqualTo("-30.00 held 0.00");

        var done = world.deliver("home").orElseThrow();
        assertThat(balances(done)).containsExactly("alice 70.00 EUR", "bob 35.00 EUR");
        assertThat(LedgerFixture.result(done).sequence()).isEqualTo(1);
        assertThat(steps(done))
                .containsExactly("hold succeeded in home", "credit succeeded in away", "capture succeeded in home");
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
        assertThat(funds("home", "transit:EUR")).isEqualTo("30.00 held 0.00");
        assertThat(world.in("home").holds.get(done.operationId()).status()).isEqualTo(HoldStatus.CAPTURED);
        assertThat(world.in("home").inbox).isEmpty();
        assertThat(world.in("away").inbox).isEmpty();
    }

    @Test
    void its_transactions_name_the_operation_and_the_step_and_the_chains_hold() {
        var id = send("home", transfer("alice", "away", "bob", "30")).operationId();
        world.settle();
        assertThat(world.in("away").transactions).singleElement().satisfies(transaction -> {
            assertThat(transaction.operationId()).isEqualTo(id);
            assertThat(transaction.step()).isEqualTo(StepName.CREDIT);
            assertThat(transaction.caller()).isEqualTo("carol");
            assertThat(HashChain.hash(HashChain.genesis(), transaction)).isEqualTo(transaction.hash());
        });
        assertThat(world.in("home").transactions).extracting(Transaction::step).containsExactly(StepName.CAPTURE);
    }

    @ParameterizedTest(name = "a transfer to {0} in {1} ends with {2}")
    @CsvSource({
        "ice,    away,    account_frozen",
        "gone,   away,    account_closed",
        "nobody, away,    account_not_found",
        "yen,    away,    currency_mismatch",
        "bob,    nowhere, ledger_not_found"
    })
    void a_credit_that_is_refused_lets_the_money_go_again(String account, String ledger, String code) {
        var begun = send("home", transfer("alice", ledger, account, "30"));
        world.deliver(ledger);
        assertThat(world.in(ledger).transactions).isEmpty();
        var done = world.deliver("home").orElseThrow();
        assertThat(done.operationId()).isEqualTo(begun.operationId());
        assertThat(code(done)).isEqualTo(code);
        assertThat(steps(done))
                .containsExactly("hold succeeded in home", "credit failed in " + ledger, "release succeeded in home");
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 0.00");
        assertThat(world.in("home").transactions).isEmpty();
        assertThat(world.in("home").holds.get(done.operationId()).status()).isEqualTo(HoldStatus.RELEASED);
    }

    @Test
    void a_hold_that_is_refused_ends_it_at_once() {
        assertThat(code(send("home", transfer("alice", "away", "bob", "100.01"))))
                .isEqualTo("insufficient_funds");
        assertThat(code(send("home", transfer("alice", "away", "bob", "1 USD"))))
                .isEqualTo("currency_mismatch");
        assertThat(code(send("home", transfer("nobody", "away", "bob", "1")))).isEqualTo("account_not_found");
        assertThat(code(send("home", transfer("alice", "away", "bob", "0.001"))))
                .isEqualTo("amount_scale");
        assertThat(code(send("away", transfer("ice", "home", "alice", "1")))).isEqualTo("account_frozen");
        assertThat(code(send("away", transfer("gone", "home", "alice", "1")))).isEqualTo("account_closed");
        assertThat(code(send("nowhere", transfer("bob", "home", "alice", "1")))).isEqualTo("ledger_not_found");
        assertThat(world.in("away").inbox).isEmpty();
        assertThat(world.in("home").holds).isEmpty();
    }

    @Test
    void what_is_held_cannot_be_spent_while_it_is_on_its_way() {
        send("home", transfer("alice", "away", "bob", "80"));
        assertThat(code(send("home", withdrawal("alice", "20.01")))).isEqualTo("insufficient_funds");
        assertThat(code(send("home", withdrawal("alice", "20.00")))).isEqualTo("succeeded");
    }

    @Test
    void a_transfer_to_the_ledger_that_it_is_sent_to_stays_there() {
        assertThat(balances(send("away", transfer("bob", "away", "bob2", "1"), account("bob2", "0.00"))))
                .containsExactly("bob 4.00 EUR", "bob2 1.00 EUR");
        assertThat(code(send("away", transfer("bob", "away", "bob", "1")))).isEqualTo("validation_failed");
    }

    @Test
    void a_step_that_comes_again_is_not_taken_again_and_is_answered_again() {
        send("home", transfer("alice", "away", "bob", "30"));
        var credit = world.in("away").inbox.peek();
        world.deliver("away");
        world.deliver("away", credit);
        assertThat(funds("away", "bob")).isEqualTo("35.00 held 0.00");
        assertThat(world.in("home").inbox)
                .hasSize(2)
                .allMatch(one -> one.step().equals(world.in("home").inbox.peek().step()));
        var first = world.deliver("home");
        assertThat(world.deliver("home")).isEqualTo(first);
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
        assertThat(world.in("home").transactions).hasSize(1);
    }

    @Test
    void a_credit_that_was_refused_stays_refused_though_it_could_succeed_now() {
        send("home", transfer("alice", "away", "ice", "30"));
        var credit = world.in("away").inbox.peek();
        world.deliver("away");
        world.in("away").accounts.put("ice", account("ice", "5.00", AccountStatus.ACTIVE));
        world.deliver("away", credit);
        assertThat(world.in("home").inbox).hasSize(2).allMatch(one -> one.step().name() == StepName.RELEASE);
        world.settle();
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 0.00");
        assertThat(funds("away", "ice")).isEqualTo("5.00 held 0.00");
    }

    @Test
    void capture_and_release_do_not_mind_a_frozen_account() {
        send("home", transfer("alice", "away", "bob", "30"));
        send("home", transfer("alice", "away", "ice", "30"));
        var alice = world.in("home").accounts.get("alice");
        world.in("home")
                .accounts
                .put(
                        "alice",
                        new Account(
                                "alice", "EUR", 2, AccountStatus.FROZEN, alice.floor(), alice.balance(), alice.held()));
        world.settle();
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
    }

    @Test
    void the_request_that_comes_again_changes_nothing() {
        var request = some.submit(transfer("alice", "away", "bob", "30"));
        var begun = world.apply("home", request);
        assertThat(world.apply("home", request)).isEqualTo(begun);
        assertThat(world.in("away").inbox).hasSize(1);
        world.settle();
        assertThat(code(world.apply("home", request))).isEqualTo("succeeded");
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
    }

    @Test
    void what_was_dead_on_its_way_goes_on_with_what_it_holds_already() {
        var request = some.submit(transfer("alice", "away", "bob", "30"));
        var begun = world.apply("home", request);
        world.in("away").inbox.clear();
        world.in("home")
                .recorded
                .put(begun.operationId(), begun.with(new Outcome.Undecided(OperationStatus.PENDING), begun.steps()));
        assertThat(status(world.apply("home", request))).isEqualTo(OperationStatus.PROCESSING);
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 30.00");
        world.settle();
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
        assertThat(funds("away", "bob")).isEqualTo("35.00 held 0.00");
    }

    @Test
    void who_repeats_an_operation_that_is_on_its_way_has_its_outcome_in_the_end() {
        var first = world.apply("home", some.submit("key", transfer("alice", "away", "bob", "30")));
        var second = world.apply("home", some.submit("key", transfer("alice", "away", "bob", "30")));
        assertThat(second.duplicateOf()).isEqualTo(first.operationId());
        assertThat(status(second)).isEqualTo(OperationStatus.PROCESSING);
        world.settle();
        assertThat(balances(world.in("home").recorded.get(second.operationId())))
                .containsExactly("alice 70.00 EUR", "bob 35.00 EUR");
        assertThat(funds("home", "alice")).isEqualTo("70.00 held 0.00");
    }

    @Test
    void a_hold_of_a_transfer_is_not_there_for_clients() {
        var id = send("home", transfer("alice", "away", "bob", "30")).operationId();
        assertThat(code(send("home", capture(id, "1", "alice")))).isEqualTo("hold_not_found");
        assertThat(code(send("home", release(id)))).isEqualTo("hold_not_found");
    }

    @Test
    void an_answer_to_what_was_never_asked_is_no_business_of_the_books() {
        var stray = some.submit(transfer("alice", "away", "bob", "30"));
        var step = new QueueMessage.Step(StepName.CAPTURE, "home", null, null);
        assertThatThrownBy(() -> world.deliver("home", stepOf(stray, step))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void it_is_no_part_of_an_atomic_batch() {
        var results = world.apply(
                "home",
                List.of(new World.Message(
                        true,
                        List.of(
                                some.submit(deposit("alice", "1")),
                                some.submit(transfer("alice", "away", "bob", "1"))))));
        assertThat(results.getFirst().stream().map(one -> code(one.orElseThrow())))
                .containsExactly("batch_refused", "validation_failed");
        assertThat(world.in("away").inbox).isEmpty();
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 0.00");
    }

    @Test
    void an_exchange_between_two_ledgers_buys_there_and_sells_here() {
        send("home", exchange("alice", "away", "yen", "10.00 EUR", "1600 JPY"));
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 10.00");
        world.settle();
        assertThat(funds("home", "alice")).isEqualTo("90.00 held 0.00");
        assertThat(funds("home", "exchange:EUR")).isEqualTo("10.00 held 0.00");
        assertThat(funds("away", "yen")).isEqualTo("1600 held 0");
        assertThat(funds("away", "exchange:JPY")).isEqualTo("-1600 held 0");
    }

    @Test
    void an_exchange_by_rate_buys_at_the_scale_of_the_other_ledgers_account() {
        var id = send("home", exchangeAt("alice", "away", "yen", "10.00 EUR", "161.25"))
                .operationId();
        world.settle();
        assertThat(balances(world.in("home").recorded.get(id))).containsExactly("alice 90.00 EUR", "yen 1612 JPY");
        var dust = send("home", exchangeAt("alice", "away", "yen", "0.01 EUR", "50"))
                .operationId();
        world.settle();
        assertThat(code(world.in("home").recorded.get(dust))).isEqualTo("amount_too_small");
        assertThat(funds("home", "alice")).isEqualTo("90.00 held 0.00");
    }

    @Test
    void a_transfer_is_reversed_where_its_money_is_and_only_once() {
        var id = send("home", transfer("alice", "away", "bob", "30")).operationId();
        assertThat(code(send("away", reversal(id)))).isEqualTo("not_reversible");
        world.settle();
        assertThat(code(send("home", reversal(id)))).isEqualTo("not_reversible");
        var begun = send("away", reversal(id));
        assertThat(status(begun)).isEqualTo(OperationStatus.PROCESSING);
        assertThat(funds("away", "bob")).isEqualTo("35.00 held 30.00");
        assertThat(code(send("away", reversal(id)))).isEqualTo("already_reversed");
        world.settle();
        var done = world.in("away").recorded.get(begun.operationId());
        assertThat(balances(done)).containsExactly("bob 5.00 EUR", "alice 100.00 EUR");
        assertThat(steps(done))
                .containsExactly("hold succeeded in away", "credit succeeded in home", "capture succeeded in away");
        assertThat(funds("home", "transit:EUR")).isEqualTo("0.00 held 0.00");
        assertThat(funds("away", "transit:EUR")).isEqualTo("0.00 held 0.00");
        assertThat(problem(send("away", reversal(id))).firstOperationId()).isEqualTo(begun.operationId());
    }

    @Test
    void a_reversal_that_the_other_ledger_refuses_can_be_tried_again() {
        var id = send("home", transfer("alice", "away", "bob", "30")).operationId();
        world.settle();
        var alice = world.in("home").accounts.get("alice");
        world.in("home").accounts.put("alice", account("alice", "70.00", AccountStatus.FROZEN));
        var refused = send("away", reversal(id)).operationId();
        world.settle();
        assertThat(code(world.in("away").recorded.get(refused))).isEqualTo("account_frozen");
        assertThat(funds("away", "bob")).isEqualTo("35.00 held 0.00");
        world.in("home").accounts.put("alice", alice);
        send("away", reversal(id));
        world.settle();
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 0.00");
    }

    @Test
    void a_reversal_of_what_has_been_spent_is_refused_unless_it_is_forced() {
        var id = send("home", transfer("alice", "away", "bob", "30")).operationId();
        world.settle();
        send("away", withdrawal("bob", "20"));
        assertThat(code(send("away", reversal(id)))).isEqualTo("insufficient_funds");
        send("away", forcedReversal(id));
        assertThat(world.in("away").accounts.get("bob").overdrawn()).isTrue();
        world.settle();
        assertThat(funds("away", "bob")).isEqualTo("-15.00 held 0.00");
        assertThat(funds("home", "alice")).isEqualTo("100.00 held 0.00");
        send("away", deposit("bob", "15"));
        assertThat(world.in("away").accounts.get("bob").overdrawn()).isFalse();
    }

    private Recorded send(String ledger, Command command, Account... accounts) {
        Arrays.stream(accounts).forEach(account -> world.in(ledger).accounts.put(account.id(), account));
        var request = some.submit(command);
        return world.apply(
                ledger, submission(request.operationId(), UUID.randomUUID().toString(), command));
    }

    private static Submission stepOf(Submission one, QueueMessage.Step step) {
        return new Submission(
                one.operationId(), one.idempotencyKey(), one.fingerprint(), one.caller(), one.command(), step);
    }

    private static OperationStatus status(Recorded recorded) {
        return recorded.outcome().status();
    }

    private static List<String> steps(Recorded recorded) {
        return recorded.steps().stream()
                .map(step -> "%s %s in %s".formatted(step.name(), step.status(), step.ledgerId()))
                .toList();
    }

    private String funds(String ledger, String account) {
        var found = world.in(ledger).accounts.get(account);
        return found.balance() + " held " + found.held();
    }

    private static Account account(String id, String balance) {
        return account(id, balance, AccountStatus.ACTIVE);
    }

    private static Account account(String id, String balance, AccountStatus status) {
        return new Account(id, "EUR", 2, status, Amount.zero(2), Amount.of(balance), Amount.zero(2));
    }
}
