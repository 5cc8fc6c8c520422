package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@OnOneStack
class ProblemsTest {
    private static final String DEPOSIT = Api.json(money("a", "1.00", "EUR"));

    private final Daybook daybook;
    private final Api api;

    ProblemsTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "text/json", "image/png"})
    void a_body_of_another_type_is_refused(String type) {
        var ledger = daybook.ledger().account("a", "EUR");
        var path = ledger.path() + "/deposits";
        api.send("POST", path, DEPOSIT, "Content-Type", type, "Idempotency-Key", "k")
                .isProblem(415, "unsupported_media_type");
        api.send("POST", ledger.path() + "/batches", "{}", "Content-Type", type, "Idempotency-Key", "k")
                .isProblem(415, "unsupported_media_type");
        api.send("POST", "/ledgers", object("ledger_id", "x", "name", "x"), "Content-Type", type)
                .isProblem(415, "unsupported_media_type");
        api.send("POST", ledger.path() + "/accounts", "{}", "Content-Type", type)
                .isProblem(415, "unsupported_media_type");
        api.send("PATCH", ledger.path() + "/accounts/a", object("status", "frozen"), "Content-Type", type)
                .isProblem(415, "unsupported_media_type");
        assertThat(ledger.operations()).isEmpty();
    }

    @Test
    void a_body_of_no_type_is_refused() {
        var ledger = daybook.ledger().account("a", "EUR");
        api.send("POST", ledger.path() + "/deposits", DEPOSIT, "Idempotency-Key", "k")
                .isProblem(415, "unsupported_media_type");
        api.send("POST", "/ledgers", object("ledger_id", "x", "name", "x")).isProblem(415, "unsupported_media_type");
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "APPLICATION/JSON",
                "application/json;charset=\"UTF-8\""
            })
    void json_may_be_called_so_in_any_way_that_http_has(String type) {
        var ledger = daybook.ledger().account("a", "EUR");
        var answer =
                api.send("POST", ledger.path() + "/deposits", DEPOSIT, "Content-Type", type, "Idempotency-Key", "k");
        ledger.accepted(answer.is(202).operationId());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{]",
                "nil",
                "{\"account_id\":\"a\",}",
                "{} {}",
                "{'a':1}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":NaN}",
                "{\"a\":\"\n\"}"
            })
    void a_body_that_is_not_json_is_malformed(String body) {
        var refused = daybook.ledger().send("deposits", body);
        refused.isProblem(400, "malformed_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "\"a\"", "null", "true"})
    void json_that_is_no_object_is_not_valid(String body) {
        daybook.ledger().send("deposits", body).isProblem(422, "validation_failed");
    }

    @Test
    void a_body_that_is_deep_or_long_beyond_reason_is_refused() {
        var ledger = daybook.ledger();
        ledger.send("deposits", "[".repeat(50_000)).isProblem(400, "malformed_request");
        ledger.send("deposits", "{\"a\":\"" + "x".repeat(30_000) + "\"}").isProblem(400, "malformed_request");
        ledger.send("deposits", "{\"a\":\"" + "x".repeat(1 << 20) + "\"}").isProblem(413, "payload_too_large");
        assertThat(ledger.send("deposits", "{\"a\":" + "9".repeat(99) + "}").status())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "a.b.c"})
    void a_request_without_a_valid_token_is_unauthorized(String token) {
        for (var path : List.of("/ledgers", "/ledgers/x/operations", "/operations/" + UUID.randomUUID())) {
            var refused = daybook.api(token).get(path).isProblem(401, "unauthorized");
            assertThat(refused.header("WWW-Authenticate").orElse("")).startsWith("Bearer");
            assertThat(refused.text("instance")).isEqualTo("/v1" + path);
        }
        daybook.api(token)
                .post("/ledgers/x/deposits", DEPOSIT, "Idempotency-Key", "k")
                .isProblem(401, "unauthorized");
        daybook.api(token).post("/ledgers", "{}").isProblem(401, "unauthorized");
    }

    @Test
    void a_token_with_one_letter_changed_is_no_token() {
        var token = daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES);
        var payload = token.indexOf('.') + 20;
        var changed =
                token.substring(0, payload) + (token.charAt(payload) == 'A' ? 'B' : 'A') + token.substring(payload + 1);
        daybook.api(changed).get("/ledgers").isProblem(401, "unauthorized");
    }

    @Test
    void each_scope_allows_what_it_says() {
        var ledger = daybook.ledger().account("a", "EUR");
        var reader = ledger.by(daybook.api(Daybook.TENANT, "ledger:read"));
        var writer = ledger.by(daybook.api(Daybook.TENANT, "ledger:write"));
        var nobody = ledger.by(daybook.api(Daybook.TENANT, "profile"));

        ledger.accepted(writer.deposit("a", "1.00").is(202).operationId());
        assertThat(reader.outcome(List.copyOf(writer.accepted()).getFirst())
                        .path("status")
                        .asText())
                .isEqualTo("succeeded");
        for (var denied : List.of(reader, nobody)) {
            denied.deposit("a", "1.00").isProblem(403, "forbidden");
            denied.send("batches", "{}").isProblem(403, "forbidden");
            denied.api().post("/ledgers", "{}").isProblem(403, "forbidden");
            denied.api().post(ledger.path() + "/accounts", "{}").isProblem(403, "forbidden");
            denied.api().patch(ledger.path() + "/accounts/a", "{}").isProblem(403, "forbidden");
        }
        for (var denied : List.of(writer, nobody)) {
            for (var path : List.of("", "/accounts", "/accounts/a", "/accounts/a/entries", "/operations", "/audit")) {
                denied.api().get(ledger.path() + path).isProblem(403, "forbidden");
            }
            denied.api().get("/ledgers").isProblem(403, "forbidden");
        }
    }

    @Test
    void a_tenant_of_no_valid_name_is_forbidden() {
        for (var tenant : List.of("", " ", "a b", "x".repeat(64), "a~b")) {
            daybook.api(tenant, Daybook.ALL_SCOPES).get("/ledgers").isProblem(403, "forbidden");
        }
    }

    @Test
    void nothing_of_another_tenant_is_there() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
        var operation = List.copyOf(ledger.accepted()).getFirst();
        var stranger = daybook.api("stranger", Daybook.ALL_SCOPES);
        for (var path : List.of("", "/accounts", "/accounts/a", "/accounts/a/entries", "/operations", "/audit")) {
            stranger.get(ledger.path() + path).isProblem(404, "ledger_not_found");
        }
        stranger.get("/operations/" + operation).isProblem(404, "operation_not_found");
        stranger.patch(ledger.path() + "/accounts/a", object("status", "frozen"))
                .isProblem(404, "ledger_not_found");
        stranger.post(ledger.path() + "/accounts", object("account_id", "b", "currency", "EUR", "type", "asset"))
                .isProblem(404, "ledger_not_found");
        assertThat(stranger.all("/ledgers").toString()).doesNotContain(ledger.id());
        var before = ledger.operations();
        for (var kinds : List.of("deposits", "withdrawals")) {
            var refused = ledger.by(stranger).send(kinds, DEPOSIT, "Prefer", "wait=20");
            refused.isProblem(404, "ledger_not_found");
        }
        assertThat(ledger.operations()).isEqualTo(before);
        assertThat(ledger.balance("a")).isEqualTo("1.00");
    }

    @Test
    void two_tenants_may_have_ledgers_of_one_name_and_keys_of_one_name() {
        var id = "ledger-" + UUID.randomUUID();
        for (var amount : List.of("1.00", "2.00")) {
            var ledger = Ledger.open(daybook.api("tenant-" + amount, Daybook.ALL_SCOPES), id)
                    .account("a", "EUR");
            ledger.sendAs("k", "deposits", money("a", amount, "EUR"), "Prefer", "wait=20")
                    .is(200);
            assertThat(ledger.balance("a")).isEqualTo(amount);
            BooksAssert.assertThat(ledger).hold();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /ledgers",
        "PUT, /ledgers/x",
        "DELETE, /ledgers/x/accounts/a",
        "POST, /ledgers/x/accounts/a",
        "PUT, /ledgers/x/deposits",
        "DELETE, /operations/01a1fd60-ca69-7000-a4d2-507c80a7c9a0",
        "POST, /health/live",
    })
    void a_method_that_a_path_does_not_have_is_refused(String method, String path) {
        var refused = api.send(method, path, "{}", "Content-Type", "application/json");
        assertThat(refused.status()).as(refused.text()).isIn(404, 405);
        assertThat(refused.header("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(refused.text("code")).isIn("not_found", "method_not_allowed");
        assertThat(refused.text("instance")).isEqualTo("/v1" + path);
    }

    @Test
    void a_known_path_with_another_method_says_so() {
        var refused = api.send("DELETE", "/ledgers", null).isProblem(405, "method_not_allowed");
        assertThat(refused.text("instance")).isEqualTo("/v1/ledgers");
        api.send("PUT", "/ledgers/x/accounts/a", "{}", "Content-Type", "application/json")
                .isProblem(405, "method_not_allowed");
    }

    static Stream<String> nowhere() {
        return Stream.of("/nowhere", "/ledgers/x/y/z", "/ledgers/x/operations/7", "/health", "/health/other");
    }

    @ParameterizedTest
    @MethodSource("nowhere")
    void a_path_that_is_nowhere_is_not_found(String path) {
        var refused = api.get(path).isProblem(404, "not_found");
        assertThat(refused.text("instance")).isEqualTo("/v1" + path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%20", "a%2Fb", "%00", "%C3%A4", "..%2f..%2fhealth", "a;b=c", "a%3Fb"})
    void a_segment_that_is_no_id_names_nothing(String segment) {
        var ledger = daybook.ledger();
        for (var path :
                List.of("/ledgers/" + segment, ledger.path() + "/accounts/" + segment, "/operations/" + segment)) {
            var refused = api.get(path);
            assertThat(refused.status()).as("%s: %s", path, refused.text()).isEqualTo(404);
            assertThat(refused.text("code")).endsWith("not_found");
        }
        assertThat(api.post("/ledgers/" + segment + "/deposits", DEPOSIT, "Idempotency-Key", "k")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_query_that_asks_for_what_cannot_be_is_malformed() {
        var ledger = daybook.ledger().account("a", "EUR");
        for (var path : List.of(
                "/ledgers?after=%00",
                "/ledgers?after=a%2Fb",
                ledger.path() + "/accounts?after=%00",
                ledger.path() + "/accounts/a/entries?after=1",
                ledger.path() + "/accounts/a/entries?after=%00.1",
                ledger.path() + "/accounts/a/entries?order=up",
                ledger.path() + "/accounts/a/entries?limit=0",
                ledger.path() + "/operations?reference_id=%00",
                ledger.path() + "/operations?status=done",
                ledger.path() + "/operations?kind=gift",
                ledger.path() + "/operations?after=7",
                ledger.path() + "/operations?limit=501",
                ledger.path() + "/audit?after=-1",
                ledger.path() + "/audit?after=x")) {
            var refused = api.get(path);
            assertThat(refused.status()).as("%s: %s", path, refused.text()).isEqualTo(400);
            refused.isProblem(400, "malformed_request");
        }
    }

    @Test
    void health_and_the_description_need_no_token_and_tell_nothing() {
        var anyone = daybook.api("");
        assertThat(anyone.get("/health/live").is(200).text("status")).isEqualTo("up");
        var ready = anyone.get("/health/ready").is(200).json();
        assertThat(ready.path("status").asText()).isEqualTo("up");
        assertThat(ready.path("dependencies").path("postgresql").path("status").asText())
                .isEqualTo("up");
        assertThat(ready.path("dependencies").path("redis").path("status").asText())
                .isEqualTo("up");
        assertThat(ready.toString()).doesNotContain("127.0.0.1").doesNotContain("redis:");
    }
}
