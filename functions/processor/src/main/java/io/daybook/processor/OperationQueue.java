package io.daybook.processor;

import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The queue that the processor works for, where it says something to it itself. */
@Singleton
final class OperationQueue implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(OperationQueue.class);

    private final SqsClient sqs;
    private final String url;

    OperationQueue(SqsClient sqs, @Value("${daybook.queue.url}") String url) {
        this.sqs = sqs;
        this.url = url;
    }

    @Override
    public int send(List<Message> messages) {
        var sent = 0;
        try {
            for (var batch : Receiver.batches(messages)) {
                var first = put(batch);
                sent += first;
                if (first < batch.size()) {
                    return sent;
                }
            }
        } catch (SdkException e) {
            LOG.warn("{} message(s) stay in the outbox: {}", messages.size() - sent, e.toString());
        }
        return sent;
    }

    private int put(List<Message> batch) {
        var response = sqs.sendMessageBatch(request -> request.queueUrl(url)
                .entries(IntStream.range(0, batch.size())
                        .mapToObj(i -> SendMessageBatchRequestEntry.builder()
                                .id(Integer.toString(i))
                                .messageGroupId(batch.get(i).group())
                                .messageDeduplicationId(batch.get(i).id())
                                .messageBody(batch.get(i).body())
                                .build())
                        .toList()));
        response.failed().forEach(failed -> LOG.warn("The queue did not take a message: {}", failed));
        return response.failed().stream()
                .map(BatchResultErrorEntry::id)
                .mapToInt(Integer::parseInt)
                .min()
                .orElse(batch.size());
    }

    /** Hides messages for so long from now on; if that fails, they come after the queue's own time. */
    void hide(List<Delivery> deliveries, Duration time) {
        var seconds = (int) time.toSeconds();
        try {
            var response = sqs.changeMessageVisibilityBatch(request -> request.queueUrl(url)
                    .entries(IntStream.range(0, deliveries.size())
                            .mapToObj(i -> ChangeMessageVisibilityBatchRequestEntry.builder()
                                    .id(Integer.toString(i))
                                    .receiptHandle(deliveries.get(i).receiptHandle())
                                    .visibilityTimeout(seconds)
                                    .build())
                            .toList()));
            response.failed().forEach(failed -> LOG.info("A message comes after the queue's own time: {}", failed));
        } catch (SdkException e) {
            LOG.info("Messages come after the queue's own time: {}", e.toString());
        }
    }
}
