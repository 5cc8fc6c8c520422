package io.daybook.local.path;

import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@OnOneStack
class OrderTest {
    private static final int OPERATIONS = 500;
    private static final int OTHER_LEDGERS = 3;
    private static final int READERS = 3;
    private static final Duration PAUSE = Duration.ofMillis(25);

    private final Daybook daybook;

    OrderTest(Daybook daybook) {
        this.daybook = daybook;
    }

    @Test
    void what_one_client_sends_one_after_the_other_is_applied_so_and_no_reader_sees_a_status_go_back()
            throws Exception {
        var ledger = daybook.ledger().account("a", "EUR");
        var others = IntStream.range(0, OTHER_LEDGERS)
                .mapToObj(i -> daybook.ledger().account("a", "EUR"))
                .toList();
        var sending = new AtomicBoolean(true);
        var sent = new ConcurrentLinkedQueue<UUID>();
        try (var threads = Executors.newCachedThreadPool()) {
            var tasks = new ArrayList<Future<?>>();
            for (var other : others) {
                tasks.add(threads.submit(() -> {
                    while (sending.get()) {
                        other.deposit("a", "1.00").is(202);
                        Thread.sleep(PAUSE);
                    }
                    return null;
                }));
            }
            for (var reader = 0; reader < READERS; reader++) {
                tasks.add(threads.submit(() -> watch(ledger, sent, sending)));
            }
            try {
                for (var i = 0; i < OPERATIONS; i++) {
                    // Every fifth is refused: it takes a place in the order, and no sequence.
                    var answer = ledger.send(
                                    i % 5 == 4 ? "withdrawals" : "deposits",
                                    money("a", i % 5 == 4 ? "99999.00" : "1.00", "EUR"),
                                    "Prefer",
                                    "respond-async")
                            .is(202);
                    sent.add(answer.operationId());
                }
            } finally {
                sending.set(false);
            }
            for (var task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
        ledger.outcome(List.copyOf(sent).getLast());
        var byId = new HashMap<String, JsonNode>();
        ledger.operations()
                .forEach(operation -> byId.put(operation.path("operation_id").asText(), operation));
        var sequences = sent.stream()
                .map(id -> byId.get(id.toString()))
                .filter(operation -> operation.has("result"))
                .map(operation -> operation.path("result").path("sequence").asInt())
                .toList();
        assertThat(sequences)
                .isEqualTo(IntStream.rangeClosed(1, OPERATIONS * 4 / 5).boxed().toList());
    }

    /** Follows one operation after the other until it is done, asking twice as long as it is. */
    private static Void watch(Ledger ledger, ConcurrentLinkedQueue<UUID> sent, AtomicBoolean sending)
            throws InterruptedException {
        var seen = 0;
        while (sending.get()) {
            var all = List.copyOf(sent);
            if (all.isEmpty()) {
                Thread.sleep(PAUSE);
                continue;
            }
            var id = all.getLast();
            var version = 0;
            var done = 0;
            while (done < 2) {
                var operation = ledger.operation(id);
                assertThat(operation.path("version").asInt())
                        .as(operation.toString())
                        .isGreaterThanOrEqualTo(version);
                version = operation.path("version").asInt();
                assertThat(done == 1 && !operation.path("done").asBoolean())
                        .as(operation.toString())
                        .isFalse();
                done += operation.path("done").asBoolean() ? 1 : 0;
                seen++;
                Thread.sleep(PAUSE);
            }
        }
        assertThat(seen).isPositive();
        return null;
    }
}
