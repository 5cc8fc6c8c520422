package io.daybook.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.local.FifoMessage.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A FIFO queue as SQS describes it: messages of a group are handed out in their order, and none while an earlier one is
 * out; what is not deleted in time comes again; a deduplication id is taken once in five minutes. What a call costs does
 * not grow with what waits.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html">FIFO
 *     delivery logic</a>
 */
final class FifoQueue {

    /** Keeps changes; each is told before it is made. */
    interface Keeper {
        Keeper NONE = new Keeper() {
            @Override
            public void added(FifoMessage message, Delivery delivery) {}

            @Override
            public void delivered(FifoMessage message, Delivery delivery) {}

            @Override
            public void removed(FifoMessage message) {}
        };

        void added(FifoMessage message, Delivery delivery) throws IOException;

        void delivered(FifoMessage message, Delivery delivery) throws IOException;

        void removed(FifoMessage message) throws IOException;
    }

    /** Where messages go that were handed out so often. */
    record DeadLetters(FifoQueue queue, int receivesMax) {}

    /** A message that is out, or waits to be. */
    record Held(FifoMessage message, Delivery delivery) {

        /** By the names that SQS gives them. */
        Map<String, String> systemAttributes() {
            var attributes = new LinkedHashMap<String, String>();
            attributes.put("ApproximateReceiveCount", Integer.toString(delivery.receives()));
            attributes.put("SentTimestamp", Long.toString(message.sentAt()));
            attributes.put("SequenceNumber", sequenceNumber(message.sequence()));
            attributes.put("MessageDeduplicationId", message.deduplicationId());
            attributes.put("MessageGroupId", message.group());
            attributes.put("SenderId", Queue.ACCOUNT);
            attributes.put("ApproximateFirstReceiveTimestamp", Long.toString(delivery.firstAt()));
            if (message.deadLetterOf() != null) {
                attributes.put("DeadLetterQueueSourceArn", message.deadLetterOf());
            }
            return attributes;
        }
    }

    /** What a sender is told: of the first that came under this deduplication id. */
    record Taken(String messageId, long sequence, long at) {}

    private static final class Group {
        private final TreeMap<Long, Held> waiting = new TreeMap<>();
        private int out;
    }

    private static final Duration DEDUPLICATION = Duration.ofMinutes(5);

    private final String arn;
    private final Duration visibilityTimeout;
    private final Optional<DeadLetters> deadLetters;
    private final Keeper keeper;
    private final AtomicLong sequence;
    private final InstantSource clock;

    private final ReentrantLock lock;
    private final Condition somethingIsReady;
    private final Map<String, Group> groups = new HashMap<>();
    private final LinkedHashSet<String> ready = new LinkedHashSet<>();
    private final Map<String, Held> out = new HashMap<>();
    private final PriorityQueue<Held> timeouts =
            new PriorityQueue<>(Comparator.comparingLong(held -> held.delivery().hiddenUntil()));
    private final LinkedHashMap<String, Taken> taken = new LinkedHashMap<>();
    private int waiting;
    private boolean closed;

    /**
     * @param sequence of the last message; shared with the queue of the dead letters, as is the lock
     * @param lock held while anything changes
     */
    FifoQueue(
            String arn,
            Duration visibilityTimeout,
            Optional<DeadLetters> deadLetters,
            Keeper keeper,
            AtomicLong sequence,
            ReentrantLock lock,
            InstantSource clock) {
        this.arn = arn;
        this.visibilityTimeout = visibilityTimeout;
        this.deadLetters = deadLetters;
        this.keeper = keeper;
        this.sequence = sequence;
        this.lock = lock;
        this.somethingIsReady = lock.newCondition();
        this.clock = clock;
    }

    String arn() {
        return arn;
    }

    Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    Optional<DeadLetters> deadLetters() {
        return deadLetters;
    }

    /** Takes back what was kept. */
    void restore(FifoMessage message, Delivery delivery) {
        locked(() -> {
            var group = groups.computeIfAbsent(message.group(), ignored -> new Group());
            var held = new Held(message, delivery);
            if (delivery.hiddenUntil() > clock.millis()) {
                group.out++;
                handOut(held);
            } else {
                putBack(group, held);
            }
            sequence.accumulateAndGet(message.sequence(), Math::max);
            return taken.put(message.deduplicationId(), new Taken(message.id(), message.sequence(), message.sentAt()));
        });
    }

    /** After all was restored. */
    void open() {
        locked(() -> {
            List.copyOf(groups.keySet()).forEach(this::settle);
            return this;
        });
    }

    Taken send(String group, String deduplicationId, String body, ObjectNode attributes) throws IOException {
        return locked(() -> {
            checkOpen();
            var now = clock.millis();
            forgetTakenBefore(now - DEDUPLICATION.toMillis());
            var before = taken.get(deduplicationId);
            if (before != null) {
                return before;
            }
            var first = new Taken(UUID.randomUUID().toString(), sequence.incrementAndGet(), now);
            add(new FifoMessage(
                    first.messageId(), group, deduplicationId, body, attributes, first.sequence(), now, null));
            taken.put(deduplicationId, first);
            return first;
        });
    }

