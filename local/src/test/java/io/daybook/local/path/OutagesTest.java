package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.daybook.contract.DaybookId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** One server after the other goes away under traffic, and comes back. */
class OutagesTest {
    private static final QueueAttributeName WAITING = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES;
    private static final QueueAttributeName OUT = QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE;

    @TempDir
    private static Path data;

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(data);
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    @AfterEach
    void all_is_back_and_the_books_hold() {
        daybook.allIsBack();
        daybook.booksHold();
    }

    private static Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR").funded("a", "1000.00");
    }

    /** What clients are answered that send one request after the other while something happens. */
    private static List<Answer> under(List<Supplier<Answer>> clients, Runnable outage) throws Exception {
        var sending = new AtomicBoolean(true);
        var answers = new ArrayList<Answer>();
        try (var threads = Executors.newCachedThreadPool()) {
            var tasks = clients.stream()
                    .map(client -> threads.submit(() -> {
                        var mine = new ArrayList<Answer>();
                        while (sending.get()) {
                            mine.add(client.get());
                            Thread.sleep(10);
                        }
                        return mine;
                    }))
                    .toList();
            try {
                Thread.sleep(300);
                outage.run();
                Thread.sleep(300);
            } finally {
                sending.set(false);
            }
            for (Future<ArrayList<Answer>> task : tasks) {
                answers.addAll(task.get(60, TimeUnit.SECONDS));
            }
        }
        return answers;
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void nothingIsOnTheQueue() {
        var queue = daybook.stack().queue();
        try (var client = queue.client()) {
            await().untilAsserted(() -> {
                var counts = client.getQueueAttributes(
                        request -> request.queueUrl(queue.url().toString()).attributeNames(WAITING, OUT));
                assertThat(counts.attributes()).containsOnly(Map.entry(WAITING, "0"), Map.entry(OUT, "0"));
            });
        }
    }

    @Test
    void without_redis_what_may_be_on_its_way_is_not_said_to_be_unknown() {
        var ledger = ledger();
        var api = daybook.api();
        var unknown = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
        api.get("/operations/" + unknown).isProblem(404, "operation_not_found");
        daybook.stack().redis().stop();

        var answer = api.get("/operations/" + unknown).isProblem(503, "unavailable");

        assertThat(answer.header("Retry-After")).isPresent();
        api.get(ledger.path() + "/operations?status=pending").isProblem(503, "unavailable");
        api.get(ledger.path() + "/operations").is(200);
    }

    @Test
    void without_redis_operations_are_accepted_applied_and_read() {
        var ledger = ledger();
        var api = daybook.api();
        var before = ledger.sendAs("before", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        daybook.stack().redis().stop();

        var deposit = ledger.sendAs("k", "deposits", money("a", "1.00", "EUR")).is(202);
        var withdrawal = ledger.withdraw("a", "2.00").is(202);
        var refused = ledger.withdraw("a", "99999.00").is(202);
        assertThat(withdrawal.header("Location")).isPresent();
        var again = ledger.sendAs("k", "deposits", money("a", "1.00", "EUR")).is(202);
        var other = ledger.sendAs("k", "deposits", money("a", "7.00", "EUR")).is(202);
        var batch = ledger.send(
                        "batches",
                        object(
                                "operations",
                                List.of(
                                        item("deposit", money("a", "5.00", "EUR")),
                                        item("deposit", money("none", "5.00", "EUR")))))
                .is(202);
        assertThat(batch.json().path("operations")).hasSize(2);

        assertThat(ledger.outcome(deposit.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        assertThat(ledger.outcome(withdrawal.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        assertThat(ledger.outcome(refused.operationId())
                        .path("error")
                        .path("code")
                        .asText())
                .isEqualTo("insufficient_funds");
        assertThat(ledger.outcome(again.operationId()).path("duplicate_of").asText())
                .isEqualTo(deposit.operationId().toString());
        assertThat(ledger.outcome(other.operationId())
                        .path("error")
                        .path("code")
                        .asText())
                .isEqualTo("idempotency_key_reused");
        assertThat(ledger.operation(before.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        var health = api.get("/health/ready").is(200).json();
        assertThat(health.path("status").asText()).isEqualTo("degraded");
        BooksAssert.assertThat(ledger).hold();
        assertThat(ledger.balance("a")).isEqualTo("1005.00");

        daybook.stack().redis().start();
        await().untilAsserted(() -> {
            ledger.sendAs("after", "deposits", money("a", "1.00", "EUR")).is(202);
            assertThat(ledger.sendAs("after", "deposits", money("a", "1.00", "EUR"))
                            .is(202)
                            .replayed())
                    .isTrue();
        });
        assertThat(ledger.sendAs("before", "deposits", money("a", "1.00", "EUR"))
                        .replayed())
                .isTrue();
        await().untilAsserted(() -> ledger.withdraw("a", "1.00").is(200));
        assertThat(api.get("/health/ready").is(200).text("status")).isEqualTo("up");
    }

    @Test
    void redis_may_go_and_come_back_under_traffic() throws Exception {
        var ledgers = IntStream.range(0, 3).mapToObj(i -> ledger()).toList();
        var clients = ledgers.stream()
                .<Supplier<Answer>>map(ledger -> () -> ledger.deposit("a", "1.00"))
                .toList();
        var answers = under(clients, () -> {
            for (var i = 0; i < 2; i++) {
                daybook.stack().redis().stop();
                pause(Duration.ofMillis(700));
                daybook.stack().redis().start();
                pause(Duration.ofMillis(700));
            }
        });
        assertThat(answers).hasSizeGreaterThan(30).allMatch(answer -> answer.status() == 202);
        for (var ledger : ledgers) {
            BooksAssert.assertThat(ledger).hold();
            assertThat(ledger.accepted())
                    .allSatisfy(
                            id -> assertThat(ledger.outcome(id).path("status").asText())
                                    .isEqualTo("succeeded"));
            assertThat(ledger.balance("a")).isEqualTo(1000 + ledger.accepted().size() - 1 + ".00");
        }
    }

    @Test
    void without_the_queue_nothing_is_accepted_and_the_same_key_is_one_operation_afterwards() {
        var ledger = ledger();
        nothingIsOnTheQueue(); // or the group of what was applied would wait for it
        daybook.stack().queue().stop();
        var operations = object(
                "operations",
                List.of(item("deposit", money("a", "1.00", "EUR")), item("deposit", money("b", "1.00", "EUR"))));
        for (var answer : List.of(
                ledger.sendAs("d", "deposits", money("a", "1.00", "EUR")),
                ledger.sendAs("d", "deposits", money("a", "1.00", "EUR")),
                ledger.sendAs("w", "withdrawals", money("a", "5.00", "EUR")),
                ledger.sendAs("b", "batches", operations))) {
            answer.isProblem(503, "unavailable");
            assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow()))
                    .isPositive();
        }
        assertThat(ledger.balance("a")).isEqualTo("1000.00");
        daybook.stack().queue().start();
        var deposit = ledger.sendAs("d", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        ledger.sendAs("w", "withdrawals", money("a", "5.00", "EUR")).is(200);
        ledger.sendAs("b", "batches", operations).is(202);
        assertThat(ledger.sendAs("d", "deposits", money("a", "1.00", "EUR")).operationId())
                .isEqualTo(deposit.operationId());
        BooksAssert.assertThat(ledger).hold();
        assertThat(ledger.operations()).hasSize(5);
        assertThat(ledger.balance("a")).isEqualTo("997.00");
    }

    @Test
    void what_was_opened_without_redis_is_known_when_it_is_back() {
        var before = ledger();
        daybook.stack().redis().stop();
        var opened = daybook.ledger().account("a", "EUR");
        before.account("late", "EUR");
        daybook.stack().redis().start();
        await() // until the functions are connected again, and go by what Redis has
                .until(() -> before.deposit("a", "1.00", "Prefer", "wait=2").status() == 200);
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(opened.deposit("a", "1.00").status()).isEqualTo(202);
            assertThat(before.deposit("late", "1.00").status()).isEqualTo(202);
        });
    }

    @Test
    void without_redis_the_synchronous_side_goes_on_and_knows_its_keys() {
        var ledger = ledger();
        var before =
                ledger.syncAs("before", "deposits", money("a", "1.00", "EUR")).is(200);
        daybook.stack().redis().stop();
        var first = ledger.syncAs("k", "withdrawals", money("a", "2.00", "EUR")).is(200);
        assertThat(first.text("balance_after")).isEqualTo("999.00");
        for (var repeated : List.of(before, first)) {
            var key = repeated == before ? "before" : "k";
            var kinds = repeated == before ? "deposits" : "withdrawals";
            var again =
                    ledger.syncAs(key, kinds, repeated.json().path("request")).is(200);
            assertThat(again.replayed()).isTrue();
            assertThat(again.text("duplicate_of"))
                    .isEqualTo(repeated.operationId().toString());
            assertThat(again.text("balance_after")).isEqualTo(repeated.text("balance_after"));
        }
        ledger.syncAs("k", "withdrawals", money("a", "3.00", "EUR")).isProblem(422, "idempotency_key_reused");
        ledger.syncAs("none", "deposits", money("none", "3.00", "EUR")).isProblem(404, "account_not_found");
        BooksAssert.assertThat(ledger).hold();
    }

    @Test
    void without_the_queue_the_synchronous_side_goes_on() {
        var ledger = ledger();
        nothingIsOnTheQueue(); // or the group of what was applied would wait for it
        daybook.stack().queue().stop();
        ledger.syncAs("k", "deposits", money("a", "1.00", "EUR")).is(200);
        assertThat(ledger.syncAs("k", "deposits", money("a", "1.00", "EUR"))
                        .is(200)
                        .replayed())
                .isTrue();
        assertThat(ledger.sendAs("k", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=5")
                        .is(200)
                        .replayed())
                .isTrue();
        assertThat(ledger.balance("a")).isEqualTo("1001.00");
    }

    @Test
    void without_postgresql_the_synchronous_side_refuses_and_the_same_key_is_one_operation_afterwards() {
        var ledger = ledger();
        daybook.stack().postgres().stop();
        var refused = ledger.syncAs("k", "deposits", money("a", "1.00", "EUR")).isProblem(503, "unavailable");
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(refused.header("Sunset")).isPresent();
        daybook.stack().postgres().start();
        // The pool looks for the database at growing intervals: a client tries again, as the 503 told it to.
        var done = await().until(
                        () -> ledger.syncAs("k", "deposits", money("a", "1.00", "EUR")),
                        answer -> answer.status() != 503)
                .is(200);
        assertThat(done.text("balance_after")).isEqualTo("1001.00");
        assertThat(ledger.syncAs("k", "deposits", money("a", "1.00", "EUR"))
                        .is(200)
                        .operationId())
                .isEqualTo(done.operationId());
        assertThat(ledger.balance("a")).isEqualTo("1001.00");
    }

    @Test
    void without_redis_what_follows_on_an_operation_is_accepted_if_postgresql_knows_it() {
        var ledger = ledger();
        var transfer = ledger.transfer("a", "b", "2.00").is(200).operationId();
        var unknown = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
        daybook.stack().redis().stop();
        var reversal = ledger.sendTo("/operations/" + transfer + "/reversals", "r", object())
                .is(202);
        ledger.sendTo("/operations/" + unknown + "/reversals", "u", object()).isProblem(503, "unavailable");
        ledger.sendTo("/holds/" + transfer + "/releases", "h", object()).isProblem(404, "hold_not_found");
        assertThat(ledger.outcome(reversal.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        assertThat(ledger.balance("b")).isEqualTo("0.00");
    }

    @Test
    void without_postgresql_operations_are_accepted_and_applied_when_it_is_back() throws Exception {
        var ledgers = IntStream.range(0, 3).mapToObj(i -> ledger()).toList();
        var clients = new ArrayList<Supplier<Answer>>();
        for (var ledger : ledgers) {
            clients.add(() -> ledger.deposit("a", "1.00"));
            clients.add(() -> ledger.transfer("a", "b", "1.00", "Prefer", "respond-async"));
        }
        var answers = under(clients, () -> {
            daybook.stack().postgres().stop();
            pause(Duration.ofSeconds(2));
            var health = daybook.api().get("/health/ready").is(503).json();
            var read = daybook.api().get("/ledgers");
            read.isProblem(503, "unavailable");
            assertThat(read.header("Retry-After")).as("when to try again").isNotEmpty();
            assertThat(health.path("dependencies")
                            .path("postgresql")
                            .path("status")
                            .asText())
                    .isEqualTo("down");
            daybook.stack().postgres().start();
        });
        assertThat(answers).hasSizeGreaterThan(60).allMatch(answer -> answer.status() == 202);
        for (var ledger : ledgers) {
            BooksAssert.assertThat(ledger).hold();
            assertThat(ledger.operations()).allMatch(operation -> operation.has("result"));
        }
    }
}
