package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.NOW;
import static io.daybook.ledger.LedgerFixture.balance;
import static io.daybook.ledger.LedgerFixture.balances;
import static io.daybook.ledger.LedgerFixture.capture;
import static io.daybook.ledger.LedgerFixture.code;
import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.exchange;
import static io.daybook.ledger.LedgerFixture.exchangeAt;
import static io.daybook.ledger.LedgerFixture.forcedReversal;
import static io.daybook.ledger.LedgerFixture.hold;
import static io.daybook.ledger.LedgerFixture.item;
import static io.daybook.ledger.LedgerFixture.journal;
import static io.daybook.ledger.LedgerFixture.problem;
import static io.daybook.ledger.LedgerFixture.release;
import static io.daybook.ledger.LedgerFixture.result;
import static io.daybook.ledger.LedgerFixture.reversal;
import static io.daybook.ledger.LedgerFixture.transfer;
import static io.daybook.ledger.LedgerFixture.update;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.contract.HoldStatus;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Exchanges, holds, reversals and action items in one ledger, and what a frozen or closed account refuses. */
class KindsTest {
    private static final UUID HELD = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");

    private final LedgerFixture ledger = new LedgerFixture()
            .account("alice", "100.00")
            .account("bob", "0.00")
            .account("yen", "JPY", 0, "0", "0");
    private Book book = ledger.book();

    // --- exchanges ------------------------------------------------------------------------------

    @Test
    void an_exchange_sells_and_buys_through_the_exchange_accounts_of_both_currencies() {
        var done = send(exchange("alice", null, "yen", "10 EUR", "1600 JPY"));
        assertThat(balances(done)).containsExactly("alice 90.00 EUR", "yen 1600 JPY");
        assertThat(book.transactions().getFirst().entries())
                .extracting(entry -> entry.accountId() + " " + entry.amount())
                .containsExactly("alice -10.00", "exchange:EUR 10.00", "exchange:JPY -1600", "yen 1600");
        assertThat(done.steps())
                .extracting(Operation.Step::name, Operation.Step::status)
                .containsExactly(tuple("sell", "succeeded"), tuple("buy", "succeeded"));
    }

    @ParameterizedTest(name = "{0} EUR at {1} buy {2} JPY")
    @CsvSource({"10.00, 160, 1600", "0.01, 50, none", "0.01, 150, 2", "0.01, 250, 2", "0.01, 250.001, 3", "1, 0.6, 1"})
    void an_exchange_by_rate_buys_the_product_rounded_half_even(String sell, String rate, String bought) {
        var done = send(exchangeAt("alice", null, "yen", sell, rate));
        assertThat(bought.equals("none") ? code(done) : balances(done).getLast())
                .isEqualTo(bought.equals("none") ? "amount_too_small" : "yen " + bought + " JPY");
    }

    @Test
    void an_exchange_by_rate_knows_the_scale_of_an_asset_that_the_ledger_declares() {
        book = ledger.account("gold", "gold.oz", 6, null, "0.000000").book();
        assertThat(balances(send(exchangeAt("alice", null, "gold", "10", "0.00030000025"))))
                .containsExactly("alice 90.00 EUR", "gold 0.003000 gold.oz");
    }