    /** Up to so many messages, as soon as there is one; none if there is none in time. */
    List<Held> receive(int max, Duration visibility, Duration wait) throws IOException {
        lock.lock();
        try {
            var left = wait.toNanos();
            while (true) {
                checkOpen();
                endTimeouts();
                var received = take(max, visibility);
                if (!received.isEmpty() || left <= 0) {
                    return received;
                }
                var pause = Math.min(left, nanosToNextTimeout());
                left -= pause - somethingIsReady.awaitNanos(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was out under this receipt, so that it will not come again. */
    boolean delete(String receipt) throws IOException {
        return locked(() -> {
            var held = outUnder(receipt);
            if (held.isPresent()) {
                keeper.removed(held.get().message());
                leave(held.get());
            }
            return held.isPresent();
        });
    }

    /** Whether it was out under this receipt, so that it comes again after this time rather than after what was left. */
    boolean hide(String receipt, Duration visibility) throws IOException {
        return locked(() -> {
            var held = outUnder(receipt);
            if (held.isPresent()) {
                var message = held.get().message();
                var delivery = held.get().delivery().hiddenUntil(clock.millis() + visibility.toMillis());
                keeper.delivered(message, delivery);
                handOut(new Held(message, delivery));
                endTimeouts();
            }
            return held.isPresent();
        });
    }

    int waiting() {
        return locked(() -> {
            endTimeouts();
            return waiting;
        });
    }

    int out() {
        return locked(() -> {
            endTimeouts();
            return out.size();
        });
    }

    /** Whoever waits, and whoever calls, is told that it is away. */
    void close() {
        locked(() -> {
            closed = true;
            somethingIsReady.signalAll();
            return this;
        });
    }

    @FunctionalInterface
    private interface Step<T, E extends Exception> {
        T take() throws E;
    }

    private <T, E extends Exception> T locked(Step<T, E> step) throws E {
        lock.lock();
        try {
            return step.take();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Held> outUnder(String receipt) {
        checkOpen();
        endTimeouts();
        return Optional.ofNullable(out.get(receipt));
    }

    /** Twenty digits, so that they sort as texts. */
    static String sequenceNumber(long sequence) {
        return "%020d".formatted(sequence);
    }

    private void checkOpen() {
        if (closed) {
            throw new QueueAwayException();
        }
    }

    private void add(FifoMessage message) throws IOException {
        keeper.added(message, Delivery.NONE);
        var group = groups.computeIfAbsent(message.group(), ignored -> new Group());
        putBack(group, new Held(message, Delivery.NONE));
        settle(message.group());
    }

    private List<Held> take(int max, Duration visibility) throws IOException {
        var received = new ArrayList<Held>();
        while (received.size() < max && !ready.isEmpty()) {
            var name = ready.removeFirst();
            var group = groups.get(name);
            try {
                while (received.size() < max && !group.waiting.isEmpty()) {
                    takeFirst(group, visibility).ifPresent(received::add);
                }
            } finally {
                settle(name);
            }
        }
        return received;
    }

    /** Nothing if it has been handed out too often. */
    private Optional<Held> takeFirst(Group group, Duration visibility) throws IOException {
        var first = group.waiting.firstEntry().getValue();
        if (deadLetters.isPresent()
                && first.delivery().receives() >= deadLetters.get().receivesMax()) {
            deadLetters.get().queue().add(first.message().givenUpBy(arn));
            keeper.removed(first.message());
            pollFirst(group);
            return Optional.empty();
        }
        var now = clock.millis();
        var delivery = first.delivery()
                .again(now, now + visibility.toMillis(), UUID.randomUUID().toString());
        keeper.delivered(first.message(), delivery);
        pollFirst(group);
        group.out++;
        var held = new Held(first.message(), delivery);
        handOut(held);
        return Optional.of(held);
    }

    private void pollFirst(Group group) {
        group.waiting.pollFirstEntry();
        waiting--;
    }

    private void putBack(Group group, Held held) {
        group.waiting.put(held.message().sequence(), held);
        waiting++;
    }

    private void handOut(Held held) {
        out.put(held.delivery().receipt(), held);
        timeouts.add(held);
    }

    private void leave(Held held) {
        out.remove(held.delivery().receipt());
        groups.get(held.message().group()).out--;
        settle(held.message().group());
    }

    /** One that was deleted, or hidden for another time, is not what is out any more. */
    private void endTimeouts() {
        var now = clock.millis();
        while (!timeouts.isEmpty() && timeouts.peek().delivery().hiddenUntil() <= now) {
            var held = timeouts.poll();
            if (out.get(held.delivery().receipt()) == held) {
                putBack(groups.get(held.message().group()), held);
                leave(held);
            }
        }
    }

    private long nanosToNextTimeout() {
        return timeouts.isEmpty()
                ? Long.MAX_VALUE
                : TimeUnit.MILLISECONDS.toNanos(
                        Math.max(1, timeouts.peek().delivery().hiddenUntil() - clock.millis()));
    }

    /** A group is ready if something waits and nothing is out. */
    private void settle(String name) {
        var group = groups.get(name);
        if (group.out > 0) {
            return;
        }
        if (group.waiting.isEmpty()) {
            groups.remove(name);
        } else if (ready.add(name)) {
            somethingIsReady.signal();
        }
    }

    private void forgetTakenBefore(long time) {
        while (!taken.isEmpty() && taken.firstEntry().getValue().at() < time) {
            taken.pollFirstEntry();
        }
    }
}
