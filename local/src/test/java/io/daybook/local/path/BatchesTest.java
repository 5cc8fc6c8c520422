package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.Claim;
import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

@OnOneStack
class BatchesTest {
    private final Daybook daybook;

    BatchesTest(Daybook daybook) {
        this.daybook = daybook;
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    private static Map<String, Object> deposit(String amount) {
        return item("deposit", money("a", amount, "EUR"));
    }

    private static Map<String, Object> withdrawal(String amount) {
        return item("withdrawal", money("a", amount, "EUR"));
    }

    private static Map<String, Object> batch(boolean atomic, List<?> operations) {
        return object("atomic", atomic, "operations", operations);
    }

    private static List<UUID> ids(Answer answer) {
        return answer.json().path("operations").findValuesAsText("operation_id").stream()
                .map(UUID::fromString)
                .toList();
    }

    private static List<String> statuses(Ledger ledger, Answer answer) {
        return ids(answer).stream()
                .map(id -> ledger.outcome(id).path("status").asText())
                .toList();
    }

    @Test
    void a_batch_is_applied_in_its_order_and_each_operation_for_itself() {
        var ledger = ledger();
        var answer = ledger.send(
                        "batches",
                        batch(
                                false,
                                List.of(
                                        withdrawal("1.00"),
                                        deposit("5.00"),
                                        withdrawal("6.00"),
                                        withdrawal("2.00"),
                                        item("transfer", Ledger.transfer("a", "b", "3.00", "EUR")),
                                        item(
                                                "journal",
                                                object(
                                                        "postings",
                                                        List.of(
                                                                money("a", "1.00", "EUR"),
                                                                money("b", "-1.00", "EUR")))))))
                .is(202);
        assertThat(answer.text("message")).isNotBlank();
        assertThat(answer.header("Retry-After")).isPresent();
        assertThat(answer.json().path("operations").findValuesAsText("index"))
                .containsExactly("0", "1", "2", "3", "4", "5");
        assertThat(statuses(ledger, answer))
                .containsExactly("failed", "succeeded", "failed", "succeeded", "succeeded", "succeeded");
        assertThat(ids(answer).stream()
                        .map(ledger::operation)
                        .filter(operation -> operation.has("result"))
                        .map(operation ->
                                operation.path("result").path("sequence").asInt()))
                .containsExactly(1, 2, 3, 4);
        assertThat(ledger.balance("a")).isEqualTo("1.00");
        assertThat(ledger.balance("b")).isEqualTo("2.00");
    }

    @Test
    void an_atomic_batch_is_applied_whole() {
        var ledger = ledger();
        var answer = ledger.send("batches", batch(true, List.of(deposit("5.00"), withdrawal("5.00"), deposit("1.00"))))
                .is(202);
        assertThat(statuses(ledger, answer)).containsOnly("succeeded");
        assertThat(ledger.balance("a")).isEqualTo("1.00");
    }

    @Test
    void an_atomic_batch_with_one_refusal_moves_nothing_and_every_operation_says_why() {
        var ledger = ledger().funded("a", "1.00");
        var answer = ledger.send(
                        "batches",
                        batch(true, List.of(deposit("5.00"), withdrawal("6.00"), withdrawal("6.00"), deposit("1.00"))))
                .is(202);
        assertThat(statuses(ledger, answer)).containsOnly("failed");
        var errors = ids(answer).stream()
                .map(id -> ledger.operation(id).path("error"))
                .toList();
        assertThat(errors.stream().map(error -> error.path("code").asText()))
                .containsExactly("batch_refused", "batch_refused", "insufficient_funds", "batch_refused");
        assertThat(errors.stream()
                        .filter(error -> error.has("item"))
                        .map(error -> error.path("item").asInt()))
                .containsOnly(2);
        assertThat(ledger.balance("a")).isEqualTo("1.00");
        assertThat(ledger.statement("a")).hasSize(1);
        ledger.funded("a", "2.00");
    }

    @Test
    void a_thousand_operations_are_a_batch_and_one_more_is_not() {
        var ledger = ledger();
        var thousand = IntStream.range(0, 1000).mapToObj(i -> deposit("0.01")).toList();
        var more = new ArrayList<>(thousand);
        more.add(deposit("0.01"));
        for (var operations : List.of(more, List.of())) {
            var refused = ledger.send("batches", batch(false, operations)).isProblem(422, "validation_failed");
            assertThat(refused.json().path("errors").findValuesAsText("pointer"))
                    .containsExactly("/operations");
        }
        assertThat(ledger.operations()).isEmpty();
        var answer = ledger.send("batches", batch(false, thousand)).is(202);
        assertThat(ids(answer)).hasSize(1000).doesNotHaveDuplicates().isSorted();
        ledger.outcome(ids(answer).getLast());
        assertThat(ledger.balance("a")).isEqualTo("10.00");
    }

    @Test
    void a_batch_too_long_for_a_message_is_split_in_its_order_or_refused_if_it_is_atomic() {
        var ledger = ledger();
        var operations = IntStream.range(0, 900)
                .mapToObj(i -> {
                    var one = deposit("1.00");
                    one.put("description", noise());
                    return one;
                })
                .toList();
        ledger.sendAs("atomic", "batches", batch(true, operations)).isProblem(413, "payload_too_large");
        assertThat(ledger.operations()).isEmpty();

        var answer = ledger.sendAs("split", "batches", batch(false, operations)).is(202);
        ledger.outcome(ids(answer).getLast());
        assertThat(ids(answer).stream()
                        .map(ledger::operation)
                        .map(operation ->
                                operation.path("result").path("sequence").asInt()))
                .isEqualTo(IntStream.rangeClosed(1, 900).boxed().toList());
        assertThat(ledger.balance("a")).isEqualTo("900.00");

        var again = ledger.sendAs("split", "batches", batch(false, operations)).is(202);
        assertThat(again.replayed()).isTrue();
        assertThat(ids(again)).isEqualTo(ids(answer));
        assertThat(ledger.balance("a")).isEqualTo("900.00");
        ledger.sendAs("atomic", "batches", batch(true, operations.subList(0, 10)))
                .is(202);
    }

    /** Does not get shorter when it is compressed. */
    private static String noise() {
        var bytes = new byte[330];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void a_body_of_more_than_a_mebibyte_is_refused() {
        var operations = IntStream.range(0, 1000)
                .mapToObj(i -> {
                    var one = deposit("1.00");
                    one.put("description", "x".repeat(500));
                    one.put("metadata", object("a", "x".repeat(500)));
                    return one;
                })
                .toList();
        ledger().send("batches", batch(false, operations)).isProblem(413, "payload_too_large");
    }

    @Test
    void the_same_key_and_body_is_the_same_batch_and_another_body_is_refused() {
        var ledger = ledger();
        var body = batch(false, List.of(deposit("1.00"), withdrawal("5.00"), deposit("2.00")));
        var first = ledger.sendAs("k", "batches", body).is(202);
        var again = ledger.sendAs("k", "batches", body).is(202);
        assertThat(first.replayed()).isFalse();
        assertThat(again.replayed()).isTrue();
        assertThat(ids(again)).isEqualTo(ids(first));
        assertThat(statuses(ledger, again)).containsExactly("succeeded", "failed", "succeeded");

        for (var other : List.of(
                batch(true, List.of(deposit("1.00"), withdrawal("5.00"), deposit("2.00"))),
                batch(false, List.of(deposit("1.00"), withdrawal("5.00"))),
                batch(false, List.of(deposit("1.00"), withdrawal("5.00"), deposit("2.01"))))) {
            ledger.sendAs("k", "batches", other).isProblem(422, "idempotency_key_reused");
        }
        assertThat(ledger.balance("a")).isEqualTo("3.00");
    }

    @Test
    void operations_with_keys_of_their_own_are_the_same_in_any_batch_and_alone() {
        var ledger = ledger();
        var own = deposit("1.00");
        own.put("idempotency_key", "own");
        var first = ledger.send("batches", batch(false, List.of(own, deposit("2.00"), own)))
                .is(202);
        assertThat(ids(first).get(0)).isEqualTo(ids(first).get(2));
        var second = ledger.send("batches", batch(false, List.of(deposit("4.00"), own)))
                .is(202);
        assertThat(ids(second).get(1)).isEqualTo(ids(first).get(0));
        assertThat(second.json().path("operations").get(1).path("replayed").asBoolean())
                .isTrue();
        var alone = ledger.sendAs("own", "deposits", money("a", "1.00", "EUR")).is(202);
        assertThat(alone.operationId()).isEqualTo(ids(first).get(0));
        assertThat(alone.replayed()).isTrue();
        ledger.outcome(ids(second).get(0));
        assertThat(ledger.balance("a")).isEqualTo("7.00");

        var other = deposit("9.00");
        other.put("idempotency_key", "own");
        var refused = ledger.send("batches", batch(false, List.of(deposit("8.00"), other)))
                .isProblem(422, "idempotency_key_reused");
        assertThat(refused.json().path("item").asInt()).isEqualTo(1);
        assertThat(ledger.balance("a")).isEqualTo("7.00");
    }

    /** As far as the queue knows, the second message is not a repetition of the first, which it has taken already. */
    @Test
    void a_batch_that_begins_with_an_operation_whose_sending_is_uncertain_is_applied_whole() {
        var ledger = ledger();
        var alone = ledger.sendAs("own", "deposits", money("a", "1.00", "EUR")).is(202);
        ledger.outcome(alone.operationId());
        unconfirm(ledger, "own");

        var own = deposit("1.00");
        own.put("idempotency_key", "own");
        var batch = ledger.send("batches", batch(false, List.of(own, deposit("2.00"))))
                .is(202);

        assertThat(ids(batch).get(0)).isEqualTo(alone.operationId());
        ledger.outcome(ids(batch).get(1));
        assertThat(ledger.balance("a")).isEqualTo("3.00");
    }

    /** As if intake had ended between the queue's answer and its note of it. */
    private void unconfirm(Ledger ledger, String key) {
        var claim = RedisKeys.claim(Daybook.TENANT, ledger.id(), key);
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            await().until(() -> Claim.parse(redis.get(claim)).sent());
            redis.set(
                    claim,
                    redis.get(claim).replace(" sent", ""),
                    SetParams.setParams().keepttl());
        }
    }

    @Test
    void an_atomic_batch_falls_with_an_operation_that_has_failed_before() {
        var ledger = ledger();
        ledger.sendAs("own", "withdrawals", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .isProblem(422, "insufficient_funds");
        var own = item("withdrawal", money("a", "5.00", "EUR"));
        own.put("idempotency_key", "own");

        var batch = ledger.send("batches", batch(true, List.of(own, deposit("2.00"))))
                .is(202);

        var second = ledger.outcome(ids(batch).get(1));
        assertThat(second.path("status").asText()).isEqualTo("failed");
        assertThat(ledger.balance("a")).isEqualTo("0.00");
    }

    @Test
    void an_item_does_not_have_the_key_of_its_batch() {
        var ledger = ledger();
        var own = deposit("1.00");
        own.put("idempotency_key", "k");
        var refused = ledger.sendAs("k", "batches", batch(false, List.of(own))).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer"))
                .containsExactly("/operations/0/idempotency_key");
    }

    @Test
    void what_is_wrong_in_an_item_is_told_with_its_place() {
        var refused = ledger().send(
                        "batches",
                        batch(
                                false,
                                List.of(
                                        deposit("1.00"),
                                        item("gift", money("a", "1.00", "EUR")),
                                        deposit("x"),
                                        object("kind", "transfer", "from_account_id", "a", "to_account_id", "a"))))
                .isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer"))
                .contains(
                        "/operations/1/kind",
                        "/operations/2/amount",
                        "/operations/3/to_account_id",
                        "/operations/3/amount")
                .noneMatch(pointer -> pointer.startsWith("/operations/0"));
    }

    @Test
    void a_reference_is_taken_by_the_first_of_a_batch() {
        var ledger = ledger();
        var one = deposit("1.00");
        one.put("reference_id", "r");
        var two = deposit("2.00");
        two.put("reference_id", "r");
        var answer = ledger.send("batches", batch(false, List.of(one, two))).is(202);
        assertThat(statuses(ledger, answer)).containsExactly("succeeded", "failed");
        var error = ledger.operation(ids(answer).get(1)).path("error");
        assertThat(error.path("code").asText()).isEqualTo("duplicate_reference");
        assertThat(error.path("first_operation_id").asText())
                .isEqualTo(ids(answer).get(0).toString());
        var atomic = ledger.send("batches", batch(true, List.of(deposit("4.00"), two)))
                .is(202);
        assertThat(statuses(ledger, atomic)).containsOnly("failed");
        assertThat(ledger.balance("a")).isEqualTo("1.00");
    }

    @Test
    void a_batch_on_a_ledger_that_is_not_there_is_refused() {
        daybook.api()
                .post("/ledgers/none/batches", batch(false, List.of(deposit("1.00"))), "Idempotency-Key", "k")
                .isProblem(404, "ledger_not_found");
    }

    @Test
    void accounts_that_are_not_there_fail_in_the_books() {
        var ledger = ledger();
        var answer = ledger.send(
                        "batches",
                        batch(
                                false,
                                List.of(
                                        item("deposit", money("none", "1.00", "EUR")),
                                        item("deposit", money("a", "1.00", "USD")),
                                        item("deposit", money("a", "1.001", "EUR")),
                                        deposit("1.00"))))
                .is(202);
        assertThat(statuses(ledger, answer)).containsExactly("failed", "failed", "failed", "succeeded");
        assertThat(ids(answer).stream()
                        .limit(3)
                        .map(ledger::operation)
                        .map(operation -> operation.path("error").path("code"))
                        .map(JsonNode::asText))
                .containsExactly("account_not_found", "currency_mismatch", "amount_scale");
    }
}
