package io.daybook.bench;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Requests sent to a server, and what became of them. All times count from when a request was to be sent, whether it
 * could be sent then or not: a server that stalls is charged for every request that would have come meanwhile (no
 * coordinated omission).
 */
final class Load {
    private static final int UNDER_WAY_MAX = 400;

    private final Api api;
    private final Supplier<Order> orders;
    private final long startNanos = System.nanoTime();
    private final long startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

    private final Histogram latencies = new ConcurrentHistogram(3);
    private final Map<UUID, Long> accepted = new ConcurrentHashMap<>();
    private final Set<String> uncertainKeys = ConcurrentHashMap.newKeySet();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();

    /**
     * A request to send.
     *
     * @param waitSeconds for the outcome, at the most
     */
    record Order(String path, String body, Optional<Integer> waitSeconds) {}

    /** @param orders makes the requests, one after the other */
    Load(Api api, Supplier<Order> orders) {
        this.api = api;
        this.orders = orders;
    }

    /** Sends so many a second, whether answers come or not. */
    void open(double perSecond, Duration duration) throws InterruptedException {
        var underWay = new Semaphore(UNDER_WAY_MAX);
        var count = Math.round(perSecond * duration.toMillis() / 1e3);
        var start = System.nanoTime();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < count; i++) {
                var due = start + Math.round(i * 1e9 / perSecond);
                var order = orders.get();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                underWay.acquire();
                senders.execute(() -> {
                    try {
                        send(order, due);
                    } finally {
                        underWay.release();
                    }
                });
            }
        }
    }

    /** Keeps so many clients busy, each of which sends its next request when the last one was answered. */
    void closed(int clients, Duration duration) {
        var end = System.nanoTime() + duration.toNanos();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < clients; i++) {
                senders.execute(() -> {
                    while (System.nanoTime() < end) {
                        Order order;
                        synchronized (orders) {
                            order = orders.get();
                        }
                        send(order, System.nanoTime());
                    }
                });
            }
        }
    }

    private void send(Order order, long dueNanos) {
        var key = UUID.randomUUID().toString();
        try {
            var answer = Api.send(request(order, key));
            latencies.recordValue(System.nanoTime() - dueNanos);
            answered.incrementAndGet();
            if (answer.statusCode() != 202 && answer.statusCode() != 200) {
                refused.incrementAndGet();
                if (answer.statusCode() >= 500) {
                    uncertainKeys.add(key);
                }
                return;
            }
            var dueMicros = startMicros + (dueNanos - startNanos) / 1_000;
            Api.JSON
                    .readTree(answer.body())
                    .findValuesAsText("operation_id")
                    .forEach(id -> accepted.put(UUID.fromString(id), dueMicros));
        } catch (IOException e) {
            uncertainKeys.add(key);
        }
    }

    private HttpRequest request(Order order, String key) {
        return api.request(order.path())
                .header("Idempotency-Key", key)
                .header(
                        "Prefer",
                        order.waitSeconds().map(seconds -> "wait=" + seconds).orElse("respond-async"))
                .POST(BodyPublishers.ofString(order.body()))
                .build();
    }

    /** In nanoseconds, from when a request was due until it was answered. */
    Histogram latencies() {
        return latencies;
    }

    /** The operations, and the microseconds of the epoch at which their requests were due. */
    Map<UUID, Long> accepted() {
        return accepted;
    }

    /** Of requests without a clear answer. */
    Set<String> uncertainKeys() {
        return uncertainKeys;
    }

    long refused() {
        return refused.get();
    }

    long answered() {
        return answered.get();
    }
}
