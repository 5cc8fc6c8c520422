package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;

class SqsServerTest {
    private final Queue queue = Queue.start(Queue.Settings.inMemory());
    private final SqsClient client = queue.client();
    private final String url = queue.url().toString();

    @AfterEach
    void stop() {
        client.close();
        queue.close();
    }

    private void send(String body) {
        client.sendMessage(request -> request.queueUrl(url)
                .messageGroupId("a")
                .messageDeduplicationId(body)
                .messageBody(body));
    }

    private String received() {
        return client.receiveMessage(request -> request.queueUrl(url))
                .messages()
                .getFirst()
                .receiptHandle();
    }

    @Test
    void a_message_can_be_hidden_for_longer_or_shown_at_once() {
        send("1");
        var receipt = received();
        client.changeMessageVisibility(
                request -> request.queueUrl(url).receiptHandle(receipt).visibilityTimeout(0));
        var again = received();
        assertThat(again).isNotEqualTo(receipt);
        var answer = client.changeMessageVisibilityBatch(
                request -> request.queueUrl(url).entries(entry("new", again), entry("old", receipt)));
        assertThat(answer.successful())
                .singleElement()
                .satisfies(done -> assertThat(done.id()).isEqualTo("new"));
        assertThat(answer.failed()).extracting(BatchResultErrorEntry::id).containsExactly("old");
    }

    private static ChangeMessageVisibilityBatchRequestEntry entry(String id, String receipt) {
        return ChangeMessageVisibilityBatchRequestEntry.builder()
                .id(id)
                .receiptHandle(receipt)
                .visibilityTimeout(60)
                .build();
    }

    @Test
    void a_receipt_counts_once() {
        send("1");
        var receipt = received();
        client.deleteMessage(request -> request.queueUrl(url).receiptHandle(receipt));
        assertThatThrownBy(() ->
                        client.deleteMessage(request -> request.queueUrl(url).receiptHandle(receipt)))
                .isInstanceOf(ReceiptHandleIsInvalidException.class);
        assertThat(client.deleteMessageBatch(request -> request.queueUrl(url)
                                .entries(List.of(DeleteMessageBatchRequestEntry.builder()
                                        .id("1")
                                        .receiptHandle(receipt)
                                        .build())))
                        .failed())
                .extracting(BatchResultErrorEntry::code)
                .containsExactly("ReceiptHandleIsInvalid");
    }

    @Test
    void the_attributes_that_are_asked_for_are_told() {
        send("1");
        assertThat(client.getQueueAttributes(request ->
                                request.queueUrl(url).attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                        .attributes())
                .containsOnlyKeys(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)
                .containsValue("1");
    }

    @Test
    void there_are_no_other_queues() {
        assertThatThrownBy(() -> client.receiveMessage(request -> request.queueUrl(url + "2")))
                .isInstanceOf(QueueDoesNotExistException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            AmazonSQS.SendMessage    | {Q, "MessageBody":"b", "MessageDeduplicationId":"d"}                            | MissingParameter
            AmazonSQS.SendMessage    | {Q, "MessageBody":"b", "MessageGroupId":"g"}                                    | MissingParameter
            AmazonSQS.SendMessage    | {Q, "MessageBody":"", "MessageGroupId":"g", "MessageDeduplicationId":"d"}       | InvalidParameterValue
            AmazonSQS.SendMessage    | {Q, "MessageBody":7, "MessageGroupId":"g", "MessageDeduplicationId":"d"}        | MissingParameter
            AmazonSQS.SendMessage    | {Q                                                                              | SerializationException
            AmazonSQS.SendMessage    | {}                                                                              | QueueDoesNotExist
            AmazonSQS.SendMessage    | {"QueueUrl":":"}                                                                | QueueDoesNotExist
            AmazonSQS.SendMessageBatch | {Q, "Entries":[]}                                                             | TooManyEntriesInBatchRequest
            AmazonSQS.ReceiveMessage | {Q, "MaxNumberOfMessages":11}                                                   | InvalidParameterValue
            AmazonSQS.ReceiveMessage | {Q, "WaitTimeSeconds":21}                                                       | InvalidParameterValue
            AmazonSQS.ReceiveMessage | {Q, "VisibilityTimeout":43201}                                                  | InvalidParameterValue
            AmazonSQS.ChangeMessageVisibility | {Q, "ReceiptHandle":"r"}                                               | MissingParameter
            AmazonSQS.DeleteMessage  | {Q}                                                                             | MissingParameter
            AmazonSQS.CreateQueue    | {}                                                                              | UnsupportedOperation
            """)
    void what_is_wrong_is_refused_as_sqs_would(String target, String body, String code)
            throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(queue.endpoint() + "/"))
                            .header("X-Amz-Target", target)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    body.replace("{Q", "{\"QueueUrl\":\"%s\"".formatted(url))))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("com.amazonaws.sqs#" + code);
        }
        assertThat(client.receiveMessage(request -> request.queueUrl(url)).messages())
                .isEmpty();
    }
}
