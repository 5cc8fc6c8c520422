package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

class QueueTest {

    @TempDir
    private Path folder;

    @Test
    void the_queue_has_the_attributes_of_the_deployed_one() {
        try (var queue = Queue.start(Queue.Settings.inMemory());
                var client = queue.client()) {
            var attributes = client.getQueueAttributes(
                            request -> request.queueUrl(queue.url().toString()).attributeNames(QueueAttributeName.ALL))
                    .attributes();
            assertThat(attributes)
                    .containsEntry(QueueAttributeName.FIFO_QUEUE, "true")
                    .containsEntry(QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "false")
                    .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "30")
                    .containsEntry(QueueAttributeName.QUEUE_ARN, Queue.arn(queue.url()));
            assertThat(attributes.get(QueueAttributeName.REDRIVE_POLICY))
                    .contains("\"maxReceiveCount\":100", "operations-dlq.fifo");
        }
    }

    @Test
    void a_group_whose_head_is_in_flight_waits_and_other_groups_do_not() {
        try (var queue = Queue.start(Queue.Settings.inMemory());
                var client = queue.client()) {
            send(queue, client, "a", "a1");
            assertThat(receive(queue.url(), client)).extracting(Message::body).containsExactly("a1");
            send(queue, client, "a", "a2");
            send(queue, client, "b", "b1");
            assertThat(receive(queue.url(), client)).extracting(Message::body).containsExactly("b1");
        }
    }

    @Test
    void a_message_received_too_often_goes_to_the_dead_letters_and_stays_there_over_a_restart() {
        var settings = new Queue.Settings(Optional.of(folder), Duration.ofMillis(100), 2);
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            send(queue, client, "a", "poison");
            Awaitility.await().until(() -> {
                receive(queue.url(), client);
                return count(queue.deadLettersUrl(), client) == 1;
            });
        }
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            assertThat(receive(queue.deadLettersUrl(), client)).singleElement().satisfies(message -> {
                assertThat(message.body()).isEqualTo("poison");
                assertThat(message.attributes()).containsEntry(MessageSystemAttributeName.MESSAGE_GROUP_ID, "a");
            });
            assertThat(count(queue.url(), client)).isZero();
        }
    }

    @Test
    void messages_come_back_in_their_order_with_all_that_belongs_to_them() {
        var settings = Queue.Settings.durable(folder);
        Message before;
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            client.sendMessage(request -> request.queueUrl(queue.url().toString())
                    .messageGroupId("a")
                    .messageDeduplicationId("first")
                    .messageBody("ünï\uD83D\uDCB6")
                    .messageAttributes(Map.of(
                            "text",
                            MessageAttributeValue.builder()
                                    .dataType("String")
                                    .stringValue("t")
                                    .build(),
                            "number",
                            MessageAttributeValue.builder()
                                    .dataType("Number.int")
                                    .stringValue("7")
                                    .build(),
                            "bytes",
                            MessageAttributeValue.builder()
                                    .dataType("Binary")
                                    .binaryValue(SdkBytes.fromByteArray(new byte[] {0, -1}))
                                    .build())));
            // In one batch all have the same time.
            client.sendMessageBatch(request -> request.queueUrl(queue.url().toString())
                    .entries(List.of("2", "3", "4").stream()
                            .map(id -> SendMessageBatchRequestEntry.builder()
                                    .id(id)
                                    .messageGroupId("a")
                                    .messageDeduplicationId(id)
                                    .messageBody(id)
                                    .build())
                            .toList()));
            before = receive(queue.url(), client).getFirst();
        }
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            var received = receive(queue.url(), client);
            assertThat(received).extracting(Message::body).containsExactly("ünï\uD83D\uDCB6", "2", "3", "4");
            var after = received.getFirst();
            assertThat(after.messageId()).isEqualTo(before.messageId());
            assertThat(after.messageAttributes()).isEqualTo(before.messageAttributes());
            assertThat(after.attributes())
                    .containsEntry(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "2")
                    .containsEntry(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID, "first")
                    .containsEntry(
                            MessageSystemAttributeName.SENT_TIMESTAMP,
                            before.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP))
                    .containsEntry(
                            MessageSystemAttributeName.SEQUENCE_NUMBER,
                            before.attributes().get(MessageSystemAttributeName.SEQUENCE_NUMBER));
        }
    }

    @Test
    void restored_messages_still_wait_for_the_head_of_their_group() {
        var settings = Queue.Settings.durable(folder);
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            send(queue, client, "a", "1");
            send(queue, client, "a", "2");
        }
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            send(queue, client, "a", "3");
            var first = receiveOne(queue, client);
            assertThat(first).extracting(Message::body).containsExactly("1");
            assertThat(receiveOne(queue, client)).isEmpty();
            client.deleteMessage(request -> request.queueUrl(queue.url().toString())
                    .receiptHandle(first.getFirst().receiptHandle()));
            assertThat(receive(queue.url(), client)).extracting(Message::body).containsExactly("2", "3");
        }
    }

    @Test
    void stopped_and_started_again_it_keeps_what_is_in_flight_in_flight_at_the_same_address() {
        try (var queue = Queue.start(Queue.Settings.durable(folder));
                var client = queue.client()) {
            var url = queue.url();
            send(queue, client, "a", "1");
            var inFlight = receive(url, client).getFirst();
            queue.stop();
            assertThatThrownBy(() -> receive(url, client)).isInstanceOf(SdkException.class);
            queue.start();
            assertThat(receive(queue.url(), client)).isEmpty();
            client.deleteMessage(request -> request.queueUrl(url.toString()).receiptHandle(inFlight.receiptHandle()));
            assertThat(count(url, client)).isZero();
        }
    }

    @Test
    void the_same_deduplication_id_is_taken_once_even_over_a_restart() {
        var settings = Queue.Settings.durable(folder);
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            send(queue, client, "a", "1");
            send(queue, client, "a", "1");
        }
        try (var queue = Queue.start(settings);
                var client = queue.client()) {
            send(queue, client, "a", "1");
            assertThat(count(queue.url(), client)).isEqualTo(1);
        }
    }

    private static void send(Queue queue, SqsClient client, String group, String body) {
        client.sendMessage(request -> request.queueUrl(queue.url().toString())
                .messageGroupId(group)
                .messageDeduplicationId(body)
                .messageBody(body));
    }

    private static List<Message> receive(URI url, SqsClient client) {
        return client.receiveMessage(request -> request.queueUrl(url.toString())
                        .maxNumberOfMessages(10)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
    }

    private static List<Message> receiveOne(Queue queue, SqsClient client) {
        return client.receiveMessage(
                        request -> request.queueUrl(queue.url().toString()).maxNumberOfMessages(1))
                .messages();
    }

    private static int count(URI url, SqsClient client) {
        var attributes = client.getQueueAttributes(
                        request -> request.queueUrl(url.toString()).attributeNames(QueueAttributeName.ALL))
                .attributes();
        return Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                + Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    }
}
