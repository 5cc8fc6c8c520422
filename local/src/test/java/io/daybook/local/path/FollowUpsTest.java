package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** Captures, releases and reversals: what follows on an operation that is known by its id alone. */
@OnOneStack
class FollowUpsTest {
    private static final Map<String, Object> NOTHING = Map.of();

    private final Daybook daybook;
    private final Api api;

    FollowUpsTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR").funded("a", "10.00");
    }

    private static UUID hold(Ledger ledger, String amount) {
        var held = ledger.send("holds", money("a", amount, "EUR"), "Prefer", "wait=20")
                .is(200);
        assertThat(held.text("hold_id")).isEqualTo(held.operationId().toString());
        return held.operationId();
    }

    private static Answer follow(Ledger ledger, String path, Object body, String... headers) {
        return ledger.sendTo(path, UUID.randomUUID().toString(), body, headers);
    }

    private static String available(Ledger ledger, String account) {
        return ledger.api().get(ledger.path() + "/accounts/" + account).is(200).text("available");
    }

    private void forget(UUID operationId) {
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.operation(operationId));
        }
    }

    @Test
    void a_hold_is_known_by_the_id_of_its_operation_at_once() {
        var ledger = ledger();
        var held = ledger.send("holds", money("a", "4.00", "EUR")).is(202);
        assertThat(held.text("hold_id")).isEqualTo(held.text("operation_id"));
        assertThat(held.json().has("action_item_id")).isFalse();
        var capture = follow(
                        ledger,
                        "/holds/" + held.text("hold_id") + "/captures",
                        object("to_account_id", "b"),
                        "Prefer",
                        "wait=20")
                .is(200);
        assertThat(capture.text("hold_id")).isEqualTo(held.text("hold_id"));
        assertThat(capture.text("kind")).isEqualTo("capture");
        assertThat(capture.json().path("request").path("hold_id").asText()).isEqualTo(held.text("hold_id"));
        assertThat(List.of(ledger.balance("a"), ledger.balance("b"))).containsExactly("6.00", "4.00");
    }

    @Test
    void a_hold_is_captured_in_parts_and_the_rest_let_go() {
        var ledger = ledger();
        var hold = hold(ledger, "6.00");
        assertThat(available(ledger, "a")).isEqualTo("4.00");
        var part = follow(ledger, "/holds/" + hold + "/captures", object("to_account_id", "b", "amount", "2.00"))
                .is(202);
        assertThat(part.text("status")).isEqualTo("pending");
        assertThat(part.text("hold_id")).isEqualTo(hold.toString());
        assertThat(part.header("Location")).hasValue("/v1/operations/" + part.operationId());
        assertThat(part.header("Retry-After")).isPresent();
        follow(
                        ledger,
                        "/holds/" + hold + "/captures",
                        object("to_account_id", "b", "amount", "4.01"),
                        "Prefer",
                        "wait=20")
                .isProblem(422, "hold_exceeded");
        follow(ledger, "/holds/" + hold + "/releases", NOTHING, "Prefer", "wait=20")
                .is(200);
        follow(ledger, "/holds/" + hold + "/captures", object("to_account_id", "b"), "Prefer", "wait=20")
                .isProblem(422, "hold_not_open");
        assertThat(available(ledger, "a")).isEqualTo("8.00");
        assertThat(ledger.balance("b")).isEqualTo("2.00");
    }

    @Test
    void a_hold_that_was_refused_is_no_hold() {
        var ledger = ledger();
        var refused = ledger.send("holds", money("a", "10.01", "EUR"), "Prefer", "wait=20")
                .isProblem(422, "insufficient_funds");
        follow(
                        ledger,
                        "/holds/" + refused.operationId() + "/captures",
                        object("to_account_id", "b"),
                        "Prefer",
                        "wait=20")
                .isProblem(404, "hold_not_found");
        assertThat(ledger.balance("b")).isEqualTo("0.00");
    }

    @Test
    void an_operation_is_reversed_once() {
        var ledger = ledger();
        var transfer = ledger.transfer("a", "b", "3.00").is(200).operationId();
        var path = "/operations/" + transfer + "/reversals";
        var reversal = follow(ledger, path, object("description", "not wanted"), "Prefer", "wait=20")
                .is(200);
        assertThat(reversal.text("kind")).isEqualTo("reversal");
        assertThat(reversal.text("ledger_id")).isEqualTo(ledger.id());
        assertThat(List.of(ledger.balance("a"), ledger.balance("b"))).containsExactly("10.00", "0.00");
        var second = follow(ledger, path, NOTHING, "Prefer", "wait=20").isProblem(422, "already_reversed");
        assertThat(second.text("first_operation_id"))
                .isEqualTo(reversal.operationId().toString());
        assertThat(ledger.balance("a")).isEqualTo("10.00");
    }

    @Test
    void only_an_admin_may_force_a_reversal() {
        var ledger = daybook.ledger().account("a", "EUR", "0.00");
        var deposit = ledger.deposit("a", "5.00", "Prefer", "wait=20").is(200).operationId();
        ledger.withdraw("a", "5.00").is(200);
        var path = "/operations/" + deposit + "/reversals";
        var force = object("force", true);
        var writer = ledger.by(daybook.api(Daybook.TENANT, "ledger:read ledger:write"));
        follow(writer, path, force).isProblem(403, "forbidden");
        writer.send(
                        "batches",
                        object(
                                "operations",
                                List.of(item("reversal", object("operation_id", deposit.toString(), "force", true)))))
                .isProblem(403, "forbidden");
        follow(ledger.by(daybook.api(Daybook.TENANT, "ledger:admin")), path, force)
                .isProblem(403, "forbidden");
        follow(writer, path, object("force", false), "Prefer", "wait=20").isProblem(422, "insufficient_funds");
        follow(writer, path, NOTHING, "Prefer", "wait=20").isProblem(422, "insufficient_funds");
        assertThat(ledger.balance("a")).isEqualTo("0.00");
        follow(ledger.broken(), path, force, "Prefer", "wait=20").is(200);
        assertThat(ledger.balance("a")).isEqualTo("-5.00");
    }

    @Test
    void what_went_to_another_ledger_is_reversed_from_there() {
        var ledger = ledger();
        var other = daybook.ledger().account("c", "EUR");
        var body = Ledger.transfer("a", "c", "4.00", "EUR");
        body.put("to_ledger_id", other.id());
        var transfer = ledger.send("transfers", body, "Prefer", "wait=20").is(200);
        assertThat(List.of(ledger.balance("a"), other.balance("c"))).containsExactly("6.00", "4.00");
        var reversal = follow(
                        other, "/operations/" + transfer.operationId() + "/reversals", NOTHING, "Prefer", "wait=20")
                .is(200);
        assertThat(reversal.text("ledger_id")).isEqualTo(other.id());
        assertThat(List.of(ledger.balance("a"), other.balance("c"))).containsExactly("10.00", "0.00");
    }

    @Test
    void what_redis_has_forgotten_is_found_in_postgresql() {
        var ledger = ledger();
        var hold = hold(ledger, "1.00");
        var transfer = ledger.transfer("a", "b", "2.00").is(200).operationId();
        forget(hold);
        forget(transfer);
        follow(ledger, "/holds/" + hold + "/captures", object("to_account_id", "b"), "Prefer", "wait=20")
                .is(200);
        follow(ledger, "/operations/" + transfer + "/reversals", NOTHING, "Prefer", "wait=20")
                .is(200);
        assertThat(ledger.balance("a")).isEqualTo("9.00");
        forget(hold);
        follow(ledger.by(daybook.api("stranger", Daybook.ALL_SCOPES)), "/holds/" + hold + "/releases", NOTHING)
                .isProblem(404, "hold_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"captures", "releases", "reversals"})
    void nothing_follows_on_what_is_not_there(String kinds) {
        var ledger = ledger();
        var deposit = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
        var hold = hold(ledger, "1.00");
        var isReversal = kinds.equals("reversals");
        var body = kinds.equals("captures") ? object("to_account_id", "b") : NOTHING;
        var code = isReversal ? "operation_not_found" : "hold_not_found";
        var root = isReversal ? "/operations/" : "/holds/";
        for (var id : List.of("7", "x", "%00", UUID.randomUUID().toString(), "01a1fd62-bf1f-7000-afb0-2279fc410e83")) {
            follow(ledger, root + id + "/" + kinds, body).isProblem(404, code);
        }
        if (!isReversal) {
            follow(ledger, root + deposit + "/" + kinds, body).isProblem(404, code);
        }
        var stranger = ledger.by(daybook.api("stranger", Daybook.ALL_SCOPES));
        follow(stranger, root + (isReversal ? deposit : hold) + "/" + kinds, body)
                .isProblem(404, code);
        follow(ledger.by(daybook.api(Daybook.TENANT, "ledger:read")), root + hold + "/" + kinds, body)
                .isProblem(403, "forbidden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "captures  | {} | /to_account_id",
                "captures  | {\"to_account_id\":\"external:EUR\"} | /to_account_id",
                "captures  | {\"to_account_id\":\"b\",\"amount\":\"0.00\"} | /amount",
                "captures  | {\"to_account_id\":\"b\",\"amount\":1} | /amount",
                "captures  | {\"to_account_id\":\"b\",\"hold_id\":\"x\"} | /hold_id",
                "captures  | {\"to_account_id\":\"b\",\"currency\":\"EUR\"} | /currency",
                "releases  | {\"amount\":\"1.00\"} | /amount",
                "releases  | {\"metadata\":[]} | /metadata",
                "reversals | {\"force\":\"yes\"} | /force",
                "reversals | {\"operation_id\":null} | /operation_id",
            })
    void a_request_is_read_strictly(String kinds, String body, String pointer) {
        var ledger = ledger();
        var hold = hold(ledger, "1.00");
        var path = (kinds.equals("reversals") ? "/operations/" : "/holds/") + hold + "/" + kinds;
        var refused = follow(ledger, path, body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly(pointer);
        assertThat(available(ledger, "a")).isEqualTo("9.00");
    }

    @Test
    void a_request_that_has_nothing_to_say_needs_no_body_and_another_does() {
        var ledger = ledger();
        var hold = hold(ledger, "1.00");
        var path = "/holds/" + hold;
        api.send("POST", path + "/releases", null).isProblem(400, "idempotency_key_missing");
        api.send("POST", path + "/captures", null, "Idempotency-Key", "k").isProblem(422, "validation_failed");
        api.send("POST", path + "/releases", "{}", "Idempotency-Key", "k").isProblem(415, "unsupported_media_type");
        api.send("POST", path + "/releases", "{", "Idempotency-Key", "k", "Content-Type", "application/json")
                .isProblem(400, "malformed_request");
        api.send("POST", path + "/releases", null, "Idempotency-Key", "k", "Prefer", "wait=20")
                .is(200);
        assertThat(available(ledger, "a")).isEqualTo("10.00");
        var deposit = ledger.deposit("b", "1.00", "Prefer", "wait=20").is(200).operationId();
        api.send("POST", "/operations/" + deposit + "/reversals", null, "Idempotency-Key", "r", "Prefer", "wait=20")
                .is(200);
        assertThat(ledger.balance("b")).isEqualTo("0.00");
    }

    @Test
    void keys_are_claimed_in_the_ledger_as_by_any_other_operation() {
        var ledger = ledger();
        var hold = hold(ledger, "5.00");
        var path = "/holds/" + hold + "/captures";
        var body = object("to_account_id", "b", "amount", "2.00");
        var first = ledger.sendTo(path, "k", body, "Prefer", "wait=20").is(200);
        var again = ledger.sendTo(path, "k", body, "Prefer", "wait=20").is(200);
        assertThat(again.replayed()).isTrue();
        assertThat(again.json()).isEqualTo(first.json());
        var inBatch = object("operations", List.of(inBatch(item("capture", body), hold, "k")));
        var batch = ledger.send("batches", inBatch).is(202);
        assertThat(batch.json().path("operations").get(0).path("replayed").asBoolean())
                .isTrue();
        assertThat(batch.json().path("operations").get(0).path("hold_id").asText())
                .isEqualTo(hold.toString());
        for (var refused : List.of(
                ledger.sendTo(path, "k", object("to_account_id", "b", "amount", "1.00")),
                ledger.sendTo("/holds/" + hold + "/releases", "k", NOTHING),
                ledger.sendAs("k", "deposits", money("a", "2.00", "EUR")))) {
            refused.isProblem(422, "idempotency_key_reused");
            assertThat(refused.text("first_operation_id"))
                    .isEqualTo(first.operationId().toString());
        }
        assertThat(ledger.balance("b")).isEqualTo("2.00");
    }

    private static Map<String, Object> inBatch(Map<String, Object> item, UUID hold, String key) {
        item.put("hold_id", hold.toString());
        item.put("idempotency_key", key);
        return item;
    }
}
