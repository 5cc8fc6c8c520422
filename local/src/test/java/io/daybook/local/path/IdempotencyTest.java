package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

@OnOneStack
class IdempotencyTest {
    private static final int AT_ONCE = 20;

    private final Daybook daybook;
    private final Api api;

    IdempotencyTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    @Test
    void a_request_without_a_key_is_refused() {
        var ledger = ledger();
        for (var kinds : List.of("deposits", "withdrawals", "transfers", "journals", "batches")) {
            api.post(ledger.path() + "/" + kinds, "{}").isProblem(400, "idempotency_key_missing");
        }
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void a_key_of_nothing_is_refused(String key) {
        var refused = ledger().sendAs(key, "deposits", money("a", "1.00", "EUR"));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.text("code")).isIn("malformed_request", "idempotency_key_missing");
    }

    @Test
    void a_key_has_at_most_255_characters_and_there_is_one() {
        var ledger = ledger();
        ledger.sendAs("~".repeat(255), "deposits", money("a", "1.00", "EUR")).is(202);
        ledger.sendAs("~".repeat(256), "deposits", money("a", "1.00", "EUR")).isProblem(400, "malformed_request");
        ledger.sendAs("one", "deposits", money("a", "1.00", "EUR"), "Idempotency-Key", "two")
                .isProblem(400, "malformed_request");
        ledger.sendAs("two words: {\"a\"} %20 #1", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        assertThat(ledger.operations()).hasSize(2);
    }

    @Test
    void the_same_key_and_body_is_the_same_operation_before_and_after_its_outcome() {
        var ledger = ledger();
        var first = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR")).is(202);
        var second = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR")).is(202);
        ledger.outcome(first.operationId());
        var third = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR")).is(202);
        var waited = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=9")
                .is(200);
        assertThat(first.replayed()).isFalse();
        for (var replay : List.of(second, third, waited)) {
            assertThat(replay.replayed()).isTrue();
            assertThat(replay.operationId()).isEqualTo(first.operationId());
        }
        assertThat(third.text("status")).isEqualTo("succeeded");
        assertThat(waited.text("balance_after")).isEqualTo("5.00");
        assertThat(ledger.balance("a")).isEqualTo("5.00");
    }

    @Test
    void the_replay_of_a_withdrawal_answers_as_the_first_did() {
        var ledger = ledger().funded("a", "5.00");
        var first = ledger.sendAs("k", "withdrawals", money("a", "5.00", "EUR")).is(200);
        var again = ledger.sendAs("k", "withdrawals", money("a", "5.00", "EUR")).is(200);
        assertThat(again.replayed()).isTrue();
        assertThat(again.json()).isEqualTo(first.json());

        var refused =
                ledger.sendAs("l", "withdrawals", money("a", "5.00", "EUR")).isProblem(422, "insufficient_funds");
        ledger.funded("a", "9.00");
        var refusedAgain =
                ledger.sendAs("l", "withdrawals", money("a", "5.00", "EUR")).isProblem(422, "insufficient_funds");
        assertThat(refusedAgain.replayed()).isTrue();
        assertThat(refusedAgain.operationId()).isEqualTo(refused.operationId());
        assertThat(ledger.balance("a")).isEqualTo("9.00");
    }

    @Test
    void a_body_that_says_the_same_in_another_order_is_the_same() {
        var ledger = ledger();
        var first = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR")).is(202);
        var other = ledger.sendAs(
                        "k",
                        "deposits",
                        "{ \"currency\" : \"\\u0045UR\",\n \"amount\":\"5.00\", \"account_id\":\"a\", \"metadata\":{}}")
                .is(202);
        assertThat(other.operationId()).isEqualTo(first.operationId());
    }

    @Test
    void the_same_key_with_another_body_is_refused_and_names_the_first() {
        var ledger = ledger();
        var first = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        for (var refused : List.of(
                ledger.sendAs("k", "deposits", money("a", "5.01", "EUR")),
                ledger.sendAs("k", "deposits", money("b", "5.00", "EUR")),
                ledger.sendAs("k", "withdrawals", money("a", "5.00", "EUR")),
                ledger.sendAs(
                        "k",
                        "batches",
                        object("operations", List.of(Ledger.item("deposit", money("a", "5.00", "EUR"))))))) {
            refused.isProblem(422, "idempotency_key_reused");
            assertThat(refused.text("first_operation_id"))
                    .isEqualTo(first.operationId().toString());
        }
        assertThat(ledger.operations()).hasSize(1);
    }

    @Test
    void a_key_is_its_ledgers_own() {
        var ids = IntStream.range(0, 2)
                .mapToObj(i -> ledger().sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                        .is(200)
                        .operationId())
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void a_request_that_was_refused_at_the_door_leaves_its_key_free() {
        var ledger = ledger();
        ledger.sendAs("k", "deposits", money("a", "x", "EUR")).isProblem(422, "validation_failed");
        ledger.sendAs("k", "deposits", money("none", "1.00", "EUR")).isProblem(404, "account_not_found");
        assertThat(ledger.sendAs("k", "deposits", money("a", "1.00", "EUR"))
                        .is(202)
                        .replayed())
                .isFalse();
    }

    @Test
    void an_operation_keeps_its_outcome_though_its_account_is_closed_since() {
        var ledger = ledger().funded("a", "5.00");
        var body = money("a", "5.00", "EUR");
        var first = ledger.sendAs("k", "withdrawals", body).is(200);
        ledger.status("a", "frozen");

        var again = ledger.sendAs("k", "withdrawals", body).is(200);
        assertThat(again.operationId()).isEqualTo(first.operationId());
        assertThat(again.replayed()).isTrue();
        var bySync = ledger.syncAs("k", "withdrawals", body).is(200);
        assertThat(bySync.operationId()).isEqualTo(first.operationId());
        ledger.sendAs("k", "withdrawals", money("a", "4.00", "EUR")).isProblem(422, "account_frozen");
        ledger.sendAs("another", "withdrawals", body).isProblem(422, "account_frozen");
    }

    @Test
    void a_key_is_permanent_though_redis_forgets_it() {
        var ledger = ledger();
        var first = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            assertThat(redis.del(
                            RedisKeys.claim(Daybook.TENANT, ledger.id(), "k"),
                            RedisKeys.operation(first.operationId())))
                    .isEqualTo(2);
        }
        var again = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        assertThat(again.text("balance_after")).isEqualTo("5.00");
        assertThat(ledger.operation(again.operationId()).path("duplicate_of").asText())
                .isEqualTo(first.operationId().toString());
        assertThat(ledger.operation(first.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.claim(Daybook.TENANT, ledger.id(), "k"));
        }
        var reused = ledger.sendAs("k", "deposits", money("a", "6.00", "EUR"), "Prefer", "wait=20")
                .isProblem(422, "idempotency_key_reused");
        assertThat(reused.text("first_operation_id"))
                .isEqualTo(first.operationId().toString());
        assertThat(ledger.balance("a")).isEqualTo("5.00");
    }

    @Test
    void duplicates_sent_at_the_same_moment_are_one_operation() throws Exception {
        var ledger = ledger().funded("a", "10.00");
        var answers = atOnce(() -> ledger.sendAs("k", "withdrawals", money("a", "10.00", "EUR")));
        assertThat(answers).allMatch(answer -> answer.status() == 200);
        assertThat(answers.stream().map(Answer::operationId).distinct()).hasSize(1);
        assertThat(answers.stream().filter(answer -> !answer.replayed())).hasSize(1);
        assertThat(ledger.balance("a")).isEqualTo("0.00");
        assertThat(ledger.statement("a")).hasSize(2);
    }

    @Test
    void duplicates_sent_while_redis_forgets_are_applied_once() throws Exception {
        var ledger = ledger();
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            var answers = atOnce(() -> {
                var answer = ledger.sendAs("k", "deposits", money("a", "10.00", "EUR"));
                synchronized (redis) {
                    redis.del(RedisKeys.claim(Daybook.TENANT, ledger.id(), "k"));
                }
                return answer;
            });
            assertThat(answers).allMatch(answer -> answer.status() == 202);
            answers.forEach(answer -> ledger.outcome(answer.operationId()));
        }
        assertThat(BooksAssert.firsts(ledger.operations())).hasSize(1);
        assertThat(ledger.balance("a")).isEqualTo("10.00");
    }

