package io.daybook.localstack;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static io.daybook.local.path.Ledger.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.client.DaybookClient;
import io.daybook.client.model.ActionItemChange;
import io.daybook.client.model.ActionItemStatus;
import io.daybook.client.model.Capture;
import io.daybook.client.model.Exchange;
import io.daybook.client.model.Hold;
import io.daybook.client.model.Journal;
import io.daybook.client.model.Money;
import io.daybook.client.model.NewActionItem;
import io.daybook.client.model.Operation;
import io.daybook.client.model.OperationStatus;
import io.daybook.client.model.Posting;
import io.daybook.client.model.Release;
import io.daybook.client.model.Reversal;
import io.daybook.client.model.Step;
import io.daybook.client.model.Transfer;
import io.daybook.client.model.Withdrawal;
import io.daybook.local.path.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Operations through API Gateway, Lambda, SQS, PostgreSQL and Valkey. */
@Deployed
class OperationsIT {
    private final Deployment daybook;

    OperationsIT(Deployment daybook) {
        this.daybook = daybook;
    }

    /** By the client for Java, as a program of a user's does it. */
    @Test
    void every_kind_of_operation_reaches_its_outcome() throws Exception {
        var ledger = daybook.ledger()
                .account("alice", "EUR")
                .account("bob", "EUR")
                .account("dollars", "USD")
                .funded("alice", "100.00");
        var other = daybook.ledger().account("carol", "EUR");
        try (var client = daybook.javaClient()) {
            var operations = client.operations();

            var withdrawal = new Withdrawal().accountId("alice").amount("10.00").currency("EUR");
            succeeds(client, (key, prefer) -> operations.withdraw(ledger.id(), key, withdrawal, prefer));
            var transfer = new Transfer()
                    .fromAccountId("alice")
                    .toAccountId("bob")
                    .amount("20.00")
                    .currency("EUR");
            succeeds(client, (key, prefer) -> operations.transfer(ledger.id(), key, transfer, prefer));
            var journal = new Journal()
                    .addPostingsItem(
                            new Posting().accountId("alice").amount("-5.00").currency("EUR"))
                    .addPostingsItem(
                            new Posting().accountId("bob").amount("5.00").currency("EUR"))
                    .referenceId("J-1");
            succeeds(client, (key, prefer) -> operations.postJournal(ledger.id(), key, journal, prefer));
            var exchange = new Exchange()
                    .fromAccountId("alice")
                    .toAccountId("dollars")
                    .sell(new Money().amount("10.00").currency("EUR"))
                    .rate("1.09");
            succeeds(client, (key, prefer) -> operations.exchange(ledger.id(), key, exchange, prefer));

            var hold = new Hold().accountId("alice").amount("8.00").currency("EUR");
            var held = succeeds(client, (key, prefer) -> operations.hold(ledger.id(), key, hold, prefer))
                    .getOperationId();
            var capture = new Capture().amount("3.00").toAccountId("bob");
            succeeds(client, (key, prefer) -> operations.captureHold(held, key, capture, prefer));
            succeeds(client, (key, prefer) -> operations.releaseHold(held, key, prefer, new Release()));

            var across = new Transfer()
                    .fromAccountId("alice")
                    .toLedgerId(other.id())
                    .toAccountId("carol")
                    .amount("12.00")
                    .currency("EUR");
            var sent = succeeds(client, (key, prefer) -> operations.transfer(ledger.id(), key, across, prefer));
            assertThat(sent.getSteps()).extracting(Step::getName).containsExactly("hold", "credit", "capture");
            assertThat(other.balance("carol")).isEqualTo("12.00");
            succeeds(client, (key, prefer) -> operations.reverse(sent.getOperationId(), key, prefer, new Reversal()));

            var toCount = new NewActionItem().title("Count");
            var item = succeeds(
                    client, (key, prefer) -> client.actionItems().openActionItem(ledger.id(), key, toCount, prefer));
            var begun = new ActionItemChange().status(ActionItemStatus.IN_PROGRESS);
            succeeds(
                    client,
                    (key, prefer) -> client.actionItems()
                            .changeActionItem(ledger.id(), item.getOperationId(), key, begun, prefer));
        }
        ledger.syncAs("sync", "deposits", money("alice", "1.00", "EUR")).is(200);

        assertThat(ledger.balance("alice")).isEqualTo("53.00");
        assertThat(ledger.balance("bob")).isEqualTo("28.00");
        assertThat(ledger.balance("dollars")).isEqualTo("10.90");
        assertThat(other.balance("carol")).isEqualTo("0.00");
    }