    @Test
    void an_exchange_that_is_refused_moves_nothing() {
        assertThat(code(send(exchange("alice", null, "yen", "100.01", "1 JPY"))))
                .isEqualTo("insufficient_funds");
        assertThat(code(send(exchange("alice", null, "yen", "1", "1.5 JPY")))).isEqualTo("amount_scale");
        assertThat(code(send(exchange("alice", null, "nobody", "1", "1 JPY")))).isEqualTo("account_not_found");
        assertThat(code(send(exchange("alice", null, "bob", "1", "1 JPY")))).isEqualTo("currency_mismatch");
        assertThat(code(send(exchangeAt("alice", null, "bob", "1", "1")))).isEqualTo("currency_mismatch");
        assertThat(code(send(exchangeAt("alice", null, "nobody", "1", "1")))).isEqualTo("account_not_found");
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void the_exchange_account_of_what_a_rate_buys_is_known_before_it_is_decided() {
        var needs = new Needs(List.of(ledger.submit(exchangeAt("alice", null, "yen", "1", "1"))));
        assertThat(needs.accounts(List.of(), List.of())).contains("alice", "yen", "exchange:EUR");
        var yen = new Account("yen", "JPY", 0, AccountStatus.ACTIVE, null, Amount.zero(0), Amount.zero(0));
        assertThat(needs.exchangeAccounts(List.of(yen))).containsExactly("exchange:JPY");
    }

    // --- holds ----------------------------------------------------------------------------------

    @Test
    void a_hold_keeps_money_back_and_posts_nothing() {
        var done = send(hold("alice", "60"));
        assertThat(balances(done)).containsExactly("alice 100.00 EUR");
        assertThat(result(done).transactionId()).isNull();
        assertThat(book.transactions()).isEmpty();
        assertThat(book.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.id()).isEqualTo(done.operationId());
            assertThat(hold.remaining()).hasToString("60.00");
            assertThat(hold.status()).isEqualTo(HoldStatus.OPEN);
        });
        assertThat(held("alice")).isEqualTo("60.00");
        assertThat(code(send(withdrawal("alice", "40.01")))).isEqualTo("insufficient_funds");
        assertThat(code(send(hold("alice", "40.01")))).isEqualTo("insufficient_funds");
        assertThat(code(send(hold("alice", "40.00")))).isEqualTo("succeeded");
    }

    @Test
    void a_hold_is_refused_for_what_a_withdrawal_is_refused_for() {
        assertThat(code(send(hold("nobody", "1")))).isEqualTo("account_not_found");
        assertThat(code(send(hold("alice", "1 USD")))).isEqualTo("currency_mismatch");
        assertThat(code(send(hold("alice", "0.001")))).isEqualTo("amount_scale");
        assertThat(code(send(hold("alice", "1", NOW)))).isEqualTo("hold_expired");
        var refused = send(hold("alice", "100.01"));
        assertThat(code(refused)).isEqualTo("insufficient_funds");
        assertThat(code(send(capture(refused.operationId(), null, "bob")))).isEqualTo("hold_not_found");
        assertThat(book.holds()).isEmpty();
    }

    @Test
    void a_hold_can_be_captured_in_parts_and_the_rest_stays_held() {
        var id = send(hold("alice", "60")).operationId();
        assertThat(balances(send(capture(id, "25", "bob")))).containsExactly("alice 75.00 EUR", "bob 25.00 EUR");
        assertThat(held("alice")).isEqualTo("35.00");
        assertThat(code(send(capture(id, "35.01", "bob")))).isEqualTo("hold_exceeded");
        assertThat(balances(send(capture(id, null, "bob")))).containsExactly("alice 40.00 EUR", "bob 60.00 EUR");
        assertThat(held("alice")).isEqualTo("0.00");
        assertThat(book.holds().getFirst().status()).isEqualTo(HoldStatus.CAPTURED);
        assertThat(code(send(capture(id, "0.01", "bob")))).isEqualTo("hold_not_open");
        assertThat(code(send(release(id)))).isEqualTo("hold_not_open");
    }

    @Test
    void a_capture_is_refused_for_the_account_that_should_take_it() {
        var id = send(hold("alice", "60")).operationId();
        assertThat(code(send(capture(id, "1", "nobody")))).isEqualTo("account_not_found");
        assertThat(code(send(capture(id, "1", "yen")))).isEqualTo("currency_mismatch");
        assertThat(code(send(capture(id, "1", "alice")))).isEqualTo("validation_failed");
        assertThat(code(send(capture(id, "0.001", "bob")))).isEqualTo("amount_scale");
        assertThat(held("alice")).isEqualTo("60.00");
    }

    @Test
    void a_release_lets_go_what_is_left() {
        var id = send(hold("alice", "60")).operationId();
        send(capture(id, "25", "bob"));
        assertThat(balances(send(release(id)))).containsExactly("alice 75.00 EUR");
        assertThat(held("alice")).isEqualTo("0.00");
        assertThat(book.holds().getFirst().status()).isEqualTo(HoldStatus.RELEASED);
        assertThat(code(send(capture(id, "1", "bob")))).isEqualTo("hold_not_open");
        assertThat(code(send(withdrawal("alice", "75")))).isEqualTo("succeeded");
    }

    @Test
    void a_hold_that_has_expired_cannot_be_captured_even_before_it_has_let_go() {
        var id = send(hold("alice", "60", NOW.plusSeconds(10))).operationId();
        assertThat(code(send(capture(id, "10", "bob")))).isEqualTo("succeeded");
        var later = later(10);
        assertThat(code(later.apply(ledger.submit(capture(id, "1", "bob"))))).isEqualTo("hold_expired");
        assertThat(code(later.apply(ledger.submit(release(id))))).isEqualTo("succeeded");
        assertThat(later.holds().getFirst().status()).isEqualTo(HoldStatus.EXPIRED);
        assertThat(later.holds().getFirst().remaining()).hasToString("50.00");
        assertThat(later.touched()).extracting(one -> one.held().toString()).containsExactly("0.00");
        assertThat(code(later.apply(ledger.submit(capture(id, "1", "bob"))))).isEqualTo("hold_expired");
    }

    // --- reversals ------------------------------------------------------------------------------

    static Stream<Arguments> what_has_moved_money_is_moved_back() {
        return Stream.of(
                Arguments.of("a deposit", deposit("alice", "10")),
                Arguments.of("a withdrawal", withdrawal("alice", "10")),
                Arguments.of("a transfer", transfer("alice", "bob", "10")),
                Arguments.of("an exchange", exchange("alice", null, "yen", "10", "1600 JPY")),
                Arguments.of("a journal", journal("alice -10", "bob 4", "external:EUR 6")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void what_has_moved_money_is_moved_back(String what, Command command) {
        var id = send(command).operationId();
        assertThat(code(send(reversal(id)))).isEqualTo("succeeded");
        assertThat(book.touched())
                .allSatisfy(account -> assertThat(account.balance())
                        .isEqualByComparingTo(Amount.of(account.id().equals("alice") ? "100" : "0")));
    }

    @Test
    void a_capture_is_reversed_and_its_hold_stays_captured() {
        var id = send(hold("alice", "60")).operationId();
        var captured = send(capture(id, "25", "bob")).operationId();
        assertThat(balances(send(reversal(captured)))).containsExactly("alice 100.00 EUR", "bob 0.00 EUR");
        assertThat(held("alice")).isEqualTo("35.00");
    }

    @Test
    void an_operation_is_reversed_once() {
        var id = send(deposit("alice", "10")).operationId();
        var first = send(reversal(id));
        var second = send(reversal(id));
        assertThat(code(second)).isEqualTo("already_reversed");
        assertThat(problem(second).firstOperationId()).isEqualTo(first.operationId());
        assertThat(book.reversals()).containsEntry(id, Optional.of(first.operationId()));
        assertThat(code(send(reversal(first.operationId())))).isEqualTo("not_reversible");
    }

    @Test
    void what_has_moved_nothing_is_not_reversed() {
        assertThat(code(send(reversal(LedgerFixture.NOBODY)))).isEqualTo("operation_not_found");
        var failed = send(withdrawal("alice", "1000"));
        assertThat(code(send(reversal(failed.operationId())))).isEqualTo("not_reversible");
        var held = send(hold("alice", "1"));
        assertThat(code(send(reversal(held.operationId())))).isEqualTo("not_reversible");
    }

    @Test
    void a_reversal_is_refused_when_the_money_is_gone_unless_it_is_forced() {
        var id = send(transfer("alice", "bob", "10")).operationId();
        send(withdrawal("bob", "4"));
        assertThat(code(send(reversal(id)))).isEqualTo("insufficient_funds");
        assertThat(book.reversals()).isEmpty();
        assertThat(balances(send(forcedReversal(id)))).containsExactly("alice 100.00 EUR", "bob -4.00 EUR");
        assertThat(overdrawn("bob")).isTrue();
        assertThat(code(send(withdrawal("bob", "0.01")))).isEqualTo("insufficient_funds");
        send(deposit("bob", "3.99"));
        assertThat(overdrawn("bob")).isTrue();
        send(deposit("bob", "0.01"));
        assertThat(overdrawn("bob")).isFalse();
    }

    @Test
    void a_hold_can_still_be_captured_when_its_account_has_been_forced_below_its_floor() {
        var id = send(deposit("bob", "10")).operationId();
        var held = send(hold("bob", "8")).operationId();
        send(forcedReversal(id));
        assertThat(balances(send(capture(held, null, "alice")))).containsExactly("bob -8.00 EUR", "alice 108.00 EUR");
        assertThat(overdrawn("bob")).isTrue();
    }

    // --- action items ---------------------------------------------------------------------------

    @Test
    void an_action_item_is_made_and_goes_through_its_states() {
        var id = send(item("Call Bob")).operationId();
        assertThat(made(id).status()).isEqualTo(ActionItemStatus.OPEN);
        assertThat(made(id).version()).isEqualTo(1);
        assertThat(code(send(update(id, 1, ActionItemStatus.IN_PROGRESS)))).isEqualTo("succeeded");
        assertThat(code(send(update(id, null, ActionItemStatus.DONE)))).isEqualTo("succeeded");
        assertThat(code(send(update(id, 3, ActionItemStatus.OPEN)))).isEqualTo("succeeded");
        assertThat(code(send(update(id, 4, ActionItemStatus.CANCELLED)))).isEqualTo("succeeded");
        assertThat(made(id).version()).isEqualTo(5);
        assertThat(made(id).exceptions()).isEmpty();
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void an_update_that_fails_leaves_the_item_as_it_is_with_an_exception() {
        var id = send(item("Call Bob")).operationId();
        var stale = send(update(id, 7, ActionItemStatus.IN_PROGRESS));
        var forbidden = send(update(id, 1, ActionItemStatus.DONE));
        assertThat(code(stale)).isEqualTo("version_conflict");
        assertThat(code(forbidden)).isEqualTo("transition_forbidden");
        assertThat(made(id).status()).isEqualTo(ActionItemStatus.OPEN);
        assertThat(made(id).version()).isEqualTo(1);
        assertThat(made(id).exceptions())
                .containsExactly(
                        new ActionItem.Fault(
                                NOW, "version_conflict", problem(stale).detail(), stale.operationId()),
                        new ActionItem.Fault(
                                NOW, "transition_forbidden", problem(forbidden).detail(), forbidden.operationId()));
        assertThat(code(send(update(LedgerFixture.NOBODY, null, ActionItemStatus.DONE))))
                .isEqualTo("action_item_not_found");
    }

    @Test
    void a_creation_that_fails_still_leaves_the_item_with_its_exception() {
        send(new Command.Deposit("alice", Amount.of("1"), "EUR", "R", null, Map.of()));
        var failed = send(new Command.ActionItem("Call Bob", null, null, null, null, "R"));
        assertThat(code(failed)).isEqualTo("duplicate_reference");
        assertThat(made(failed.operationId()).exceptions())
                .extracting(ActionItem.Fault::code)
                .containsExactly("duplicate_reference");
        assertThat(code(send(update(failed.operationId(), 1, ActionItemStatus.CANCELLED))))
                .isEqualTo("succeeded");
    }

    @Test
    void in_a_refused_batch_too() {
        var creation = ledger.submit(item("Call Bob"));
        book.applyAtomically(List.of(creation, ledger.submit(withdrawal("alice", "1000"))));
        assertThat(made(creation.operationId()).exceptions())
                .extracting(ActionItem.Fault::code)
                .containsExactly("batch_refused");
    }

    @Test
    void an_item_keeps_its_last_100_exceptions() {
        var id = send(item("Call Bob")).operationId();
        for (var i = 0; i < 120; i++) {
            send(update(id, 100 + i, ActionItemStatus.IN_PROGRESS));
        }
        assertThat(made(id).exceptions()).hasSize(100);
        assertThat(made(id).exceptions().getLast().message()).contains("219");
    }

    @Test
    void an_operation_that_could_not_be_processed_opens_one_by_itself() {
        var problem = Problem.of(ProblemCode.INTERNAL_ERROR, "It broke");
        var item = ActionItem.about(HELD, problem, NOW);
        assertThat(item.id()).isEqualTo(HELD);
        assertThat(item.operationId()).isEqualTo(HELD);
        assertThat(item.exceptions()).containsExactly(new ActionItem.Fault(NOW, "internal_error", "It broke", HELD));
    }

    // --- frozen and closed accounts -------------------------------------------------------------

    static Stream<Arguments> what_an_account_that_does_not_take_part_refuses() {
        return Stream.of(
                Arguments.of("a deposit", deposit("it", "1"), true),
                Arguments.of("a withdrawal", withdrawal("it", "1"), true),
                Arguments.of("a transfer from it", transfer("it", "bob", "1"), true),
                Arguments.of("a transfer to it", transfer("alice", "it", "1"), true),
                Arguments.of("a transfer to another ledger", transfer("it", "away", "bob", "1"), true),
                Arguments.of("an exchange from it", exchange("it", null, "yen", "1", "1 JPY"), true),
                Arguments.of("an exchange to it", exchange("yen", null, "it", "1 JPY", "1 EUR"), true),
                Arguments.of("a journal", journal("it 1", "external:EUR -1"), true),
                Arguments.of("a hold", hold("it", "1"), true),
                Arguments.of("a capture", capture(HELD, "1", "bob"), true),
                Arguments.of("a release", release(HELD), false),
                Arguments.of("an action item", item("Thaw it"), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void what_an_account_that_does_not_take_part_refuses(String what, Command command, boolean refuses) {
        for (var status : List.of(AccountStatus.FROZEN, AccountStatus.CLOSED)) {
            var held = status == AccountStatus.FROZEN || command instanceof Command.Capture ? "1.00" : "0.00";
            var it = account("it", "9.00", status, held);
            var hold = new Hold(HELD, "it", "EUR", amount("1.00"), amount("1.00"), HoldStatus.OPEN, null, false);
            if (status == AccountStatus.CLOSED && command instanceof Command.Release) {
                continue; // an account with something held on it is not closed
            }
            book = new Book(
                    ledger.book().head(),
                    new Book.Loaded(
                            List.of(it, account("alice", "9.00"), account("bob", "9.00"), yen()),
                            List.of(),
                            List.of(hold),
                            List.of(),
                            List.of(),
                            List.of()),
                    NOW);
            assertThat(code(send(command))).isEqualTo(refuses ? "account_" + status : "succeeded");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = AccountStatus.class,
            names = {"FROZEN", "CLOSED"})
    void a_reversal_is_refused_by_it_even_if_it_is_forced(AccountStatus status) {
        var original = new Original(
                HELD,
                "main",
                deposit("it", "1"),
                OperationStatus.SUCCEEDED,
                List.of(new Posting("it", amount("1.00"), "EUR"), new Posting("external:EUR", amount("-1.00"), "EUR")),
                null);
        book = new Book(
                ledger.book().head(),
                new Book.Loaded(
                        List.of(account("it", "9.00", status, "0.00")),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(original),
                        List.of()),
                NOW);
        assertThat(code(send(reversal(HELD)))).isEqualTo("account_" + status);
        assertThat(code(send(forcedReversal(HELD)))).isEqualTo("account_" + status);
    }

    private Recorded send(Command command) {
        return book.apply(ledger.submit(command));
    }

    /** The same books some seconds later. */
    private Book later(int seconds) {
        var accounts = Stream.concat(
                        book.touched().stream(),
                        Stream.of(account("bob", "10.00"))
                                .filter(bob -> book.touched().stream()
                                        .noneMatch(one -> one.id().equals(bob.id()))))
                .toList();
        return new Book(
                book.head(),
                new Book.Loaded(accounts, List.of(), book.holds(), List.of(), List.of(), List.of()),
                NOW.plusSeconds(seconds));
    }

    private ActionItem made(UUID id) {
        return book.actionItems().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private String held(String account) {
        assertThat(balance(book, account)).isNotEqualTo("untouched");
        return touched(account).held().toString();
    }

    private boolean overdrawn(String account) {
        return touched(account).overdrawn();
    }

    private Account touched(String account) {
        return book.touched().stream()
                .filter(one -> one.id().equals(account))
                .findFirst()
                .orElseThrow();
    }

    private static Account yen() {
        return new Account("yen", "JPY", 0, AccountStatus.ACTIVE, amount("0"), amount("9"), amount("0"));
    }

    private static Account account(String id, String balance) {
        return account(id, balance, AccountStatus.ACTIVE, "0.00");
    }

    private static Account account(String id, String balance, AccountStatus status, String held) {
        return new Account(id, "EUR", 2, status, amount("0.00"), amount(balance), amount(held));
    }

    private static Amount amount(String text) {
        return Amount.of(text);
    }
}
