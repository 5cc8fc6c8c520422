package io.daybook.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Lambda's event source mapping of an SQS FIFO queue, with {@code ReportBatchItemFailures}: batches of up to ten messages
 * of any groups, one invocation per group at a time, groups in parallel. Messages that the function does not report are
 * deleted; those it reports, and all of a batch if it throws or reports what is not in the batch, are left to their
 * visibility timeout.
 *
 * <p>While the queue is away it goes on trying.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html">handling errors for an SQS
 *     event source</a>
 */
public final class EventSource implements AutoCloseable {

    /**
     * @param pollers how many invocations run at once
     * @param retryMax the longest wait between attempts to reach the queue
     */
    record Settings(int pollers, Duration functionTimeout, Duration retryMax) {
        static final Settings DEFAULT = new Settings(5, Duration.ofSeconds(30), Duration.ofSeconds(2));
    }

    private static final Logger LOG = LoggerFactory.getLogger(EventSource.class);

    private static final int BATCH_MAX = 10;
    /** Short, for it is also how long a stop may take; Lambda itself polls for longer. */
    private static final int POLL_SECONDS = 1;

    private static final Duration RETRY_FIRST = Duration.ofMillis(50);

    private final URI source;
    private final String arn;
    private final SqsClient client;
    private final RequestHandler<SQSEvent, SQSBatchResponse> processor;
    private final Settings settings;
    private final Set<String> groupsRunning = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean queueAway = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> pollers;

    private EventSource(
            Queue queue, URI source, RequestHandler<SQSEvent, SQSBatchResponse> processor, Settings settings) {
        this.source = source;
        this.arn = Queue.arn(source);
        this.client = queue.client();
        this.processor = processor;
        this.settings = settings;
        this.pollers = IntStream.range(0, settings.pollers())
                .mapToObj(number ->
                        Thread.ofPlatform().name("poller-" + number).daemon().unstarted(this::poll))
                .toList();
    }

    static EventSource start(Queue queue, RequestHandler<SQSEvent, SQSBatchResponse> processor, Settings settings) {
        return start(queue, queue.url(), processor, settings);
    }

    /** Of the queue of dead letters, which needs one poller. */
    static EventSource ofDeadLetters(Queue queue, RequestHandler<SQSEvent, SQSBatchResponse> handler) {
        var usual = Settings.DEFAULT;
        return start(
                queue, queue.deadLettersUrl(), handler, new Settings(1, usual.functionTimeout(), usual.retryMax()));
    }

    private static EventSource start(
            Queue queue, URI url, RequestHandler<SQSEvent, SQSBatchResponse> processor, Settings settings) {
        var source = new EventSource(queue, url, processor, settings);
        source.pollers.forEach(Thread::start);
        return source;
    }

