package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Learns the outcomes of accepted operations, many with one request: from the ledger's listing, newest first, as far
 * back as the oldest operation that is still awaited.
 */
final class Outcomes implements AutoCloseable {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(400);
    private static final int PAGES_PER_POLL_MAX = 20;

    /** Asked for one by one: as many when they are few anyway, the oldest when the listing may not reach them. */
    private static final int ASKED_ALONE = 4;

    /** Ids begin with their time in milliseconds (UUIDv7), by clocks that may differ by this much. */
    private static final long CLOCK_SKEW_MILLIS_MAX = 60_000;

    private final Client client;
    private final Map<String, ConcurrentSkipListMap<String, List<Consumer<Outcome>>>> awaited =
            new ConcurrentHashMap<>();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicReference<Instant> lastOutcome = new AtomicReference<>(Instant.now());
    private final AtomicReference<RuntimeException> fault = new AtomicReference<>();
    private final Thread poller;

    Outcomes(Client client) {
        this.client = client;
        this.poller = Thread.ofVirtual().name("outcomes").start(this::poll);
    }

    /** Calls {@code then} once with the outcome, on another thread. */
    void await(String ledgerId, String operationId, Consumer<Outcome> then) {
        lastOutcome.set(Instant.now());
        outstanding.incrementAndGet();
        awaited.computeIfAbsent(ledgerId, ledger -> new ConcurrentSkipListMap<>())
                .compute(operationId, (id, callers) -> {
                    var all = new ArrayList<Consumer<Outcome>>(callers == null ? List.of() : callers);
                    all.add(then);
                    return List.copyOf(all);
                });
    }

    /**
     * Waits until nothing is awaited any more, or nothing has happened for as long as {@code patience}.
     *
     * @return whether every outcome is known
     */
    boolean awaitAll(Duration patience) {
        lastOutcome.set(Instant.now());
        while (awaiting() > 0) {
            if (fault.get() != null) {
                throw fault.get();
            }
            if (lastOutcome.get().plus(patience).isBefore(Instant.now())) {
                return false;
            }
            if (!slept(Duration.ofMillis(20))) {
                return false;
            }
        }
        return true;
    }

    int awaiting() {
        return outstanding.get();
    }

    @Override
    public void close() {
        poller.interrupt();
    }

    private void poll() {
        try {
            do {
                awaited.forEach(this::poll);
            } while (slept(POLL_INTERVAL));
        } catch (RuntimeException failed) {
            fault.set(failed);
        }
    }

    private void poll(String ledgerId, ConcurrentSkipListMap<String, List<Consumer<Outcome>>> open) {
        if (open.size() > ASKED_ALONE) {
            pollListing(ledgerId, open);
        }
        // One that is pending may be gone from Redis, and is unknown then until it is applied.
        open.keySet().stream()
                .limit(ASKED_ALONE)
                .toList()
                .forEach(id -> client.find(id).ifPresent(operation -> settle(open, operation)));
    }

    private void pollListing(String ledgerId, ConcurrentSkipListMap<String, List<Consumer<Outcome>>> open) {
        var horizon = millisOf(open.firstKey()) - CLOCK_SKEW_MILLIS_MAX;
        var limit = Math.min(Client.PAGE_LIMIT, open.size() + 20);
        var after = Optional.<String>empty();
        for (var pages = 0; pages < PAGES_PER_POLL_MAX && !open.isEmpty(); pages++) {
            var page = client.operations(ledgerId, after, limit);
            page.items().forEach(operation -> settle(open, operation));
            after = page.next();
            if (after.isEmpty()
                    || page.items().isEmpty()
                    || millisOf(page.items().getLast().path("operation_id").asText()) < horizon) {
                return;
            }
        }
    }

    private void settle(ConcurrentSkipListMap<String, List<Consumer<Outcome>>> open, JsonNode operation) {
        var outcome = Outcome.of(operation);
        if (outcome.isPresent()) {
            var callers = open.remove(outcome.get().operationId());
            if (callers != null) {
                lastOutcome.set(Instant.now());
                for (var caller : callers) {
                    caller.accept(outcome.get());
                    // After the call: who waits for the last outcome finds it told.
                    outstanding.decrementAndGet();
                }
            }
        }
    }

    private static long millisOf(String uuid) {
        try {
            return Long.parseLong(uuid.substring(0, 8) + uuid.substring(9, 13), 16);
        } catch (IndexOutOfBoundsException | NumberFormatException notAUuid) {
            return Long.MAX_VALUE;
        }
    }

    private static boolean slept(Duration duration) {
        try {
            Thread.sleep(duration);
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
