package io.daybook.localstack;

import static io.daybook.local.path.Api.json;
import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.DaybookId;
import io.daybook.local.path.Api;
import io.daybook.local.path.Ledger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** Batches that LocalStack's own poller would not make: it hands over one message group at a time. */
@Deployed
class DeliveriesIT {
    private final Deployment daybook;
    private final LambdaClient lambda;

    DeliveriesIT(Deployment daybook) {
        this.daybook = daybook;
        this.lambda = daybook.client(LambdaClient.builder());
    }

    private static UUID operationOf(Ledger ledger) {
        return DaybookId.next(Deployment.TENANT, ledger.id(), Instant.now().toEpochMilli());
    }

    private static Map<String, Object> deposit(Ledger ledger, UUID operation, String amount, int messageId) {
        var message = object(
                "version",
                1,
                "tenant",
                Deployment.TENANT,
                "ledger_id",
                ledger.id(),
                "caller",
                "test",
                "accepted_at",
                Instant.now().toString(),
                "atomic",
                false,
                "operations",
                List.of(object(
                        "operation_id", operation.toString(),
                        "idempotency_key", operation.toString(),
                        "kind", "deposit",
                        "request", money("alice", amount, "EUR"))));
        return record(ledger, json(message), messageId);
    }

    private static Map<String, Object> record(Ledger ledger, String body, int messageId) {
        return object(
                "messageId",
                "message-" + messageId,
                "receiptHandle",
                "receipt-" + messageId,
                "body",
                body,
                "attributes",
                object(
                        "ApproximateReceiveCount", "1",
                        "SentTimestamp", "1790000000000",
                        "SequenceNumber", "%020d".formatted(messageId),
                        "MessageGroupId", Deployment.TENANT + "~" + ledger.id(),
                        "MessageDeduplicationId", UUID.randomUUID().toString(),
                        "SenderId", "test",
                        "ApproximateFirstReceiveTimestamp", "1790000000001"),
                "messageAttributes",
                Map.of(),
                "md5OfBody",
                "",
                "eventSource",
                "aws:sqs",
                "eventSourceARN",
                "arn:aws:sqs:us-east-1:000000000000:daybook-operations.fifo",
                "awsRegion",
                "us-east-1");
    }

    /** The messages to be delivered again. */
    private List<String> invoke(List<Map<String, Object>> records) throws JsonProcessingException {
        var answer = lambda.invoke(request -> request.functionName("daybook-processor")
                .qualifier("live")
                .payload(SdkBytes.fromUtf8String(json(object("Records", records)))));
        assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
        return Api.JSON
                .readTree(answer.payload().asUtf8String())
                .path("batchItemFailures")
                .findValuesAsText("itemIdentifier");
    }

    @Test
    void a_batch_of_several_ledgers_with_duplicates_is_applied_once_each() throws JsonProcessingException {
        var one = daybook.ledger().account("alice", "EUR");
        var other = daybook.ledger().account("alice", "EUR");
        var first = operationOf(one);
        var second = operationOf(one);
        var third = operationOf(other);
        List.of(first, second).forEach(one::accepted);
        other.accepted(third);
        var batch = List.of(
                deposit(one, first, "1.00", 1),
                deposit(other, third, "4.00", 2),
                deposit(one, second, "2.00", 3),
                deposit(one, first, "1.00", 4));

        assertThat(invoke(batch)).isEmpty();
        assertThat(invoke(batch)).isEmpty();

        assertThat(one.balance("alice")).isEqualTo("3.00");
        assertThat(other.balance("alice")).isEqualTo("4.00");
        assertThat(one.statement("alice")).hasSize(2);
    }

    @Test
    void what_fails_is_reported_from_there_on_and_holds_up_no_other_ledger() throws JsonProcessingException {
        var one = daybook.ledger().account("alice", "EUR");
        var other = daybook.ledger().account("alice", "EUR");
        var good = operationOf(one);
        var elsewhere = operationOf(other);
        one.accepted(good);
        other.accepted(elsewhere);
        var batch = new ArrayList<Map<String, Object>>();
        batch.add(deposit(one, good, "1.00", 1));
        batch.add(record(one, "{\"version\":1", 2));
        batch.add(deposit(other, elsewhere, "4.00", 3));
        batch.add(deposit(one, operationOf(one), "2.00", 4));

        assertThat(invoke(batch)).containsExactly("message-2", "message-4");

        assertThat(one.balance("alice")).isEqualTo("1.00");
        assertThat(other.balance("alice")).isEqualTo("4.00");
    }

    @Test
    void the_operation_of_an_event_is_found_by_its_id() throws JsonProcessingException {
        var ledger = daybook.ledger().account("alice", "EUR");
        var operation = operationOf(ledger);
        ledger.accepted(operation);

        invoke(List.of(deposit(ledger, operation, "1.00", 1)));

        JsonNode found = ledger.operation(operation);
        assertThat(found.path("status").asText()).isEqualTo("succeeded");
        assertThat(found.path("result")
                        .path("balances")
                        .get(0)
                        .path("balance_after")
                        .asText())
                .isEqualTo("1.00");
    }
}
