package io.daybook.processor;

import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;

/** The FIFO topic of events: a message group for each ledger. After a failure it is left alone for a while. */
@Singleton
final class Topic implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

    private final SnsClient sns;
    private final String arn;
    private final Duration retryAfter;
    private volatile long failedAtNanos;

    Topic(
            @Nullable SnsClient sns,
            @Nullable @Value("${daybook.events.topic-arn}") String arn,
            @Value("${daybook.events.retry-after}") Duration retryAfter) {
        this.sns = sns;
        this.arn = arn;
        this.retryAfter = retryAfter;
        this.failedAtNanos = System.nanoTime() - retryAfter.toNanos();
    }

    /** Whether events go anywhere. */
    boolean isThere() {
        return sns != null;
    }

    @Override
    public int send(List<Message> messages) {
        if (System.nanoTime() - failedAtNanos < retryAfter.toNanos()) {
            return 0;
        }
        var sent = 0;
        try {
            for (var batch : Receiver.batches(messages)) {
                var first = publish(batch);
                sent += first;
                if (first < batch.size()) {
                    failedAtNanos = System.nanoTime();
                    return sent;
                }
            }
        } catch (SdkException e) {
            failedAtNanos = System.nanoTime();
            LOG.warn("{} event(s) are not sent yet: {}", messages.size() - sent, e.toString());
        }
        return sent;
    }

    private int publish(List<Message> batch) {
        var response = sns.publishBatch(request -> request.topicArn(arn)
                .publishBatchRequestEntries(IntStream.range(0, batch.size())
                        .mapToObj(i -> PublishBatchRequestEntry.builder()
                                .id(Integer.toString(i))
                                .messageGroupId(batch.get(i).group())
                                .messageDeduplicationId(batch.get(i).id())
                                .message(batch.get(i).body())
                                .build())
                        .toList()));
        response.failed().forEach(failed -> LOG.warn("The topic did not take an event: {}", failed));
        return response.failed().stream()
                .map(BatchResultErrorEntry::id)
                .mapToInt(Integer::parseInt)
                .min()
                .orElse(batch.size());
    }
}
