package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.NOW;
import static io.daybook.ledger.LedgerFixture.balance;
import static io.daybook.ledger.LedgerFixture.balances;
import static io.daybook.ledger.LedgerFixture.code;
import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.journal;
import static io.daybook.ledger.LedgerFixture.ofKind;
import static io.daybook.ledger.LedgerFixture.problem;
import static io.daybook.ledger.LedgerFixture.result;
import static io.daybook.ledger.LedgerFixture.transfer;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.Command;
import io.daybook.contract.Kind;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BookTest {
    private final LedgerFixture ledger = new LedgerFixture();

    @Test
    void a_deposit_comes_from_outside() {
        var book = ledger.account("alice", "1.00").book();
        var done = book.apply(ledger.submit(deposit("alice", "12.34")));
        assertThat(balances(done)).containsExactly("alice 13.34 EUR");
        assertThat(balance(book, "external:EUR")).isEqualTo("-12.34");
        assertThat(book.transactions())
                .singleElement()
                .satisfies(transaction -> assertThat(transaction.entries())
                        .extracting(entry -> entry.accountId() + " " + entry.amount() + " " + entry.balanceAfter())
                        .containsExactly("alice 12.34 13.34", "external:EUR -12.34 -12.34"));
    }

    @Test
    void a_withdrawal_goes_outside() {
        var book = ledger.account("alice", "20.00").book();
        var done = book.apply(ledger.submit(withdrawal("alice", "12.34")));
        assertThat(balances(done)).containsExactly("alice 7.66 EUR");
        assertThat(balance(book, "external:EUR")).isEqualTo("12.34");
    }

    @Test
    void a_transfer_goes_from_one_account_to_another_and_never_outside() {
        var book = ledger.account("alice", "20.00").account("bob", "0.00").book();
        var done = book.apply(ledger.submit(transfer("alice", "bob", "12.34")));
        assertThat(balances(done)).containsExactly("alice 7.66 EUR", "bob 12.34 EUR");
        assertThat(balance(book, "external:EUR")).isEqualTo("untouched");
    }

    @Test
    void a_journal_posts_its_lines_in_their_order_and_tells_each_balance_once() {
        var book = ledger.account("alice", "0.00").account("bob", "5.00").book();
        var done =
                book.apply(ledger.submit(journal("alice 10 EUR", "bob -4 EUR", "alice -3 EUR", "external:EUR -3 EUR")));
        assertThat(balances(done)).containsExactly("alice 7.00 EUR", "bob 1.00 EUR");
        assertThat(book.transactions().getFirst().entries())
                .extracting(entry -> entry.accountId() + " " + entry.balanceAfter())
                .containsExactly("alice 10.00", "bob 1.00", "alice 7.00", "external:EUR -3.00");
    }

    @Test
    void a_withdrawal_of_all_there_is_leaves_zero() {
        var book = ledger.account("alice", "20.00").book();
        assertThat(balances(book.apply(ledger.submit(withdrawal("alice", "20")))))
                .containsExactly("alice 0.00 EUR");
    }

    @Test
    void a_withdrawal_below_the_floor_fails_and_moves_nothing() {
        var book = ledger.account("alice", "20.00").book();
        var refused = book.apply(ledger.submit(withdrawal("alice", "20.01")));
        assertThat(code(refused)).isEqualTo("insufficient_funds");
        assertThat(problem(refused).status()).isEqualTo(422);
        assertThat(problem(refused).detail()).contains("alice", "20.00 EUR");
        assertThat(book.transactions()).isEmpty();
        assertThat(book.touched()).isEmpty();
        assertThat(book.head().sequence()).isZero();
        assertThat(book.head().hash()).isEqualTo(HashChain.genesis());
    }

    @ParameterizedTest(name = "floor {0}, balance {1}: a withdrawal of {2} has the outcome {3}")
    @CsvSource(
            nullValues = "none",
            value = {
                "none,    0.00,   1000000.00, succeeded",
                "0.00,    10.00,  10.00,      succeeded",
                "0.00,    10.00,  10.01,      insufficient_funds",
                "-50.00,  10.00,  60.00,      succeeded",
                "-50.00,  10.00,  60.01,      insufficient_funds",
                "-50.00,  -50.00, 0.01,       insufficient_funds",
                "5.00,    10.00,  5.00,       succeeded",
                "5.00,    10.00,  5.01,       insufficient_funds"
            })
    void the_floor_is_what_may_be_reached_and_not_passed(String floor, String balance, String amount, String outcome) {
        var book = ledger.account("alice", "EUR", 2, floor, balance).book();
        assertThat(code(book.apply(ledger.submit(withdrawal("alice", amount))))).isEqualTo(outcome);
    }

    @Test
    void what_is_held_is_not_there_to_be_spent() {
        var book = ledger.held("alice", "20.00", "15.00").book();
        assertThat(code(book.apply(ledger.submit(withdrawal("alice", "5.01"))))).isEqualTo("insufficient_funds");
        assertThat(code(book.apply(ledger.submit(withdrawal("alice", "5.00"))))).isEqualTo("succeeded");
    }

    @Test
    void a_transfer_below_the_floor_fails_and_moves_nothing() {
        var book = ledger.account("alice", "1.00").account("bob", "0.00").book();
        assertThat(code(book.apply(ledger.submit(transfer("alice", "bob", "1.01")))))
                .isEqualTo("insufficient_funds");
        assertThat(book.touched()).isEmpty();
    }

    @Test
    void a_deposit_into_an_account_below_its_floor_is_welcome_though_it_does_not_lift_it_above() {
        var book = ledger.account("alice", "-100.00").book();
        assertThat(balances(book.apply(ledger.submit(deposit("alice", "1"))))).containsExactly("alice -99.00 EUR");
        assertThat(code(book.apply(ledger.submit(withdrawal("alice", "0.01"))))).isEqualTo("insufficient_funds");
    }

    @Test
    void a_journal_may_take_before_it_gives() {
        var book = ledger.account("alice", "0.00").account("bob", "10.00").book();
        var done = book.apply(ledger.submit(journal("alice -8 EUR", "bob -2 EUR", "alice 10 EUR")));
        assertThat(balances(done)).containsExactly("alice 2.00 EUR", "bob 8.00 EUR");
    }

    @Test
    void a_journal_that_leaves_an_account_below_its_floor_in_the_end_fails() {
        var book = ledger.account("alice", "0.00").account("bob", "10.00").book();
        var refused = book.apply(ledger.submit(journal("alice 5 EUR", "bob 1 EUR", "alice -6 EUR")));
        assertThat(code(refused)).isEqualTo("insufficient_funds");
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void a_journal_that_leaves_an_account_as_it_was_passes_even_below_its_floor() {
        var book = ledger.account("alice", "-5.00").book();
        assertThat(code(book.apply(ledger.submit(journal("alice -1 EUR", "alice 1 EUR")))))
                .isEqualTo("succeeded");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DEPOSIT", "WITHDRAWAL", "TRANSFER", "EXCHANGE", "JOURNAL", "HOLD"})
    void an_account_that_does_not_exist_fails_every_kind(Kind kind) {
        var book = ledger.account("alice", "5.00").book();
        var refused = book.apply(ledger.submit(ofKind(kind, "nobody", "nobody", "1")));
        assertThat(code(refused)).isEqualTo("account_not_found");
        assertThat(problem(refused).detail()).contains("nobody");
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void a_transfer_to_nobody_takes_nothing() {
        var book = ledger.account("alice", "5.00").book();
        assertThat(code(book.apply(ledger.submit(transfer("alice", "nobody", "1")))))
                .isEqualTo("account_not_found");
        assertThat(book.touched()).isEmpty();
        assertThat(balances(book.apply(ledger.submit(withdrawal("alice", "5")))))
                .containsExactly("alice 0.00 EUR");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DEPOSIT", "WITHDRAWAL", "TRANSFER", "EXCHANGE", "JOURNAL", "HOLD"})
    void another_currency_than_the_accounts_fails_every_kind(Kind kind) {
        var book = ledger.account("alice", "5.00").account("bob", "5.00").book();
        assertThat(code(book.apply(ledger.submit(ofKind(kind, "alice", "bob", "1 USD")))))
                .isEqualTo("currency_mismatch");
        assertThat(book.transactions()).isEmpty();
    }

    @ParameterizedTest(name = "{1} into {0}: {2}")
    @CsvSource({
        "euro, 0.01 EUR,         succeeded",
        "euro, 0.010 EUR,        succeeded",
        "euro, 0.001 EUR,        amount_scale",
        "yen,  1 JPY,            succeeded",
        "yen,  1.00 JPY,         succeeded",
        "yen,  1.5 JPY,          amount_scale",
        "gold, 0.000001 gold.oz, succeeded",
        "gold, 0.0000001 gold.oz, amount_scale"
    })
    void an_amount_has_no_more_decimals_than_its_currency(String account, String money, String outcome) {
        var book = ledger.account("euro", "0.00")
                .account("yen", "JPY", 0, "0", "0")
                .account("gold", "gold.oz", 6, "0.000000", "0.000000")
                .book();
        assertThat(code(book.apply(ledger.submit(deposit(account, money))))).isEqualTo(outcome);
    }

    @Test
    void balances_are_told_in_the_scale_of_the_currency() {
        var book = ledger.account("yen", "JPY", 0, null, "0")
                .account("gold", "gold.oz", 6, null, "0.000000")
                .book();
        assertThat(balances(book.apply(ledger.submit(deposit("yen", "100.0 JPY")))))
                .containsExactly("yen 100 JPY");
        assertThat(balances(book.apply(ledger.submit(deposit("gold", "1.5 gold.oz")))))
                .containsExactly("gold 1.500000 gold.oz");
        assertThat(balance(book, "external:gold.oz")).isEqualTo("-1.500000");
    }

    @Test
    void nothing_is_lost_of_the_largest_amounts() {
        var most = "99999999999999999999.999999999999999999";
        var book = new Book(
                new Book.Head("acme", "main", true, List.of(new Asset("fine", 18)), 0, HashChain.genesis(), null),
                List.of(new Account("a", "fine", 18, AccountStatus.ACTIVE, null, Amount.zero(18), Amount.zero(18))),
                List.of(),
                NOW);
        book.apply(ledger.submit(deposit("a", most + " fine")));
        var done = book.apply(ledger.submit(deposit("a", most + " fine")));
        assertThat(balances(done)).containsExactly("a 199999999999999999999.999999999999999998 fine");
    }

    @Test
    void accounts_of_daybooks_own_are_made_when_first_needed_and_have_no_floor() {
        var book = ledger.account("alice", "0.00").book();
        book.apply(ledger.submit(deposit("alice", "1")));
        book.apply(ledger.submit(deposit("alice", "2")));
        assertThat(book.touched())
                .filteredOn(account -> account.id().equals("external:EUR"))
                .singleElement()
                .satisfies(account -> {
                    assertThat(account.floor()).isNull();
                    assertThat(account.currency()).isEqualTo("EUR");
                    assertThat(account.scale()).isEqualTo(2);
                    assertThat(account.balance()).hasToString("-3.00");
                });
    }

    @Test
    void accounts_of_daybooks_own_that_there_are_already_go_on_from_where_they_stand() {
        var book = ledger.account("alice", "0.00")
                .account("external:EUR", "EUR", 2, null, "-7.00")
                .book();
        book.apply(ledger.submit(deposit("alice", "1")));
        assertThat(balance(book, "external:EUR")).isEqualTo("-8.00");
    }

    @Test
    void an_account_of_daybooks_own_in_a_currency_that_nobody_knows_is_not_made() {
        var book = ledger.account("alice", "5.00").book();
        assertThat(code(book.apply(ledger.submit(journal("external:nope 1 nope", "exchange:nope -1 nope")))))
                .isEqualTo("currency_unknown");
        assertThat(code(book.apply(ledger.submit(journal("external: 1 EUR", "alice -1 EUR")))))
                .isEqualTo("currency_unknown");
        assertThat(book.touched()).isEmpty();
    }

    @Test
    void a_refused_operation_makes_no_account() {
        var book = ledger.account("alice", "0.00").book();
        book.apply(
                ledger.submit(journal("external:USD 1 USD", "exchange:USD -1 USD", "alice -1 EUR", "alice 0.5 EUR")));
        book.apply(ledger.submit(journal("external:JPY 1 JPY", "nobody -1 JPY")));
        assertThat(book.touched()).isEmpty();
    }

    @Test
    void a_journal_between_daybooks_own_accounts_tells_no_balances() {
        var book = ledger.book();
        assertThat(balances(book.apply(ledger.submit(journal("external:USD 1 USD", "exchange:USD -1 USD")))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nothing_can_be_done_in_a_ledger_that_nobody_has_opened(Kind kind) {
        var book = ledger.unopened().book();
        var refused = book.apply(ledger.submit(ofKind(kind, "external:EUR", "exchange:EUR", "1")));
        assertThat(code(refused)).isEqualTo("ledger_not_found");
        assertThat(problem(refused).status()).isEqualTo(404);
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void transactions_are_numbered_without_gaps_whatever_fails_between_them() {
        var book = ledger.account("alice", "0.00").book();
        var outcomes = Stream.of(deposit("alice", "1"), withdrawal("alice", "2"), deposit("alice", "3"))
                .map(ledger::submit)
                .map(book::apply)
                .toList();
        assertThat(result(outcomes.get(0)).sequence()).isEqualTo(1);
        assertThat(code(outcomes.get(1))).isEqualTo("insufficient_funds");
        assertThat(result(outcomes.get(2)).sequence()).isEqualTo(2);
        assertThat(book.head().sequence()).isEqualTo(2);
    }

    @Test
    void a_transaction_says_who_asked_for_what_and_when() {
        var book = ledger.account("alice", "0.00").book();
        var submission = ledger.submit(deposit("alice", "1"));
        var done = book.apply(submission);
        var transaction = book.transactions().getFirst();
        assertThat(transaction.id()).isEqualTo(result(done).transactionId());
        assertThat(transaction.operationId()).isEqualTo(submission.operationId());
        assertThat(transaction.fingerprint()).isEqualTo(submission.fingerprint());
        assertThat(transaction.caller()).isEqualTo("carol");
        assertThat(transaction.kind()).isEqualTo(Kind.DEPOSIT);
        assertThat(transaction.at()).isEqualTo(NOW);
    }

    @Test
    void time_never_goes_back_in_the_books_though_it_does_on_the_clock() {
        var ahead = NOW.plusSeconds(60);
        var book = ledger.lastAt(ahead).account("alice", "0.00").book();
        book.apply(ledger.submit(deposit("alice", "1")));
        assertThat(book.transactions().getFirst().at()).isEqualTo(ahead);
        assertThat(book.head().at()).isEqualTo(ahead);
    }

    @Test
    void time_is_kept_in_whole_microseconds_as_the_database_keeps_it() {
        var book = new Book(
                new Book.Head("acme", "main", true, List.of(), 0, HashChain.genesis(), null),
                List.of(),
                List.of(),
                Instant.parse("2026-01-31T12:00:00.123456789Z"));
        book.apply(ledger.submit(journal("external:EUR 1", "exchange:EUR -1")));
        assertThat(book.transactions().getFirst().at()).isEqualTo(Instant.parse("2026-01-31T12:00:00.123456Z"));
    }

    @Test
    void every_account_that_an_operation_may_touch_is_known_before_it_is_decided() {
        Command journal = journal("a 1", "b -1", "external:EUR 1", "a -1");
        assertThat(ledger.submit(journal).accounts()).contains("a", "b", "external:EUR");
        assertThat(ledger.submit(deposit("a", "1")).accounts()).containsExactlyInAnyOrder("a", "external:EUR");
        assertThat(ledger.submit(withdrawal("a", "1")).accounts()).containsExactlyInAnyOrder("a", "external:EUR");
        assertThat(ledger.submit(transfer("a", "b", "1")).accounts()).contains("a", "b");
    }
}
