package io.daybook.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.local.FifoQueue.Held;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
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
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final Duration RETRY_FIRST = Duration.ofMillis(50);

    private final Queue queue;
    private final URI source;
    private final RequestHandler<SQSEvent, SQSBatchResponse> processor;
    private final Settings settings;
    private final Set<String> groupsRunning = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean queueAway = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> pollers;

    private EventSource(
            Queue queue, URI source, RequestHandler<SQSEvent, SQSBatchResponse> processor, Settings settings) {
        this.queue = queue;
        this.source = source;
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
            } catch (QueueAwayException | IOException e) {
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

    private List<Held> receive() throws IOException {
        var fifo = queue.at(source);
        return fifo.receive(BATCH_MAX, fifo.visibilityTimeout(), POLL);
    }

    private void process(List<Held> received) throws IOException {
        if (isStopping()) {
            giveBack(received);
            return;
        }
        delete(invoke(received));
    }

    /** Returns what is done, with its groups free again: as soon as the first is deleted, the queue hands out the next. */
    private List<Held> invoke(List<Held> received) {
        var groups = claimGroups(received);
        try {
            var batch = received.stream()
                    .filter(held -> groups.contains(held.message().group()))
                    .toList();
            return batch.isEmpty() ? List.of() : done(batch);
        } finally {
            groupsRunning.removeAll(groups);
        }
    }

    // A group comes to a second poller if its messages' visibility timeout ends while the function still works on them.
    private Set<String> claimGroups(List<Held> received) {
        return received.stream()
                .map(held -> held.message().group())
                .distinct()
                .filter(groupsRunning::add)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Invokes the function, and says which of the messages are done. */
    private List<Held> done(List<Held> batch) {
        try {
            var response =
                    processor.handleRequest(event(batch), Invocation.of("processor", settings.functionTimeout()));
            var failures = failures(response);
            var failed = failures.stream()
                    .map(BatchItemFailure::getItemIdentifier)
                    .collect(Collectors.toCollection(HashSet::new));
            var known = batch.stream().map(held -> held.message().id()).collect(Collectors.toSet());
            if (!known.containsAll(failed)) {
                LOG.error("The processor reports messages that it was not given, so that all fail: {}", failed);
                return List.of();
            }
            return batch.stream()
                    .filter(held -> !failed.contains(held.message().id()))
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

    private void delete(List<Held> done) throws IOException {
        var fifo = queue.at(source);
        for (var held : done) {
            if (!fifo.delete(held.delivery().receipt())) {
                LOG.warn(
                        "Done, but delivered again later, because its visibility timeout is over: {}",
                        held.message().id());
            }
        }
    }

    private void giveBack(List<Held> received) throws IOException {
        var fifo = queue.at(source);
        for (var held : received) {
            fifo.hide(held.delivery().receipt(), Duration.ZERO);
        }
    }

    private SQSEvent event(List<Held> batch) {
        var event = new SQSEvent();
        event.setRecords(batch.stream().map(this::record).collect(Collectors.toCollection(ArrayList::new)));
        return event;
    }

    private SQSMessage record(Held held) {
        var message = held.message();
        var record = new SQSMessage();
        record.setMessageId(message.id());
        record.setReceiptHandle(held.delivery().receipt());
        record.setBody(message.body());
        record.setMd5OfBody(SqsMd5.of(message.body()));
        record.setAttributes(new HashMap<>(held.systemAttributes()));
        record.setMessageAttributes(attributes(message.attributes()));
        record.setEventSource("aws:sqs");
        record.setEventSourceArn(Queue.arn(source));
        record.setAwsRegion(Queue.REGION);
        return record;
    }

    private static Map<String, SQSEvent.MessageAttribute> attributes(ObjectNode sent) {
        var attributes = new HashMap<String, SQSEvent.MessageAttribute>();
        sent.properties().forEach(named -> attributes.put(named.getKey(), attribute(named.getValue())));
        return attributes;
    }

    private static SQSEvent.MessageAttribute attribute(JsonNode value) {
        var attribute = new SQSEvent.MessageAttribute();
        attribute.setDataType(value.path("DataType").asText());
        attribute.setStringValue(value.path("StringValue").textValue());
        Optional.ofNullable(value.path("BinaryValue").textValue())
                .map(Base64.getDecoder()::decode)
                .map(ByteBuffer::wrap)
                .ifPresent(attribute::setBinaryValue);
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
    }
}
