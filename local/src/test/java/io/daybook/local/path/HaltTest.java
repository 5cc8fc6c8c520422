package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Ledgers that stand still, and go on in the order in which they would have gone. */
class HaltTest {
    private static final FakeTopic TOPIC = new FakeTopic();

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        var settings = new HashMap<>(TOPIC.settings());
        settings.put("daybook.processor.attempts-max", 2);
        settings.put("daybook.processor.retry.max", "1s");
        daybook = Daybook.start(settings);
    }

    @AfterAll
    static void stop() {
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void the_books_hold() {
        daybook.heal();
        daybook.booksHold();
    }

    /** One that halts at a dead letter. */
    private static Ledger careful() {
        var id = "careful-" + UUID.randomUUID();
        daybook.api()
                .post("/ledgers", object("ledger_id", id, "name", id, "on_dead_letter", "halt"))
                .is(201);
        return daybook.watched(Ledger.existing(daybook.api(), id))
                .account("a", "EUR")
                .account("sick", "EUR");
    }

    private static Answer halt(Ledger ledger, String reason) {
        return daybook.api().post(ledger.path() + "/halt", object("reason", reason));
    }

    private static Answer resume(Ledger ledger) {
        return daybook.api().send("POST", ledger.path() + "/resume", null);
    }

    private static JsonNode ledger(Ledger ledger) {
        return daybook.api().get(ledger.path()).is(200).json();
    }

    private static void isParked(Ledger ledger, UUID id) {
        await().untilAsserted(() -> {
            var waiting = ledger.operation(id);
            assertThat(waiting.path("status").asText()).isEqualTo("pending");
            assertThat(waiting.path("detail").asText()).contains("stands still");
        });
    }

    private static void isRunning(Ledger ledger) {
        await().untilAsserted(
                        () -> assertThat(ledger(ledger).path("state").asText()).isEqualTo("running"));
        assertThat(ledger(ledger).has("halt")).isFalse();
        assertThat(daybook.count("parked join ledger using (ledger_key) where ledger_id = '%s'".formatted(ledger.id())))
                .isZero();
    }

    private static List<UUID> inOrder(Ledger ledger) {
        return daybook.api().all(ledger.path() + "/transactions").stream()
                .sorted((a, b) -> Long.compare(
                        a.path("sequence").asLong(), b.path("sequence").asLong()))
                .map(transaction ->
                        UUID.fromString(transaction.path("operation_id").asText()))
                .toList();
    }

    @Test
    void after_a_dead_letter_what_follows_waits_and_is_applied_in_order_when_the_ledger_goes_on() {
        var ledger = careful();
        daybook.sicken();
        var before = ledger.deposit("a", "10.00").is(202).operationId();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        var behind = new ArrayList<UUID>();
        behind.add(ledger.deposit("a", "1.00").is(202).operationId());
        behind.add(ledger.send("withdrawals", money("a", "2.00", "EUR"), "Prefer", "respond-async")
                .is(202)
                .operationId());
        assertThat(ledger.outcome(poison).path("status").asText()).isEqualTo("dead");
        behind.forEach(id -> isParked(ledger, id));
        assertThat(ledger.balance("a")).isEqualTo("10.00");

        var halted = ledger(ledger);
        assertThat(halted.path("state").asText()).isEqualTo("halted");
        assertThat(halted.path("halt").path("reason").asText()).contains(poison.toString(), "this account is sick");
        assertThat(halted.path("halt").path("by").asText()).isEqualTo("daybook");
        assertThat(daybook.api().all("/ledgers?state=halted")).contains(halted);
        assertThat(daybook.api().all("/ledgers?state=running")).doesNotContain(halted);
        var health = daybook.api().get("/health/ready").is(200).json();
        assertThat(health.path("ledgers").path("halted").asInt()).isPositive();
        assertThat(health.path("ledgers").path("parked").asInt()).isGreaterThanOrEqualTo(2);

        daybook.heal();
        daybook.api().send("POST", "/dead-letters/" + poison + "/redrive", null).is(202);
        await().untilAsserted(() ->
                assertThat(ledger.operation(poison).path("status").asText()).isEqualTo("succeeded"));
        assertThat(ledger(ledger).path("state").asText()).isEqualTo("halted");
        behind.forEach(id -> isParked(ledger, id));

        resume(ledger).is(200);
        isRunning(ledger);
        behind.forEach(
                id -> assertThat(ledger.outcome(id).path("status").asText()).isEqualTo("succeeded"));
        assertThat(ledger.operation(behind.getFirst()).has("detail")).isFalse();
        assertThat(inOrder(ledger)).containsExactly(before, poison, behind.get(0), behind.get(1));
        await().untilAsserted(() -> assertThat(TOPIC.types(ledger))
                .containsSubsequence(
                        "daybook.operation.dead",
                        "daybook.ledger.halted",
                        "daybook.operation.redriven",
                        "daybook.ledger.resumed",
                        "daybook.withdrawal.completed"));
        assertThat(TOPIC.types(ledger).stream().filter("daybook.operation.redriven"::equals))
                .hasSize(1);
    }

    @Test
    void whoever_waits_for_an_outcome_is_told_that_the_ledger_stands_still() {
        var ledger = careful().funded("a", "10.00");
        halt(ledger, "Month's end").is(200);
        var waited = ledger.withdraw("a", "1.00", "Prefer", "wait=1").is(202);
        isParked(ledger, waited.operationId());
        resume(ledger).is(200);
        assertThat(ledger.outcome(waited.operationId()).path("status").asText()).isEqualTo("succeeded");
    }

    @Test
    void halting_and_resuming_again_change_nothing() {
        var ledger = careful();
        var first = halt(ledger, "Month's end").is(200).json();
        assertThat(first.path("state").asText()).isEqualTo("halted");
        assertThat(first.path("halt").path("reason").asText()).isEqualTo("Month's end");
        assertThat(first.path("halt").path("by").asText()).isEqualTo("local");
        assertThat(halt(ledger, "Another reason").is(200).json()).isEqualTo(first);
        assertThat(resume(ledger).is(200).json().path("state").asText()).isEqualTo("running");
        assertThat(resume(ledger).is(200).json().path("state").asText()).isEqualTo("running");
        assertThat(daybook.api()
                        .send("POST", ledger.path() + "/halt", null)
                        .is(200)
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("halted");
        resume(ledger).is(200);
    }

    @Test
    void only_an_admin_may_and_only_of_ledgers_that_there_are() {
        var ledger = careful();
        halt(Ledger.existing(daybook.api(), "nowhere"), "Why").isProblem(404, "ledger_not_found");
        resume(Ledger.existing(daybook.api(), "nowhere")).isProblem(404, "ledger_not_found");
        halt(ledger, " ").isProblem(422, "validation_failed");
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "Why", "force", true))
                .isProblem(422, "validation_failed");
        var writer = daybook.api(Daybook.TENANT, "ledger:write ledger:read");
        writer.post(ledger.path() + "/halt", object("reason", "Why")).isProblem(403, "forbidden");
        writer.send("POST", ledger.path() + "/resume", null).isProblem(403, "forbidden");
        assertThat(ledger(ledger).path("state").asText()).isEqualTo("running");
    }

    @Test
    void the_synchronous_side_refuses_what_is_new_and_the_key_can_be_used_again() {
        var ledger = careful();
        var done =
                ledger.syncAs("before", "deposits", money("a", "5.00", "EUR")).is(200);
        halt(ledger, "Month's end").is(200);
        ledger.syncAs("k", "deposits", money("a", "1.00", "EUR")).isProblem(409, "ledger_halted");
        assertThat(ledger.syncAs("before", "deposits", money("a", "5.00", "EUR"))
                        .is(200)
                        .operationId())
                .isEqualTo(done.operationId());
        resume(ledger).is(200);
        ledger.syncAs("k", "deposits", money("a", "1.00", "EUR")).is(200);
        assertThat(ledger.balance("a")).isEqualTo("6.00");
    }

    @Test
    void what_is_parked_keeps_its_key_and_its_reference() {
        var ledger = careful();
        halt(ledger, "Month's end").is(200);
        var body = new HashMap<>(money("a", "1.00", "EUR"));
        body.put("reference_id", "R-1");
        var first = ledger.sendAs("k", "deposits", body).is(202).operationId();
        isParked(ledger, first);
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.flushAll(); // intake knows nothing of the key any more
        }
        var again = ledger.sendAs("k", "deposits", body).is(202).operationId();
        var other = ledger.sendAs("k", "deposits", money("a", "2.00", "EUR"));
        var reference = ledger.sendAs("k2", "deposits", body).is(202).operationId();
        other.isProblem(422, "idempotency_key_reused");
        assertThat(ledger.outcome(reference).path("error").path("code").asText())
                .isEqualTo("duplicate_reference");
        resume(ledger).is(200);
        assertThat(ledger.outcome(first).path("status").asText()).isEqualTo("succeeded");
        assertThat(ledger.outcome(again).path("status").asText()).isEqualTo("succeeded");
        assertThat(ledger.outcome(again).path("duplicate_of").asText()).isEqualTo(first.toString());
        assertThat(ledger.balance("a")).isEqualTo("1.00");
    }

    @Test
    void batches_wait_whole_and_those_of_all_or_none_stay_so() {
        var ledger = careful().funded("a", "10.00");
        halt(ledger, "Month's end").is(200);
        var loose = batch(ledger, false, "1.00", "100.00", "2.00");
        var strict = batch(ledger, true, "1.00", "100.00");
        loose.forEach(id -> isParked(ledger, id));
        strict.forEach(id -> isParked(ledger, id));
        resume(ledger).is(200);
        assertThat(loose.stream().map(id -> ledger.outcome(id).path("status").asText()))
                .containsExactly("succeeded", "failed", "succeeded");
        assertThat(strict.stream().map(id -> ledger.outcome(id).path("status").asText()))
                .containsExactly("failed", "failed");
        assertThat(ledger.balance("a")).isEqualTo("7.00");
    }

    private static List<UUID> batch(Ledger ledger, boolean atomic, String... amounts) {
        var operations = List.of(amounts).stream()
                .map(amount -> item("withdrawal", money("a", amount, "EUR")))
                .toList();
        var answer = ledger.sendAs(
                        UUID.randomUUID().toString(), "batches", object("atomic", atomic, "operations", operations))
                .is(202);
        return answer.json()
                .path("operations")
                .valueStream()
                .map(one -> UUID.fromString(one.path("operation_id").asText()))
                .peek(ledger::accepted)
                .toList();
    }

    @Test
    void steps_of_transfers_wait_in_the_ledger_that_stands_still() {
        var from = careful().funded("a", "10.00");
        var to = careful();
        halt(to, "Month's end").is(200);
        var transfer = new HashMap<>(Ledger.transfer("a", "a", "4.00", "EUR"));
        transfer.put("to_ledger_id", to.id());
        var out = from.send("transfers", transfer, "Prefer", "respond-async")
                .is(202)
                .operationId();
        await().untilAsserted(() ->
                assertThat(from.operation(out).path("status").asText()).isEqualTo("processing"));
        await().untilAsserted(() -> assertThat(daybook.count(
                        "parked join ledger using (ledger_key) where ledger_id = '%s'".formatted(to.id())))
                .isEqualTo(1));
        halt(from, "Month's end").is(200);
        resume(to).is(200);
        await().untilAsserted(() -> assertThat(to.balance("a")).isEqualTo("4.00"));
        assertThat(from.operation(out).path("status").asText()).isEqualTo("processing");
        resume(from).is(200);
        assertThat(from.outcome(out).path("status").asText()).isEqualTo("succeeded");
        BooksAssert.transitSumsToZero(List.of(from, to));
    }

    @Test
    void what_cannot_be_applied_when_its_turn_comes_halts_the_ledger_again() {
        var ledger = careful();
        halt(ledger, "Month's end").is(200);
        var first = ledger.deposit("a", "1.00").is(202).operationId();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        var last = ledger.deposit("a", "2.00").is(202).operationId();
        List.of(first, poison, last).forEach(id -> isParked(ledger, id));
        daybook.sicken();
        resume(ledger).is(200);
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(ledger.operation(poison).path("status").asText()).isEqualTo("dead");
        });
        assertThat(ledger(ledger).path("state").asText()).isEqualTo("halted");
        assertThat(ledger.outcome(first).path("status").asText()).isEqualTo("succeeded");
        isParked(ledger, last);
        resume(ledger).is(200);
        assertThat(ledger.outcome(last).path("status").asText()).isEqualTo("succeeded");
        isRunning(ledger);
    }

    @Test
    void a_credit_that_cannot_be_applied_holds_nobody_up_while_the_ledger_it_comes_from_stands_still() {
        var from = careful().funded("a", "10.00");
        var to = careful();
        halt(to, "Month's end").is(200);
        var transfer = new HashMap<>(Ledger.transfer("a", "sick", "4.00", "EUR"));
        transfer.put("to_ledger_id", to.id());
        var out = from.send("transfers", transfer, "Prefer", "respond-async")
                .is(202)
                .operationId();
        await().untilAsserted(() -> assertThat(daybook.count(
                        "parked join ledger using (ledger_key) where ledger_id = '%s'".formatted(to.id())))
                .isEqualTo(1));
        var behind = to.deposit("a", "1.00").is(202).operationId();
        halt(from, "Month's end").is(200);
        daybook.sicken();
        resume(to).is(200);
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(to.operation(behind).path("status").asText()).isEqualTo("succeeded");
        });
        isRunning(to);
        assertThat(from.operation(out).path("status").asText()).isEqualTo("dead");

        daybook.heal();
        resume(from).is(200);
        daybook.api().send("POST", "/dead-letters/" + out + "/redrive", null).is(202);
        await().untilAsserted(() ->
                assertThat(from.operation(out).path("status").asText()).isEqualTo("succeeded"));
        BooksAssert.transitSumsToZero(List.of(from, to));
    }

    @Test
    void what_comes_while_much_is_parked_goes_behind_it() {
        var ledger = careful();
        halt(ledger, "Month's end").is(200);
        var sent = new ArrayList<UUID>();
        for (var i = 0; i < 230; i++) {
            sent.add(ledger.deposit("a", "1.00").is(202).operationId());
        }
        isParked(ledger, sent.getLast());
        var resuming = Thread.startVirtualThread(() -> resume(ledger).is(200));
        for (var i = 0; i < 60; i++) {
            sent.add(ledger.deposit("a", "1.00").is(202).operationId());
        }
        try {
            resuming.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        ledger.outcome(sent.getLast());
        isRunning(ledger);
        assertThat(inOrder(ledger)).isEqualTo(sent);
        assertThat(Map.of("a", ledger.balance("a"))).containsEntry("a", "290.00");
    }
}