    @Test
    void two_requests_that_fight_for_a_key_are_one_operation_and_refusals() throws Exception {
        var ledger = ledger();
        var answers = atOnce(() -> ledger.sendAs("k", "deposits", money("a", amountOfThisThread(), "EUR")));
        var accepted = answers.stream().filter(answer -> answer.status() == 202).toList();
        assertThat(accepted.stream().map(Answer::operationId).distinct()).hasSize(1);
        answers.stream()
                .filter(answer -> answer.status() != 202)
                .forEach(answer -> answer.isProblem(422, "idempotency_key_reused"));
        ledger.outcome(accepted.getFirst().operationId());
        assertThat(ledger.operations()).hasSize(1);
    }

    private static String amountOfThisThread() {
        return (Thread.currentThread().threadId() % 2 + 1) + ".00";
    }

    private static List<Answer> atOnce(Callable<Answer> request) throws Exception {
        var start = new CyclicBarrier(AT_ONCE);
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var tasks = IntStream.range(0, AT_ONCE)
                    .mapToObj(i -> threads.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return request.call();
                    }))
                    .toList();
            for (Future<Answer> task : tasks) {
                task.get(40, TimeUnit.SECONDS);
            }
            return tasks.stream().map(Future::resultNow).toList();
        }
    }

    @Test
    void operations_of_one_key_prefix_do_not_meet() {
        var ledger = ledger();
        var ids = List.of("k", "k#0", "k 0", UUID.randomUUID().toString()).stream()
                .map(key -> ledger.sendAs(key, "deposits", money("a", "1.00", "EUR"))
                        .is(202)
                        .operationId())
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }
}
