package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.client.DaybookClient;
import io.daybook.client.Pages;
import io.daybook.client.http.ApiException;
import io.daybook.client.model.Account;
import io.daybook.client.model.AccountPage;
import io.daybook.client.model.AccountType;
import io.daybook.client.model.Batch;
import io.daybook.client.model.BatchItem;
import io.daybook.client.model.Capture;
import io.daybook.client.model.Deposit;
import io.daybook.client.model.Exchange;
import io.daybook.client.model.Halting;
import io.daybook.client.model.Hold;
import io.daybook.client.model.Journal;
import io.daybook.client.model.Kind;
import io.daybook.client.model.Money;
import io.daybook.client.model.NewAccount;
import io.daybook.client.model.NewActionItem;
import io.daybook.client.model.NewLedger;
import io.daybook.client.model.Operation;
import io.daybook.client.model.OperationPage;
import io.daybook.client.model.OperationStatus;
import io.daybook.client.model.Posting;
import io.daybook.client.model.ProblemCode;
import io.daybook.client.model.Reversal;
import io.daybook.client.model.Transfer;
import io.daybook.client.model.Withdrawal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the Java client does, on the real thing. */
@OnOneStack
class JavaClientTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final String ledger = "client-" + UUID.randomUUID();
    private DaybookClient client;

    @BeforeEach
    void open(Daybook daybook) throws ApiException {
        client = DaybookClient.of(daybook.stack().url(), () -> daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES));
        client.books().openLedger(new NewLedger().ledgerId(ledger).name("by the client"));
        daybook.watched(Ledger.existing(daybook.api(), ledger));
        openAccount("alice", "EUR");
        openAccount("bob", "EUR");
    }

    private void openAccount(String id, String currency) throws ApiException {
        client.books().openAccount(ledger, account(id, currency));
    }

    private static NewAccount account(String id, String currency) {
        return new NewAccount().accountId(id).currency(currency).type(AccountType.LIABILITY);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private Operation deposit(String key, String amount) throws Exception {
        var deposit = new Deposit().accountId("alice").amount(amount).currency("EUR");
        return client.perform(key, LONG, (k, prefer) -> client.operations().deposit(ledger, k, deposit, prefer));
    }

    private Operation withdraw(String key, String amount) throws Exception {
        var withdrawal = new Withdrawal().accountId("alice").amount(amount).currency("EUR");
        return client.perform(key, LONG, (k, prefer) -> client.operations().withdraw(ledger, k, withdrawal, prefer));
    }

    private String balance(String account) throws ApiException {
        var listed = new ArrayList<Account>();
        Pages.each(
                after -> client.books().listAccounts(ledger, after, 1),
                AccountPage::getItems,
                AccountPage::getNext,
                listed::add);
        return listed.stream()
                .filter(one -> one.getAccountId().equals(account))
                .map(Account::getBalance)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void an_operation_is_followed_to_its_outcome() throws Exception {
        var done = deposit("pay-1", "100.00");

        assertThat(done.getStatus()).isEqualTo(OperationStatus.SUCCEEDED);
        assertThat(done.getIdempotencyKey()).isEqualTo("pay-1");
        assertThat(done.getResult().getTransactionId()).isNotNull();
        assertThat(balance("alice")).isEqualTo("100.00");
    }

    @Test
    void the_same_key_again_is_the_same_operation() throws Exception {
        var first = deposit("pay-1", "100.00");

        assertThat(deposit("pay-1", "100.00").getOperationId()).isEqualTo(first.getOperationId());
        assertThat(balance("alice")).isEqualTo("100.00");
    }

    @Test
    void the_same_key_for_something_else_is_refused() throws Exception {
        deposit("pay-1", "100.00");

        var refused = catchThrowableOfType(ApiException.class, () -> deposit("pay-1", "7.00"));
        assertThat(DaybookClient.problem(refused).orElseThrow().getCode())
                .isEqualTo(ProblemCode.IDEMPOTENCY_KEY_REUSED);
        assertThat(balance("alice")).isEqualTo("100.00");
    }

    @Test
    void an_operation_that_fails_is_an_outcome_too() throws Exception {
        var failed = withdraw("take-1", "1.00");

        assertThat(failed.getStatus()).isEqualTo(OperationStatus.FAILED);
        assertThat(failed.getError().getCode()).isEqualTo(ProblemCode.INSUFFICIENT_FUNDS);
    }

    @Test
    void what_is_not_accepted_says_why() {
        var refused = catchThrowableOfType(ApiException.class, () -> deposit("pay-1", "1.234"));

        var problem = DaybookClient.problem(refused).orElseThrow();
        assertThat(refused.getCode()).isEqualTo(422);
        assertThat(problem.getOperationId()).isNull();
    }

    @Test
    void without_the_outcome_in_time_the_operation_says_so_and_goes_on() throws Exception {
        client.deadLetters().haltLedger(ledger, new Halting().reason("to look at it"));
        var deposit = new Deposit().accountId("alice").amount("5.00").currency("EUR");

        var waiting = client.perform(
                "pay-1",
                Duration.ofMillis(300),
                (key, prefer) -> client.operations().deposit(ledger, key, deposit, prefer));
        assertThat(waiting.getDone()).isFalse();

        client.deadLetters().resumeLedger(ledger);
        assertThat(client.await(waiting.getOperationId(), LONG).getStatus()).isEqualTo(OperationStatus.SUCCEEDED);
    }

    @Test
    void null_is_something_else_than_nothing() throws Exception {
        client.books().openAccount(ledger, account("bottomless", "EUR").minimumBalance(null));
        var withdrawal = new Withdrawal().accountId("bottomless").amount("5.00").currency("EUR");

        var done = client.perform(LONG, (key, prefer) -> client.operations().withdraw(ledger, key, withdrawal, prefer));
        assertThat(done.getStatus()).isEqualTo(OperationStatus.SUCCEEDED);
        assertThat(balance("bottomless")).isEqualTo("-5.00");
    }

    @Test
    void every_kind_goes_through_it() throws Exception {
        var operations = client.operations();
        openAccount("dollars", "USD");
        var deposit = deposit("deposit", "100.00");
        withdraw("withdrawal", "10.00");
        var transfer = new Transfer()
                .fromAccountId("alice")
                .toAccountId("bob")
                .amount("20.00")
                .currency("EUR");
        client.perform(LONG, (key, prefer) -> operations.transfer(ledger, key, transfer, prefer));
        var exchange = new Exchange()
                .fromAccountId("bob")
                .toAccountId("dollars")
                .sell(new Money().amount("10.00").currency("EUR"))
                .buy(new Money().amount("11.00").currency("USD"));
        client.perform(LONG, (key, prefer) -> operations.exchange(ledger, key, exchange, prefer));
        var journal = new Journal()
                .addPostingsItem(
                        new Posting().accountId("alice").amount("-1.00").currency("EUR"))
                .addPostingsItem(new Posting().accountId("bob").amount("1.00").currency("EUR"));
        client.perform(LONG, (key, prefer) -> operations.postJournal(ledger, key, journal, prefer));
        var hold = new Hold().accountId("alice").amount("30.00").currency("EUR");
        var held = client.perform(LONG, (key, prefer) -> operations.hold(ledger, key, hold, prefer));
        var capture = new Capture().toAccountId("bob").amount("25.00");
        client.perform(LONG, (key, prefer) -> operations.captureHold(held.getOperationId(), key, capture, prefer));
        client.perform(
                LONG,
                (key, prefer) -> operations.reverse(
                        deposit.getOperationId(), key, prefer, new Reversal().description("to see it fail")));
        var item = new NewActionItem().title("look at it");
        client.perform(LONG, (key, prefer) -> client.actionItems().openActionItem(ledger, key, item, prefer));
        var batch = new Batch()
                .addOperationsItem(new BatchItem()
                        .kind(Kind.DEPOSIT)
                        .accountId("bob")
                        .amount("1.00")
                        .currency("EUR"));
        var accepted = operations.postBatch(ledger, "batch", batch);
        for (var one : accepted.getOperations()) {
            client.await(one.getOperationId(), LONG);
        }

        var kinds = new ArrayList<Kind>();
        Pages.each(
                after -> operations.listOperations(ledger, null, null, null, null, null, after, 3),
                OperationPage::getItems,
                OperationPage::getNext,
                operation -> {
                    assertThat(operation.getDone()).isTrue();
                    kinds.add(operation.getKind());
                });
        assertThat(kinds)
                .containsExactlyInAnyOrder(
                        Kind.DEPOSIT,
                        Kind.WITHDRAWAL,
                        Kind.TRANSFER,
                        Kind.EXCHANGE,
                        Kind.JOURNAL,
                        Kind.HOLD,
                        Kind.CAPTURE,
                        Kind.REVERSAL,
                        Kind.ACTION_ITEM,
                        Kind.DEPOSIT);
        assertThat(client.books().auditLedger(ledger, null).getHolds()).isTrue();
        assertThat(client.books().getTrialBalance(ledger, null, null, null).getTotals())
                .hasSize(2);
    }

    @Test
    void a_token_that_does_not_do_is_said_so(Daybook daybook) {
        try (var stranger = DaybookClient.of(daybook.stack().url(), () -> "no-token")) {
            assertThatThrownBy(() -> stranger.books().getLedger(ledger))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            refused -> assertThat(DaybookClient.problem(refused)
                                            .orElseThrow()
                                            .getCode())
                                    .isEqualTo(ProblemCode.UNAUTHORIZED));
        }
    }
}