    private static Operation succeeds(DaybookClient client, DaybookClient.Submission submission) throws Exception {
        var operation = client.perform(Duration.ofMinutes(1), submission);
        assertThat(operation.getStatus()).as("%s", operation).isEqualTo(OperationStatus.SUCCEEDED);
        return operation;
    }

    @Test
    void a_withdrawal_below_the_floor_is_told_so_and_moves_nothing() {
        var ledger = daybook.ledger().account("alice", "EUR").funded("alice", "1.00");

        ledger.withdraw("alice", "1.01", "Prefer", "wait=20").isProblem(422, "insufficient_funds");

        assertThat(ledger.balance("alice")).isEqualTo("1.00");
    }

    @Test
    void operations_of_a_ledger_are_applied_in_the_order_of_their_acceptance() {
        var ledger = daybook.ledger().account("alice", "EUR");

        var accepted = IntStream.rangeClosed(1, 30)
                .mapToObj(cents -> ledger.deposit("alice", "0.%02d".formatted(cents), "Prefer", "respond-async")
                        .is(202)
                        .operationId())
                .toList();

        ledger.outcome(accepted.getLast());
        var applied = ledger.statement("alice").stream()
                .map(line -> UUID.fromString(line.path("operation_id").asText()))
                .toList();
        assertThat(applied).isEqualTo(accepted);
    }

    @Test
    void a_batch_of_a_thousand_operations_is_one_message() {
        var ledger = daybook.ledger().account("alice", "EUR").account("bob", "EUR");
        var operations = new ArrayList<Map<String, Object>>();
        for (var i = 0; i < 500; i++) {
            operations.add(item("deposit", money("alice", "1.00", "EUR")));
            operations.add(item("transfer", transfer("alice", "bob", "0.50", "EUR")));
        }

        var answer = ledger.send("batches", object("atomic", true, "operations", operations))
                .is(202);

        var last =
                answer.json().path("operations").get(999).path("operation_id").asText();
        assertThat(ledger.outcome(UUID.fromString(last)).path("status").asText())
                .isEqualTo("succeeded");
        assertThat(ledger.balance("alice")).isEqualTo("250.00");
        assertThat(ledger.balance("bob")).isEqualTo("250.00");
    }

    @Test
    void the_same_key_is_the_same_operation_however_often_it_is_sent() {
        var ledger = daybook.ledger().account("alice", "EUR");

        var answers = IntStream.range(0, 5)
                .mapToObj(ignored -> ledger.sendAs("a key", "deposits", money("alice", "7.00", "EUR"))
                        .is(202))
                .toList();
        var other = ledger.sendAs("a key", "deposits", money("alice", "8.00", "EUR"));

        assertThat(answers.stream().map(Answer::operationId).distinct()).hasSize(1);
        assertThat(answers.subList(1, 5)).allMatch(Answer::replayed);
        other.isProblem(422, "idempotency_key_reused");
        ledger.outcome(answers.getFirst().operationId());
        assertThat(ledger.balance("alice")).isEqualTo("7.00");
    }

    @Test
    void what_the_api_does_not_know_and_whom_it_does_not_know_is_refused() {
        var ledger = daybook.ledger().account("alice", "EUR");

        daybook.anonymous().get(ledger.path()).is(401);
        daybook.api("another", Deployment.ALL_SCOPES).get(ledger.path()).isProblem(404, "ledger_not_found");
        daybook.api(Deployment.TENANT, "ledger:read")
                .post(ledger.path() + "/deposits", money("alice", "1.00", "EUR"), "Idempotency-Key", "k")
                .is(403);
        daybook.api().get("/nothing/of/the/kind").isProblem(404, "not_found");
        daybook.api().send("DELETE", ledger.path(), null).is(405);
    }

    @Test
    void what_is_no_json_object_stops_at_the_gateway() {
        var ledger = daybook.ledger().account("alice", "EUR");

        for (var body : List.of("{\"account_id\":", "[]", "17")) {
            var answer = ledger.send("deposits", body).is(400);
            // The gateway's own words: the function would answer with a problem.
            assertThat(answer.text()).contains("Invalid request body");
        }
    }
}
