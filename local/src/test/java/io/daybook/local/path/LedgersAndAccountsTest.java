package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OnOneStack
class LedgersAndAccountsTest {
    private final Daybook daybook;
    private final Api api;

    LedgersAndAccountsTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    @Test
    void a_ledger_is_opened_once_and_the_same_request_again_finds_it() {
        var id = "ledger-" + UUID.randomUUID();
        var request = object("ledger_id", id, "name", "Main", "assets", List.of(object("code", "XBT", "scale", 8)));

        var opened = api.post("/ledgers", request).is(201);
        assertThat(opened.header("Location")).hasValue("/v1/ledgers/" + id);
        assertThat(opened.text("on_dead_letter")).isEqualTo("continue");
        assertThat(api.post("/ledgers", request).is(200).json()).isEqualTo(opened.json());
        assertThat(api.get("/ledgers/" + id).is(200).json()).isEqualTo(opened.json());
    }

    @Test
    void another_ledger_cannot_have_the_same_id() {
        var id = "ledger-" + UUID.randomUUID();
        api.post("/ledgers", object("ledger_id", id, "name", "Main")).is(201);

        api.post("/ledgers", object("ledger_id", id, "name", "Other")).isProblem(409, "ledger_exists");
        api.post("/ledgers", object("ledger_id", id, "name", "Main", "on_dead_letter", "halt"))
                .isProblem(409, "ledger_exists");
        api.post(
                        "/ledgers",
                        object("ledger_id", id, "name", "Main", "assets", List.of(object("code", "X", "scale", 1))))
                .isProblem(409, "ledger_exists");
    }

    @Test
    void an_asset_of_iso_4217_keeps_its_scale_and_none_is_declared_twice() {
        var id = "ledger-" + UUID.randomUUID();
        var euro = List.of(object("code", "EUR", "scale", 3));
        var twice = List.of(object("code", "XBT", "scale", 8), object("code", "XBT", "scale", 7));

        for (var assets : List.of(euro, twice, List.of(object("code", "XBT", "scale", 19)))) {
            var refused = api.post("/ledgers", object("ledger_id", id, "name", "Main", "assets", assets))
                    .isProblem(422, "validation_failed");
            assertThat(refused.json().path("errors").get(0).path("pointer").asText())
                    .startsWith("/assets");
        }
        api.get("/ledgers/" + id).isProblem(404, "ledger_not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-a", "a b", "a/b", "ä", "a234567890123456789012345678901234567890123456789012345678901234"})
    void a_ledger_id_of_another_shape_is_refused(String id) {
        var refused =
                api.post("/ledgers", object("ledger_id", id, "name", "Main")).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").get(0).path("pointer").asText())
                .isEqualTo("/ledger_id");
    }

    @Test
    void an_account_is_opened_once_and_the_same_request_again_finds_it() {
        var accounts = daybook.ledger().path() + "/accounts";
        var request = object(
                "account_id", "cash", "currency", "EUR", "type", "asset", "metadata", object("branch", "Berlin"));

        var opened = api.post(accounts, request).is(201);
        assertThat(opened.header("Location")).hasValue("/v1" + accounts + "/cash");
        assertThat(opened.text("status")).isEqualTo("active");
        assertThat(opened.text("balance")).isEqualTo("0.00");
        assertThat(api.post(accounts, request).is(200).json()).isEqualTo(opened.json());
        assertThat(api.get(accounts + "/cash").is(200).json()).isEqualTo(opened.json());

        for (var other : List.of(
                object(
                        "account_id",
                        "cash",
                        "currency",
                        "USD",
                        "type",
                        "asset",
                        "metadata",
                        object("branch", "Berlin")),
                object(
                        "account_id",
                        "cash",
                        "currency",
                        "EUR",
                        "type",
                        "income",
                        "metadata",
                        object("branch", "Berlin")),
                object("account_id", "cash", "currency", "EUR", "type", "asset"))) {
            api.post(accounts, other).isProblem(409, "account_exists");
        }
    }

    @Test
    void a_floor_is_zero_unless_the_account_says_otherwise() {
        var ledger = daybook.ledger(object("code", "XBT", "scale", 8))
                .account("default", "EUR")
                .account("none", "EUR", null)
                .account("negative", "EUR", "-100.5")
                .account("coin", "XBT");
        assertThat(floor(ledger, "default")).isEqualTo("\"0.00\"");
        assertThat(floor(ledger, "none")).isEqualTo("null");
        assertThat(floor(ledger, "negative")).isEqualTo("\"-100.50\"");
        assertThat(floor(ledger, "coin")).isEqualTo("\"0.00000000\"");

        ledger.withdraw("default", "0.01").isProblem(422, "insufficient_funds");
        ledger.withdraw("none", "99999999999999999999.99").is(200);
        ledger.withdraw("negative", "100.50").is(200);
        ledger.withdraw("negative", "0.01").isProblem(422, "insufficient_funds");
        assertThat(ledger.balance("none")).isEqualTo("-99999999999999999999.99");
    }

    private String floor(Ledger ledger, String account) {
        return api.get(ledger.path() + "/accounts/" + account)
                .json()
                .get("minimum_balance")
                .toString();
    }

