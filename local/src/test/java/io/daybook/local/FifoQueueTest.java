package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.daybook.local.FifoMessage.Delivery;
import io.daybook.local.FifoQueue.Held;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FifoQueueTest {
    private static final Duration VISIBILITY = Duration.ofSeconds(30);
    private static final Duration DEDUPLICATION = Duration.ofMinutes(5);
    private static final int RECEIVES_MAX = 2;
    private static final int STEPS = 2_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong sequence = new AtomicLong();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final FifoQueue deadLetters = queue("dead", Optional.empty(), FifoQueue.Keeper.NONE);
    private final FifoQueue queue =
            queue("queue", Optional.of(new FifoQueue.DeadLetters(deadLetters, RECEIVES_MAX)), FifoQueue.Keeper.NONE);

    private FifoQueue queue(String name, Optional<FifoQueue.DeadLetters> letters, FifoQueue.Keeper keeper) {
        return new FifoQueue(name, VISIBILITY, letters, keeper, sequence, lock, () -> now);
    }

    private static FifoQueue.Taken send(FifoQueue queue, String group, String body) throws IOException {
        return queue.send(group, body, body, JsonNodeFactory.instance.objectNode());
    }

    private static List<Held> receive(FifoQueue queue, int max) throws IOException {
        return queue.receive(max, VISIBILITY, Duration.ZERO);
    }

    private static List<String> bodies(List<Held> received) {
        return received.stream().map(held -> held.message().body()).toList();
    }

    /** A queue that is nothing but a list. */
    private static final class Model {
        private static final class Message {
            private final String group;
            private final String body;
            private String receipt;
            private Instant hiddenUntil = Instant.MIN;
            private int receives;

            Message(String group, String body) {
                this.group = group;
                this.body = body;
            }

            boolean isOut(Instant now) {
                return hiddenUntil.isAfter(now);
            }
        }

        private final List<Message> messages = new ArrayList<>();
        private final List<String> dead = new ArrayList<>();
        private final Map<String, Instant> seen = new HashMap<>();
        private int sent;
        private int deleted;

        void send(String group, String body, Instant now) {
            var before = seen.get(body);
            if (before == null || before.plus(DEDUPLICATION).isBefore(now)) {
                seen.put(body, now);
                messages.add(new Message(group, body));
                sent++;
            }
        }

        List<Message> out(Instant now) {
            return messages.stream().filter(message -> message.isOut(now)).toList();
        }

        void receive(List<Held> received, int max, Instant now) {
            var blocked = out(now).stream().map(message -> message.group).collect(Collectors.toSet());
            var free = messages.stream()
                    .filter(message -> !blocked.contains(message.group))
                    .collect(Collectors.groupingBy(message -> message.group));
            for (var held : received) {
                var group = free.get(held.message().group());
                assertThat(group).as("a group with something out").isNotNull();
                while (group.getFirst().receives == RECEIVES_MAX) {
                    bury(group.removeFirst());
                }
                var message = group.removeFirst();
                assertThat(held.message().body()).isEqualTo(message.body);
                message.receives++;
                assertThat(held.delivery().receives()).isEqualTo(message.receives);
                message.receipt = held.delivery().receipt();
                message.hiddenUntil = now.plus(VISIBILITY);
            }
            if (received.size() < max) {
                free.values()
                        .forEach(left -> left.forEach(message -> {
                            assertThat(message.receives)
                                    .as("of what was not received")
                                    .isEqualTo(RECEIVES_MAX);
                            bury(message);
                        }));
            }
        }

        private void bury(Message message) {
            messages.remove(message);
            dead.add(message.body);
        }
    }

    @ParameterizedTest
    @MethodSource
    void it_does_what_a_list_would_do(long seed) throws IOException {
        var random = new Random(seed);
        var model = new Model();
        for (var step = 0; step < STEPS; step++) {
            var out = model.out(now);
            var some = out.isEmpty() ? null : out.get(random.nextInt(out.size()));
            switch (random.nextInt(some == null ? 6 : 10)) {
                case 0, 1, 2 -> {
                    var number = random.nextInt(400);
                    send(queue, "group-" + number % 5, "message-" + number);
                    model.send("group-" + number % 5, "message-" + number, now);
                }
                case 3, 4 -> {
                    var max = 1 + random.nextInt(10);
                    model.receive(receive(queue, max), max, now);
                }
                case 5 -> now = now.plusMillis(random.nextInt(20_000));
                case 6 -> {
                    var hidden = Duration.ofSeconds(random.nextInt(60));
                    assertThat(queue.hide(some.receipt, hidden)).isTrue();
                    some.hiddenUntil = now.plus(hidden);
                }
                default -> {
                    assertThat(queue.delete(some.receipt)).isTrue();
                    assertThat(queue.delete(some.receipt)).isFalse();
                    model.messages.remove(some);
                    model.deleted++;
                }
            }
            assertThat(queue.out()).isEqualTo(model.out(now).size());
            assertThat(queue.waiting() + queue.out() + deadLetters.waiting()).isEqualTo(model.sent - model.deleted);
        }
        assertThat(model.dead).isNotEmpty();
        var buried = new ArrayList<String>();
        for (List<Held> some; !(some = receive(deadLetters, 10)).isEmpty(); ) {
            buried.addAll(bodies(some));
            for (var held : some) {
                assertThat(held.message().deadLetterOf()).isEqualTo("queue");
                deadLetters.delete(held.delivery().receipt());
            }
        }
        assertThat(buried).containsAll(model.dead);
    }

    static long[] it_does_what_a_list_would_do() {
        return new Random(18).longs(25).toArray();
    }

    @Test
    void whoever_waits_gets_what_comes() throws Exception {
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.receive(10, VISIBILITY, Duration.ofMinutes(1));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        send(queue, "a", "1");
        assertThat(bodies(waiting.get(10, TimeUnit.SECONDS))).containsExactly("1");
    }

    @Test
    void whoever_waits_is_told_when_it_is_closed() {
        var waiting = CompletableFuture.runAsync(() -> {
            try {
                queue.receive(10, VISIBILITY, Duration.ofMinutes(1));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        queue.close();
        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(QueueAwayException.class);
        assertThatThrownBy(() -> receive(queue, 1)).isInstanceOf(QueueAwayException.class);
    }

    @Test
    void groups_take_turns() throws IOException {
        for (var i = 0; i < 30; i++) {
            send(queue, "busy", "busy-" + i);
        }
        send(queue, "other", "other");
        var first = receive(queue, 10);
        for (var held : first) {
            queue.delete(held.delivery().receipt());
        }
        assertThat(bodies(receive(queue, 1))).containsExactly("other");
    }

    /** A disk that is full. */
    private static final class Full implements FifoQueue.Keeper {
        private boolean full;

        private void write() throws IOException {
            if (full) {
                throw new IOException("no space left on device");
            }
        }

        @Override
        public void added(FifoMessage message, Delivery delivery) throws IOException {
            write();
        }

        @Override
        public void delivered(FifoMessage message, Delivery delivery) throws IOException {
            write();
        }

        @Override
        public void removed(FifoMessage message) throws IOException {
            write();
        }
    }

    @Test
    void what_cannot_be_kept_does_not_happen() throws IOException {
        var disk = new Full();
        var kept = queue("kept", Optional.empty(), disk);
        send(kept, "a", "1");
        disk.full = true;
        assertThatThrownBy(() -> send(kept, "a", "2")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> receive(kept, 10)).isInstanceOf(IOException.class);
        disk.full = false;
        var received = receive(kept, 10);
        assertThat(bodies(received)).containsExactly("1");
        disk.full = true;
        var receipt = received.getFirst().delivery().receipt();
        assertThatThrownBy(() -> kept.delete(receipt)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> kept.hide(receipt, Duration.ZERO)).isInstanceOf(IOException.class);
        disk.full = false;
        assertThat(kept.delete(receipt)).isTrue();
        send(kept, "a", "2");
        assertThat(bodies(receive(kept, 10))).containsExactly("2");
    }
}
