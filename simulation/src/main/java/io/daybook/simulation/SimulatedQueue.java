package io.daybook.simulation;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/**
 * A FIFO queue as SQS describes it: a group's messages are handed out in their order, none while an earlier one is on
 * its way, each again and again until it is deleted; the same deduplication id is taken once in five minutes.
 *
 * <p><a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html">Delivery logic</a>
 */
final class SimulatedQueue implements SqsClient {
    private static final Duration DEDUPLICATION = Duration.ofMinutes(5);
    private static final Duration VISIBILITY = Duration.ofSeconds(30);
    private static final int BATCH = 10;

    private static final class Message {
        final String id;
        final String group;
        final Sent sent;
        Instant hiddenUntil;
        int receives;
        String receipt;

        Message(String id, String group, Sent sent) {
            this.id = id;
            this.group = group;
            this.sent = sent;
            this.hiddenUntil = sent.at;
        }
    }

    /** A message that was sent. */
    static final class Sent {
        final Instant at;
        final String body;
        private Instant deletedAt = Instant.MAX;

        private Sent(Instant at, String body) {
            this.at = at;
            this.body = body;
        }

        Instant deletedAt() {
            return deletedAt;
        }
    }

    private final SimulatedClock clock;
    private final Map<String, Deque<Message>> groups = new LinkedHashMap<>();
    private final Map<String, Instant> seen = new HashMap<>();
    private final Map<String, List<Sent>> log = new HashMap<>();
    private int ids;

    SimulatedQueue(SimulatedClock clock) {
        this.clock = clock;
    }

    void clear() {
        groups.clear();
        seen.clear();
        log.clear();
        ids = 0;
    }

    /** Takes a message, or has it already. */
    void send(String group, String deduplicationId, String body) {
        var now = clock.peek();
        var before = seen.get(deduplicationId);
        if (before != null && before.plus(DEDUPLICATION).isAfter(now)) {
            return;
        }
        seen.put(deduplicationId, now);
        var sent = new Sent(now, body);
        groups.computeIfAbsent(group, ignored -> new ArrayDeque<>()).add(new Message("m" + ++ids, group, sent));
        log.computeIfAbsent(group, ignored -> new ArrayList<>()).add(sent);
    }

    /** All that it took for a group, in its order. */
    List<Sent> log(String group) {
        return log.getOrDefault(group, List.of());
    }

    boolean isEmpty() {
        return groups.values().stream().allMatch(Deque::isEmpty);
    }

    /** Until when nothing comes; {@code null} if nothing ever will. */
    Instant nextAt() {
        return groups.values().stream()
                .filter(group -> !group.isEmpty())
                .map(group -> group.stream()
                        .map(message -> message.hiddenUntil)
                        .max(Instant::compareTo)
                        .orElseThrow())
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** At most ten messages of one or more groups, as an event. */
    SQSEvent receive(int choice) {
        var now = clock.peek();
        var free = groups.values().stream()
                .filter(group ->
                        !group.isEmpty() && group.stream().noneMatch(message -> message.hiddenUntil.isAfter(now)))
                .collect(Collectors.toCollection(ArrayList::new));
        var received = new ArrayList<SQSEvent.SQSMessage>();
        for (var i = 0; i <= choice % 3 && !free.isEmpty(); i++) {
            var group = free.remove((choice >>> 2 * i) % free.size());
            var most = 1 + (choice >>> 8) % BATCH;
            for (var message : group) {
                if (received.size() < BATCH && most-- > 0) {
                    received.add(handOut(message));
                }
            }
        }
        var event = new SQSEvent();
        event.setRecords(received);
        return event;
    }

    private SQSEvent.SQSMessage handOut(Message message) {
        message.hiddenUntil = clock.peek().plus(VISIBILITY);
        message.receives++;
        message.receipt = message.id + "#" + message.receives;
        var record = new SQSEvent.SQSMessage();
        record.setMessageId(message.id);
        record.setReceiptHandle(message.receipt);
        record.setBody(message.sent.body);
        record.setAttributes(
                Map.of("MessageGroupId", message.group, "ApproximateReceiveCount", Integer.toString(message.receives)));
        return record;
    }

    /** Deletes what was received in a batch, but for what failed; a receipt that is out of date deletes nothing. */
    void delete(SQSEvent batch, Set<String> failed) {
        for (var record : batch.getRecords()) {
            if (!failed.contains(record.getMessageId())) {
                groups.get(record.getAttributes().get("MessageGroupId")).removeIf(message -> {
                    var isIt = record.getReceiptHandle().equals(message.receipt);
                    if (isIt) {
                        message.sent.deletedAt = clock.peek();
                    }
                    return isIt;
                });
            }
        }
    }

    @Override
    public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
        return remote(Effect.SEND, () -> {
            request.entries()
                    .forEach(
                            entry -> send(entry.messageGroupId(), entry.messageDeduplicationId(), entry.messageBody()));
            return SendMessageBatchResponse.builder().failed(List.of()).build();
        });
    }

    @Override
    public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
            ChangeMessageVisibilityBatchRequest request) {
        return remote(Effect.HIDE, () -> {
            request.entries()
                    .forEach(entry -> groups.values().stream()
                            .flatMap(Deque::stream)
                            .filter(message -> entry.receiptHandle().equals(message.receipt))
                            .forEach(message ->
                                    message.hiddenUntil = clock.peek().plusSeconds(entry.visibilityTimeout())));
            return ChangeMessageVisibilityBatchResponse.builder()
                    .failed(List.of())
                    .build();
        });
    }

    private static <T> T remote(Effect effect, Callable<T> call) {
        try {
            return Invocation.effect(effect, call, SdkClientException.create("simulated"));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String serviceName() {
        return "sqs";
    }

    @Override
    public void close() {}
}
