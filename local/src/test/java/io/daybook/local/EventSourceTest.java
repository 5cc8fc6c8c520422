package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

class EventSourceTest {

    private static final Duration VISIBILITY = Duration.ofMillis(400);
    private static final EventSource.Settings SETTINGS =
            new EventSource.Settings(3, Duration.ofSeconds(5), Duration.ofMillis(200));

    private final Queue queue = Queue.start(Queue.Settings.inMemory().withVisibilityTimeout(VISIBILITY));
    private final SqsClient client = queue.client();
    private final List<SQSMessage> seen = new CopyOnWriteArrayList<>();
    private EventSource source;

    @AfterEach
    void stop() {
        if (source != null) {
            source.close();
        }
        client.close();
        queue.close();
    }

    @Test
    void messages_arrive_as_lambda_would_hand_them_over() {
        client.sendMessage(request -> request.queueUrl(queue.url().toString())
                .messageGroupId("ledger")
                .messageDeduplicationId("operation")
                .messageBody("body")
                .messageAttributes(Map.of(
                        "trace",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("t")
                                .build())));
        start(event -> null);
        await().until(() -> !seen.isEmpty());

        var message = seen.getFirst();
        assertThat(message.getMessageId()).isNotBlank();
        assertThat(message.getReceiptHandle()).isNotBlank();
        assertThat(message.getBody()).isEqualTo("body");
        assertThat(message.getMd5OfBody()).isEqualTo("841a2d689ad86bd1611447453c22c6fc");
        assertThat(message.getEventSource()).isEqualTo("aws:sqs");
        assertThat(message.getEventSourceArn()).isEqualTo("arn:aws:sqs:us-east-1:000000000000:operations.fifo");
        assertThat(message.getAwsRegion()).isEqualTo("us-east-1");
        assertThat(message.getAttributes())
                .containsEntry("ApproximateReceiveCount", "1")
                .containsEntry("MessageGroupId", "ledger")
                .containsEntry("MessageDeduplicationId", "operation")
                .containsKeys("SequenceNumber", "SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId");
        assertThat(message.getMessageAttributes().get("trace").getStringValue()).isEqualTo("t");
        awaitEmpty();
    }

