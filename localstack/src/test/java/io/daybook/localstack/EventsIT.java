package io.daybook.localstack;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.path.Api;
import io.daybook.local.path.Messages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What a queue that is subscribed to the topic of events gets. */
@Deployed
class EventsIT {
    private final Deployment daybook;
    private final SqsClient sqs;

    EventsIT(Deployment daybook) {
        this.daybook = daybook;
        this.sqs = daybook.client(SqsClient.builder());
    }

    @Test
    void a_subscribed_queue_gets_every_event_of_a_ledger_in_order() {
        var queue = subscribed("subscriber.fifo", Map.of("RawMessageDelivery", "true"));
        var ledger = daybook.ledger().account("alice", "EUR");

        ledger.deposit("alice", "3.00", "Prefer", "wait=20").is(200);
        ledger.withdraw("alice", "4.00", "Prefer", "wait=20").isProblem(422, "insufficient_funds");

        var events = new ArrayList<JsonNode>();
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            events.addAll(receive(queue, ledger.id()));
            return events.size() >= 4;
        });
        assertThat(events.stream().map(event -> event.path("type").asText()))
                .containsExactly(
                        "daybook.deposit.requested",
                        "daybook.deposit.completed",
                        "daybook.withdrawal.requested",
                        "daybook.withdrawal.failed");
        assertThat(events.get(1).path("specversion").asText()).isEqualTo("1.0");
        assertThat(events.get(1).path("data").path("balance_after").asText()).isEqualTo("3.00");
    }

    @Test
    void every_change_of_a_thousand_operations_comes_once_and_in_order() throws JsonProcessingException {
        var queue = subscribed("thousand.fifo", Map.of("RawMessageDelivery", "true"));
        var ledger = daybook.ledger().account("alice", "EUR");
        var deposits = Collections.nCopies(100, item("deposit", money("alice", "1.00", "EUR")));
        for (var batch = 0; batch < 10; batch++) {
            ledger.send("batches", object("operations", deposits)).is(202);
        }

        var events = new ArrayList<JsonNode>();
        // What the processor leaves after its few seconds is sent by the relay, which LocalStack's scheduler never
        // invokes.
        await().atMost(Duration.ofMinutes(6)).until(() -> {
            var more = receive(queue, ledger.id());
            events.addAll(more);
            if (more.isEmpty()) {
                daybook.relay();
            }
            return events.size() >= 2_000;
        });
        events.addAll(receive(queue, ledger.id()));
        assertThat(events.stream().map(event -> event.path("id").asText()))
                .hasSize(2_000)
                .doesNotHaveDuplicates();
        assertThat(events.stream().map(event -> event.at("/data/balance_after")).filter(JsonNode::isTextual))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 1_000).mapToObj(i -> i + ".00").toList());
        var types = events.stream()
                .collect(Collectors.groupingBy(
                        event -> event.path("subject").asText(),
                        Collectors.mapping(event -> event.path("type").asText(), Collectors.toList())));
        assertThat(types.values())
                .hasSize(1_000)
                .containsOnly(List.of("daybook.deposit.requested", "daybook.deposit.completed"));
    }

    /** As docs/events.md adds a consumer. */
    @Test
    void a_consumer_of_notifications_gets_the_types_that_it_names_and_no_others() {
        var queue = subscribed(
                "notifications.fifo",
                Map.of(
                        "RawMessageDelivery",
                        "true",
                        "FilterPolicyScope",
                        "MessageBody",
                        "FilterPolicy",
                        "{\"type\": [\"daybook.withdrawal.failed\", \"daybook.operation.dead\"]}"));
        var ledger = daybook.ledger().account("alice", "EUR");

        ledger.deposit("alice", "3.00", "Prefer", "wait=20").is(200);
        ledger.withdraw("alice", "4.00", "Prefer", "wait=20").isProblem(422, "insufficient_funds");
        ledger.withdraw("alice", "1.00", "Prefer", "wait=20").is(200);
        ledger.withdraw("alice", "5.00", "Prefer", "wait=20").isProblem(422, "insufficient_funds");

        var events = new ArrayList<JsonNode>();
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            events.addAll(receive(queue, ledger.id()));
            return events.size() >= 2;
        });
        assertThat(events)
                .allMatch(event -> event.path("type").asText().equals("daybook.withdrawal.failed"))
                .extracting(event -> event.at("/data/amount").asText())
                .containsExactly("4.00", "5.00");
    }

    /** The URL of a new queue that the topic sends to. */
    private String subscribed(String name, Map<String, String> attributes) {
        var queue = sqs.createQueue(
                        request -> request.queueName(name).attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true")))
                .queueUrl();
        var arn = sqs.getQueueAttributes(
                        request -> request.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
        daybook.client(SnsClient.builder())
                .subscribe(request -> request.topicArn(daybook.output("events_topic_arn"))
                        .protocol("sqs")
                        .endpoint(arn)
                        .attributes(attributes));
        return queue;
    }

    private List<JsonNode> receive(String queue, String ledger) throws JsonProcessingException {
        var events = new ArrayList<JsonNode>();
        var messages = sqs.receiveMessage(request ->
                        request.queueUrl(queue).maxNumberOfMessages(10).waitTimeSeconds(1))
                .messages();
        Messages.delete(sqs, queue, messages);
        for (var message : messages) {
            var event = Api.JSON.readTree(message.body());
            if (event.path("data").path("ledger_id").asText().equals(ledger)) {
                events.add(event);
            }
        }
        return events;
    }
}
