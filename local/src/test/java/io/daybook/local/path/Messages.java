package io.daybook.local.path;

import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** Messages that a test has received. */
public final class Messages {
    private Messages() {}

    /** Takes them off their queue. */
    public static void delete(SqsClient client, String queueUrl, List<Message> messages) {
        if (messages.isEmpty()) {
            return; // a batch of none is refused
        }
        client.deleteMessageBatch(request -> request.queueUrl(queueUrl)
                .entries(messages.stream()
                        .map(message -> DeleteMessageBatchRequestEntry.builder()
                                .id(message.messageId())
                                .receiptHandle(message.receiptHandle())
                                .build())
                        .toList()));
    }
}
