package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** The synchronous side, which stands beside the queue while clients move. */
@OnOneStack
class SyncTest {
    private final Daybook daybook;

    SyncTest(Daybook daybook) {
        this.daybook = daybook;
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private void forget(Ledger ledger, String key, UUID operationId) {
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.claim(Daybook.TENANT, ledger.id(), key));
            redis.del(RedisKeys.operation(operationId));
        }
    }

    @Test
    void what_is_asked_for_is_done_when_it_is_answered() {
        var ledger = ledger();
        var deposit =
                ledger.syncAs(key(), "deposits", money("a", "10.00", "EUR")).is(200);
        assertThat(deposit.text("status")).isEqualTo("succeeded");
        assertThat(deposit.text("balance_after")).isEqualTo("10.00");
        assertThat(ledger.balance("a")).isEqualTo("10.00");

        var withdrawal =
                ledger.syncAs(key(), "withdrawals", money("a", "3.00", "EUR")).is(200);
        assertThat(withdrawal.text("balance_after")).isEqualTo("7.00");

        var transfer = ledger.syncAs(key(), "transfers", Ledger.transfer("a", "b", "2.00", "EUR"))
                .is(200);
        assertThat(transfer.text("balance_after")).isEqualTo("5.00");
        assertThat(transfer.json().path("result").path("balances").findValuesAsText("balance_after"))
                .containsExactly("5.00", "2.00");

        var seen = ledger.operation(transfer.operationId());
        assertThat(seen.path("status").asText()).isEqualTo("succeeded");
        assertThat(seen.path("result").path("sequence").asInt()).isEqualTo(3);
        assertThat(seen.path("transitions").findValuesAsText("status")).containsExactly("pending", "succeeded");
        assertThat(ledger.operations().getFirst()).isEqualTo(seen);
    }

    @Test
    void a_refusal_is_its_outcome_and_moves_nothing() {
        var ledger = ledger();
        ledger.syncAs(key(), "deposits", money("a", "10.00", "EUR")).is(200);
        var refused =
                ledger.syncAs("k", "withdrawals", money("a", "10.01", "EUR")).isProblem(422, "insufficient_funds");
        assertThat(ledger.operation(refused.operationId()).path("status").asText())
                .isEqualTo("failed");
        ledger.syncAs(key(), "deposits", money("a", "10.00", "EUR")).is(200);
        var again =
                ledger.syncAs("k", "withdrawals", money("a", "10.01", "EUR")).isProblem(422, "insufficient_funds");
        assertThat(again.operationId()).isEqualTo(refused.operationId());
        assertThat(again.replayed()).isTrue();
        assertThat(ledger.balance("a")).isEqualTo("20.00");
    }

    @Test
    void every_answer_says_since_when_it_is_deprecated_when_it_will_be_gone_and_what_succeeds_it() {
        var ledger = ledger();
        var answers = List.of(
                ledger.syncAs(key(), "deposits", money("a", "1.00", "EUR")).is(200),
                ledger.syncAs(key(), "deposits", money("a", "1.00", "EUR"), "Prefer", "respond-async")
                        .is(200),
                ledger.syncAs(key(), "deposits", "{}").isProblem(422, "validation_failed"),
                ledger.syncAs(key(), "deposits", money("none", "1.00", "EUR")).isProblem(404, "account_not_found"));
        for (var answer : answers) {
            var since = answer.header("Deprecation").orElseThrow();
            assertThat(since).matches("@[0-9]+");
            var gone = ZonedDateTime.parse(answer.header("Sunset").orElseThrow(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            assertThat(gone).isAfter(Instant.ofEpochSecond(Long.parseLong(since.substring(1))));
            assertThat(answer.header("Link"))
                    .hasValue("</v1/ledgers/%s/deposits>; rel=\"successor-version\"".formatted(ledger.id()));
        }
        var successor = ledger.deposit("a", "1.00").is(202);
        assertThat(successor.header("Deprecation")).isEmpty();
        assertThat(successor.header("Sunset")).isEmpty();
        assertThat(successor.header("Link")).isEmpty();
    }

    @Test
    void a_key_is_the_same_on_both_sides() {
        var ledger = ledger();
        var body = money("a", "5.00", "EUR");
        var first = ledger.syncAs("from sync", "deposits", body).is(200);
        assertThat(first.replayed()).isFalse();
        var second = ledger.sendAs("from async", "deposits", body, "Prefer", "wait=20")
                .is(200);
        for (var replay : List.of(
                ledger.syncAs("from sync", "deposits", body).is(200),
                ledger.sendAs("from sync", "deposits", body, "Prefer", "wait=5").is(200))) {
            assertThat(replay.replayed()).isTrue();
            assertThat(replay.json()).isEqualTo(first.json());
        }
        var replay = ledger.syncAs("from async", "deposits", body).is(200);
        assertThat(replay.replayed()).isTrue();
        assertThat(replay.operationId()).isEqualTo(second.operationId());
        for (var key : List.of("from sync", "from async")) {
            ledger.syncAs(key, "deposits", money("a", "5.01", "EUR")).isProblem(422, "idempotency_key_reused");
            ledger.syncAs(key, "withdrawals", body).isProblem(422, "idempotency_key_reused");
        }
        ledger.sendAs("from sync", "deposits", money("b", "5.00", "EUR")).isProblem(422, "idempotency_key_reused");
        assertThat(ledger.balance("a")).isEqualTo("10.00");
    }

    @Test
    void a_key_is_for_ever_even_if_redis_has_forgotten_it() {
        var ledger = ledger();
        var body = money("a", "5.00", "EUR");
        var first = ledger.syncAs("k", "deposits", body).is(200);
        forget(ledger, "k", first.operationId());
        var again = ledger.syncAs("k", "deposits", body).is(200);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text("duplicate_of")).isEqualTo(first.operationId().toString());
        assertThat(again.text("balance_after")).isEqualTo("5.00");
        forget(ledger, "k", again.operationId());
        var other = ledger.syncAs("k", "deposits", money("a", "6.00", "EUR")).isProblem(422, "idempotency_key_reused");
        assertThat(other.text("first_operation_id"))
                .isEqualTo(first.operationId().toString());
        assertThat(ledger.balance("a")).isEqualTo("5.00");
    }

    @Test
    void the_key_of_an_item_of_a_batch_answers_with_that_item_and_takes_nothing_out_of_the_batch() {
        var ledger = ledger();
        var deposit = money("a", "5.00", "EUR");
        var batch = ledger.sendAs(
                        "whole",
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(item("deposit", deposit), item("withdrawal", money("a", "9.00", "EUR")))))
                .is(202);
        var item = UUID.fromString(
                batch.json().path("operations").get(0).path("operation_id").asText());
        var answer = ledger.syncAs("whole#0", "deposits", deposit).isProblem(422, "batch_refused");
        assertThat(answer.operationId()).isEqualTo(item);
        assertThat(answer.replayed()).isTrue();
        assertThat(ledger.balance("a")).isEqualTo("0.00");
    }

    @Test
    void a_reference_is_its_ledgers_on_both_sides() {
        var ledger = ledger();
        var body = money("a", "1.00", "EUR");
        body.put("reference_id", "invoice 7");
        var first = ledger.syncAs(key(), "deposits", body).is(200);
        for (var second :
                List.of(ledger.syncAs(key(), "deposits", body), ledger.send("deposits", body, "Prefer", "wait=20"))) {
            second.isProblem(422, "duplicate_reference");
            assertThat(second.text("first_operation_id"))
                    .isEqualTo(first.operationId().toString());
        }
        assertThat(ledger.balance("a")).isEqualTo("1.00");
    }

    @Test
    void a_transfer_to_another_ledger_is_for_the_asynchronous_side() {
        var ledger = ledger().funded("a", "5.00");
        var other = ledger();
        var body = Ledger.transfer("a", "b", "5.00", "EUR");
        body.put("to_ledger_id", other.id());
        var refused = ledger.syncAs("k", "transfers", body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly("/to_ledger_id");
        body.put("to_ledger_id", ledger.id());
        ledger.syncAs("k", "transfers", body).is(200);
        assertThat(ledger.balance("b")).isEqualTo("5.00");
    }

    @ParameterizedTest
    @CsvSource({
        "deposits, none, 1.00, EUR, 404, account_not_found",
        "deposits, a, 1.00, USD, 422, currency_mismatch",
        "withdrawals, a, 1.001, EUR, 422, amount_scale",
        "deposits, a, 0.00, EUR, 422, validation_failed",
        "deposits, external:EUR, 1.00, EUR, 422, validation_failed",
        "journals, a, 1.00, EUR, 404, not_found",
        "holds, a, 1.00, EUR, 404, not_found",
    })
    void what_cannot_succeed_is_refused_at_the_door(
            String kinds, String account, String amount, String currency, int status, String code) {
        var ledger = ledger();
        ledger.syncAs(key(), kinds, money(account, amount, currency)).isProblem(status, code);
        assertThat(ledger.operations()).isEmpty();
    }

    @Test
    void a_request_is_as_strict_as_on_the_other_side() {
        var ledger = ledger();
        var path = "/sync" + ledger.path() + "/deposits";
        var body = money("a", "1.00", "EUR");
        var api = daybook.api();
        api.post(path, body).isProblem(400, "idempotency_key_missing");
        api.post(path, "{", "Idempotency-Key", "k").isProblem(400, "malformed_request");
        api.post(path, object("amount", 1), "Idempotency-Key", "k").isProblem(422, "validation_failed");
        api.send("POST", path, body, "Idempotency-Key", "k").isProblem(415, "unsupported_media_type");
        api.send("GET", path, null).isProblem(404, "not_found");
        api.send("PUT", path, body, "Content-Type", "application/json").isProblem(405, "method_not_allowed");
        api.post("/sync/ledgers/none/deposits", body, "Idempotency-Key", "k").isProblem(404, "ledger_not_found");
        api.post("/sync/ledgers/-/deposits", body, "Idempotency-Key", "k").isProblem(404, "ledger_not_found");
        ledger.by(daybook.api("stranger", Daybook.ALL_SCOPES))
                .syncAs("k", "deposits", body)
                .isProblem(404, "ledger_not_found");
        ledger.by(daybook.api(Daybook.TENANT, "ledger:read ledger:admin"))
                .syncAs("k", "deposits", body)
                .isProblem(403, "forbidden");
        daybook.api("").post(path, body, "Idempotency-Key", "k").isProblem(401, "unauthorized");
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"frozen", "closed"})
    void an_account_that_takes_no_part_takes_none_here(String status) {
        var ledger = ledger().status("a", status);
        ledger.syncAs(key(), "deposits", money("a", "1.00", "EUR")).isProblem(422, "account_" + status);
        ledger.syncAs(key(), "transfers", Ledger.transfer("b", "a", "1.00", "EUR"))
                .isProblem(422, "account_" + status);
    }

    @Test
    void both_sides_at_once_move_every_cent_once_and_never_below_the_floor() throws Exception {
        var ledger = ledger().funded("a", "20.00");
        var requests = new ArrayList<Callable<Answer>>();
        IntStream.range(0, 40).forEach(i -> {
            var body = money("a", "1.00", "EUR");
            requests.add(() -> i % 2 == 0
                    ? ledger.syncAs("w" + i, "withdrawals", body)
                    : ledger.sendAs("w" + i, "withdrawals", body, "Prefer", "wait=20"));
        });
        List<Answer> answers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var answer : threads.invokeAll(requests, 60, TimeUnit.SECONDS)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(20);
        assertThat(answers.stream().filter(answer -> answer.status() == 422))
                .hasSize(20)
                .allSatisfy(answer -> assertThat(answer.text("code")).isEqualTo("insufficient_funds"));
        assertThat(ledger.balance("a")).isEqualTo("0.00");
    }

    @Test
    void one_key_sent_to_both_sides_at_once_is_one_operation() throws Exception {
        var ledger = ledger();
        for (var round = 0; round < 5; round++) {
            var key = "round " + round;
            var requests = IntStream.range(0, 6)
                    .<Callable<Answer>>mapToObj(i -> () -> i % 2 == 0
                            ? ledger.syncAs(key, "deposits", money("a", "1.00", "EUR"))
                            : ledger.sendAs(key, "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20"))
                    .toList();
            try (var threads = Executors.newFixedThreadPool(6)) {
                var ids = new ArrayList<UUID>();
                for (var answer : threads.invokeAll(requests, 60, TimeUnit.SECONDS)) {
                    ids.add(answer.get().is(200).operationId());
                }
                assertThat(ids).containsOnly(ids.getFirst());
            }
        }
        assertThat(ledger.balance("a")).isEqualTo("5.00");
        assertThat(ledger.operations()).hasSize(5);
    }

    @Test
    void both_sides_make_one_chain_of_the_books() {
        var ledger = ledger();
        var ways = List.<Map.Entry<String, String>>of(
                Map.entry("sync", "1.00"), Map.entry("async", "2.00"), Map.entry("sync", "4.00"));
        for (var way : ways) {
            var body = money("a", way.getValue(), "EUR");
            if (way.getKey().equals("sync")) {
                ledger.syncAs(key(), "deposits", body).is(200);
            } else {
                ledger.send("deposits", body, "Prefer", "wait=20").is(200);
            }
        }
        assertThat(ledger.statement("a").stream()
                        .map(line -> line.path("balance_after").asText()))
                .containsExactly("1.00", "3.00", "7.00");
        assertThat(ledger.audit().path("last_sequence").asInt()).isEqualTo(3);
    }
}