    private void poll() {
        var retry = RETRY_FIRST;
        while (!isStopping()) {
            try {
                var received = receive();
                retry = RETRY_FIRST;
                if (queueAway.compareAndSet(true, false)) {
                    LOG.info("The queue is back");
                }
                if (!received.isEmpty()) {
                    process(received);
                }
            } catch (SdkException e) {
                if (!isStopping()) {
                    if (queueAway.compareAndSet(false, true)) {
                        LOG.warn("The queue cannot be reached, and is tried again: {}", e.getMessage());
                    }
                    pause(retry);
                    retry = min(retry.multipliedBy(2), settings.retryMax());
                }
            } catch (RuntimeException e) {
                LOG.error("A batch could not be handed over", e);
                pause(retry);
            }
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void pause(Duration duration) {
        try {
            stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }

    private List<Message> receive() {
        return client.receiveMessage(request -> request.queueUrl(source.toString())
                        .maxNumberOfMessages(BATCH_MAX)
                        .waitTimeSeconds(POLL_SECONDS)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                        .messageAttributeNames("All"))
                .messages();
    }

    private void process(List<Message> received) {
        if (isStopping()) {
            giveBack(received);
            return;
        }
        delete(invoke(received));
    }

    /** Returns what is done, with its groups free again: as soon as the first is deleted, the queue hands out the next. */
    private List<Message> invoke(List<Message> received) {
        var groups = claimGroups(received);
        try {
            var batch = received.stream()
                    .filter(message -> groups.contains(group(message)))
                    .toList();
            return batch.isEmpty() ? List.of() : done(batch);
        } finally {
            groupsRunning.removeAll(groups);
        }
    }

    // A group comes to a second poller if its messages' visibility timeout ends while the function still works on them.
    private Set<String> claimGroups(List<Message> received) {
        return received.stream()
                .map(EventSource::group)
                .distinct()
                .filter(groupsRunning::add)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String group(Message message) {
        return message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID);
    }

    /** Invokes the function, and says which of the messages are done. */
    private List<Message> done(List<Message> batch) {
        try {
            var response =
                    processor.handleRequest(event(batch), Invocation.of("processor", settings.functionTimeout()));
            var failures = failures(response);
            var failed = failures.stream()
                    .map(BatchItemFailure::getItemIdentifier)
                    .collect(Collectors.toCollection(HashSet::new));
            var known = batch.stream().map(Message::messageId).collect(Collectors.toSet());
            if (!known.containsAll(failed)) {
                LOG.error("The processor reports messages that it was not given, so that all fail: {}", failed);
                return List.of();
            }
            return batch.stream()
                    .filter(message -> !failed.contains(message.messageId()))
                    .toList();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.error("The processor failed on a batch of {}", batch.size(), e);
            return List.of();
        }
    }

    private static List<BatchItemFailure> failures(SQSBatchResponse response) {
        return Optional.ofNullable(response)
                .map(SQSBatchResponse::getBatchItemFailures)
                .orElseGet(List::of);
    }

    private void delete(List<Message> done) {
        if (done.isEmpty()) {
            return;
        }
        var response = client.deleteMessageBatch(request -> request.queueUrl(source.toString())
                .entries(IntStream.range(0, done.size())
                        .mapToObj(number -> DeleteMessageBatchRequestEntry.builder()
                                .id(Integer.toString(number))
                                .receiptHandle(done.get(number).receiptHandle())
                                .build())
                        .toList()));
        if (response.hasFailed()) {
            LOG.warn("Done, but delivered again later, because the queue does not delete them: {}", response.failed());
        }
    }

    private void giveBack(List<Message> received) {
        client.changeMessageVisibilityBatch(request -> request.queueUrl(source.toString())
                .entries(IntStream.range(0, received.size())
                        .mapToObj(number -> ChangeMessageVisibilityBatchRequestEntry.builder()
                                .id(Integer.toString(number))
                                .receiptHandle(received.get(number).receiptHandle())
                                .visibilityTimeout(0)
                                .build())
                        .toList()));
    }

    private SQSEvent event(List<Message> batch) {
        var event = new SQSEvent();
        event.setRecords(batch.stream().map(this::record).collect(Collectors.toCollection(ArrayList::new)));
        return event;
    }

    private SQSMessage record(Message message) {
        var record = new SQSMessage();
        record.setMessageId(message.messageId());
        record.setReceiptHandle(message.receiptHandle());
        record.setBody(message.body());
        record.setMd5OfBody(message.md5OfBody());
        record.setMd5OfMessageAttributes(message.md5OfMessageAttributes());
        record.setAttributes(new HashMap<>(message.attributesAsStrings()));
        record.setMessageAttributes(message.messageAttributes().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, attribute -> attribute(attribute.getValue()))));
        record.setEventSource("aws:sqs");
        record.setEventSourceArn(arn);
        record.setAwsRegion(Queue.REGION);
        return record;
    }

    private static SQSEvent.MessageAttribute attribute(MessageAttributeValue value) {
        var attribute = new SQSEvent.MessageAttribute();
        attribute.setDataType(value.dataType());
        attribute.setStringValue(value.stringValue());
        attribute.setBinaryValue(
                value.binaryValue() == null
                        ? null
                        : ByteBuffer.wrap(value.binaryValue().asByteArray()));
        attribute.setStringListValues(List.of());
        attribute.setBinaryListValues(List.of());
        return attribute;
    }

    /** Takes no more messages, and returns when the running invocations have ended. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            for (var poller : pollers) {
                poller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