    @Test
    void an_empty_response_or_none_means_that_all_is_done() {
        send("a", "1", "2");
        send("b", "3");
        start(event ->
                SQSBatchResponse.builder().withBatchItemFailures(List.of()).build());
        awaitEmpty();
        assertThat(bodies()).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void only_what_is_reported_comes_again_even_if_later_messages_of_its_group_were_done() {
        send("a", "1", "2", "3");
        var failed = new AtomicBoolean();
        start(event -> event.getRecords().stream()
                .filter(message -> message.getBody().equals("2") && failed.compareAndSet(false, true))
                .findFirst()
                .map(message -> failures(message.getMessageId()))
                .orElse(null));
        awaitEmpty();
        assertThat(bodies()).containsExactly("1", "2", "3", "2");
        assertThat(seen.getLast().getAttributes()).containsEntry("ApproximateReceiveCount", "2");
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = "a-message-of-nobody")
    void a_report_that_names_no_message_of_the_batch_fails_the_whole_batch(String identifier) {
        send("a", "1", "2");
        var reported = new AtomicBoolean();
        start(event -> reported.compareAndSet(false, true) ? failures(identifier) : null);
        awaitEmpty();
        assertThat(bodies()).containsExactly("1", "2", "1", "2");
    }

    @Test
    void a_processor_that_throws_fails_the_whole_batch() {
        send("a", "1", "2");
        var thrown = new AtomicBoolean();
        start(event -> {
            if (thrown.compareAndSet(false, true)) {
                throw new IllegalStateException("on purpose");
            }
            return null;
        });
        awaitEmpty();
        assertThat(bodies()).containsExactly("1", "2", "1", "2");
    }

    @Test
    void groups_run_in_parallel_and_each_in_its_order_one_invocation_at_a_time() {
        var running = new ConcurrentHashMap<String, Boolean>();
        var overlaps = new AtomicInteger();
        var order = new ConcurrentHashMap<String, List<Integer>>();
        IntStream.range(0, 20)
                .forEach(round -> List.of("a", "b", "c", "d").forEach(group -> send(group, group + round)));
        start(event -> {
            var groups = event.getRecords().stream()
                    .map(EventSourceTest::group)
                    .distinct()
                    .toList();
            groups.forEach(group -> {
                if (running.put(group, true) != null) {
                    overlaps.incrementAndGet();
                }
            });
            event.getRecords()
                    .forEach(message -> order.computeIfAbsent(
                                    group(message), group -> Collections.synchronizedList(new ArrayList<>()))
                            .add(Integer.parseInt(message.getBody().substring(1))));
            pause(Duration.ofMillis(10));
            groups.forEach(running::remove);
            return null;
        });
        awaitEmpty();
        assertThat(overlaps).hasValue(0);
        assertThat(order).hasSize(4);
        assertThat(order.values())
                .allSatisfy(numbers -> assertThat(numbers)
                        .containsExactlyElementsOf(
                                IntStream.range(0, 20).boxed().toList()));
    }

    @Test
    void one_slow_group_does_not_hold_up_another() {
        send("slow", "1");
        var both = new CyclicBarrier(2);
        start(event -> {
            try {
                both.await(5, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return null;
        });
        await().until(() -> seen.size() == 1);
        send("other", "2");
        awaitEmpty();
        assertThat(bodies()).containsExactly("1", "2");
    }

    @Test
    void a_group_is_not_invoked_twice_at_once_though_its_visibility_timeout_ends() {
        send("a", "1");
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        start(event -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            pause(VISIBILITY.multipliedBy(2));
            running.decrementAndGet();
            return null;
        });
        await().until(() -> seen.size() >= 2 || count() == 0);
        assertThat(most).hasValue(1);
    }

    @Test
    void while_the_queue_is_away_it_goes_on_trying() {
        start(event -> null);
        queue.stop();
        pause(Duration.ofMillis(300));
        queue.start();
        send("a", "1");
        await().until(() -> bodies().contains("1"));
    }

    @Test
    void closing_waits_for_what_runs_and_takes_no_more() throws Exception {
        send("a", "1");
        var begun = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        start(event -> {
            begun.countDown();
            pause(Duration.ofMillis(300));
            ended.set(true);
            return null;
        });
        begun.await();
        source.close();
        assertThat(ended).isTrue();
        assertThat(count()).isZero();
        send("a", "2");
        pause(Duration.ofMillis(300));
        assertThat(bodies()).containsExactly("1");
    }

    private interface Processor {
        SQSBatchResponse process(SQSEvent event);
    }

    private void start(Processor processor) {
        RequestHandler<SQSEvent, SQSBatchResponse> handler = (event, context) -> {
            seen.addAll(event.getRecords());
            return processor.process(event);
        };
        source = EventSource.start(queue, handler, SETTINGS);
    }

    private static SQSBatchResponse failures(String identifier) {
        return new SQSBatchResponse(List.of(new BatchItemFailure(identifier)));
    }

    private void send(String group, String... bodies) {
        client.sendMessageBatch(request -> request.queueUrl(queue.url().toString())
                .entries(Arrays.stream(bodies)
                        .map(body -> SendMessageBatchRequestEntry.builder()
                                .id(body)
                                .messageGroupId(group)
                                .messageDeduplicationId(body)
                                .messageBody(body)
                                .build())
                        .toList()));
    }

    private List<String> bodies() {
        return seen.stream().map(SQSMessage::getBody).toList();
    }

    private static String group(SQSMessage message) {
        return message.getAttributes().get("MessageGroupId");
    }

    private void awaitEmpty() {
        await().until(() -> !seen.isEmpty() && count() == 0);
    }

    private int count() {
        var attributes = client.getQueueAttributes(
                        request -> request.queueUrl(queue.url().toString()).attributeNames(QueueAttributeName.ALL))
                .attributes();
        return Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                + Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