    @Test
    void what_an_account_cannot_be_is_refused_with_a_pointer() {
        var accounts = daybook.ledger().path() + "/accounts";
        pointsAt(accounts, object("account_id", "external:EUR", "currency", "EUR", "type", "asset"), "/account_id");
        pointsAt(accounts, object("account_id", "a/b", "currency", "EUR", "type", "asset"), "/account_id");
        pointsAt(accounts, object("account_id", "a", "currency", "EUR", "type", "other"), "/type");
        pointsAt(accounts, object("account_id", "a", "currency", "EUR"), "/type");
        pointsAt(accounts, money("0.001"), "/minimum_balance");
        pointsAt(accounts, money("0.01"), "/minimum_balance");
        pointsAt(accounts, money(0), "/minimum_balance");
        pointsAt(accounts, object("account_id", "a", "currency", "EUR", "type", "asset", "colour", "red"), "/colour");
        api.post(accounts, object("account_id", "a", "currency", "XBT", "type", "asset"))
                .isProblem(422, "currency_unknown");
        assertThat(api.all(accounts)).isEmpty();
    }

    private static Object money(Object floor) {
        return object("account_id", "a", "currency", "EUR", "type", "asset", "minimum_balance", floor);
    }

    private void pointsAt(String path, Object body, String pointer) {
        var refused = api.post(path, body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly(pointer);
    }

    @Test
    void a_frozen_account_takes_no_part_until_it_is_active_again() {
        var ledger = daybook.ledger().account("a", "EUR").account("b", "EUR").funded("a", "10.00");
        ledger.status("a", "frozen");
        ledger.status("a", "frozen");
        ledger.deposit("a", "1.00").isProblem(422, "account_frozen");
        ledger.withdraw("a", "1.00").isProblem(422, "account_frozen");
        ledger.transfer("a", "b", "1.00").isProblem(422, "account_frozen");
        ledger.transfer("b", "a", "1.00").isProblem(422, "account_frozen");
        ledger.status("a", "active");
        ledger.withdraw("a", "1.00").is(200);
        assertThat(ledger.balance("a")).isEqualTo("9.00");
    }

    @Test
    void an_account_is_closed_when_it_is_empty_and_stays_so() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "10.00");
        var account = ledger.path() + "/accounts/a";
        api.patch(account, object("status", "closed")).isProblem(409, "account_not_empty");
        ledger.withdraw("a", "10.00").is(200);
        ledger.status("a", "closed");
        ledger.status("a", "closed");
        ledger.deposit("a", "1.00").isProblem(422, "account_closed");
        assertThat(api.patch(account, object("status", "active")).text("code")).isEqualTo("account_closed");
        assertThat(api.get(account).text("status")).isEqualTo("closed");
    }

    @Test
    void a_change_of_an_account_says_what_to_and_nothing_else() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
        var accounts = ledger.path() + "/accounts/";
        api.patch(accounts + "a", object("status", "asleep")).isProblem(422, "validation_failed");
        api.patch(accounts + "a", object()).isProblem(422, "validation_failed");
        api.patch(accounts + "a", object("status", "frozen", "balance", "9.00")).isProblem(422, "validation_failed");
        api.patch(accounts + "b", object("status", "frozen")).isProblem(404, "account_not_found");
        api.patch(accounts + "external:EUR", object("status", "frozen")).isProblem(404, "account_not_found");
        api.patch("/ledgers/none/accounts/a", object("status", "frozen")).isProblem(404, "ledger_not_found");
        assertThat(api.get(accounts + "a").text("status")).isEqualTo("active");
    }

    @Test
    void ids_may_have_colons_dots_and_the_length_they_are_allowed() {
        var longest = "a".repeat(128);
        var ledger = daybook.ledger()
                .account("assets:cash.eur_1-a", "EUR")
                .account(longest, "EUR")
                .funded("assets:cash.eur_1-a", "5.00");
        ledger.transfer("assets:cash.eur_1-a", longest, "2.00").is(200);
        assertThat(ledger.balance("assets:cash.eur_1-a")).isEqualTo("3.00");
        assertThat(ledger.balance("assets%3Acash%2Eeur_1-a")).isEqualTo("3.00");
        assertThat(ledger.balance(longest)).isEqualTo("2.00");
        assertThat(ledger.statement("assets%3acash.eur_1-a")).hasSize(2);
        ledger.status("assets%3Acash.eur_1-a", "frozen");
        assertThat(ledger.balance("external:EUR")).isEqualTo("-5.00");

        var id = "a:b.c_" + "x".repeat(57);
        assertThat(id).hasSize(63);
        var other = Ledger.open(api, id).account("a", "EUR");
        api.post(
                        "/ledgers/" + id.replace(":", "%3A") + "/deposits",
                        Ledger.money("a", "1.00", "EUR"),
                        "Idempotency-Key",
                        "one",
                        "Prefer",
                        "wait=20")
                .is(200);
        assertThat(other.balance("a")).isEqualTo("1.00");
        BooksAssert.assertThat(other).hold();
    }

    @Test
    void ledgers_and_accounts_are_listed_in_the_order_of_their_ids_page_by_page() {
        var tenant = "t" + UUID.randomUUID();
        var own = daybook.api(tenant, Daybook.ALL_SCOPES);
        for (var id : List.of("b", "C", "a", "a:1", "0")) {
            Ledger.open(own, id).account("z", "EUR").account("Y", "EUR").account("x.1", "EUR");
        }
        var first = own.get("/ledgers?limit=3").is(200).json();
        assertThat(first.path("items").findValuesAsText("ledger_id")).containsExactly("0", "C", "a");
        var rest = own.get("/ledgers?limit=3&after=" + first.path("next").asText())
                .is(200)
                .json();
        assertThat(rest.path("items").findValuesAsText("ledger_id")).containsExactly("a:1", "b");
        assertThat(rest.has("next")).isFalse();
        assertThat(own.get("/ledgers/b/accounts").json().path("items").findValuesAsText("account_id"))
                .containsExactly("Y", "x.1", "z");
        for (var limit : List.of("0", "501", "-1", "many")) {
            own.get("/ledgers?limit=" + limit).isProblem(400, "malformed_request");
        }
    }
}
