package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@OnOneStack
class OperationsTest {
    private final Daybook daybook;
    private final Api api;

    OperationsTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    @Test
    void a_deposit_is_accepted_at_once_and_applied_afterwards() {
        var ledger = ledger();
        var accepted = ledger.deposit("a", "12.3").is(202);
        assertThat(accepted.text("status")).isEqualTo("pending");
        assertThat(accepted.text("message")).isNotBlank();
        assertThat(accepted.header("Location")).hasValue("/v1/operations/" + accepted.operationId());
        assertThat(accepted.json().path("links").path("operation").asText())
                .isEqualTo(accepted.header("Location").orElseThrow());
        assertThat(Integer.parseInt(accepted.header("Retry-After").orElseThrow()))
                .isPositive();
        assertThat(accepted.operationId().version()).isEqualTo(7);

        var done = ledger.outcome(accepted.operationId());
        assertThat(done.path("status").asText()).isEqualTo("succeeded");
        assertThat(done.path("kind").asText()).isEqualTo("deposit");
        assertThat(done.path("ledger_id").asText()).isEqualTo(ledger.id());
        assertThat(done.path("version").asInt()).isGreaterThan(1);
        assertThat(done.path("attempts").asInt()).isEqualTo(1);
        assertThat(done.path("request").path("account_id").asText()).isEqualTo("a");
        assertThat(done.path("result").path("sequence").asInt()).isEqualTo(1);
        assertThat(done.path("result").path("balances"))
                .containsExactly(
                        Api.JSON.valueToTree(object("account_id", "a", "currency", "EUR", "balance_after", "12.30")));
        assertThat(Instant.parse(done.path("created_at").asText()))
                .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES))
                .isBeforeOrEqualTo(Instant.parse(done.path("completed_at").asText()));
        assertThat(done.path("transitions").findValuesAsText("status")).containsExactly("pending", "succeeded");
        assertThat(ledger.balance("external:EUR")).isEqualTo("-12.30");
    }

    @Test
    void a_withdrawal_answers_with_its_outcome() {
        var ledger = ledger().funded("a", "10.00");
        var done = ledger.withdraw("a", "4.00").is(200);
        assertThat(done.text("status")).isEqualTo("succeeded");
        assertThat(done.text("balance_after")).isEqualTo("6.00");
        assertThat(done.header("Preference-Applied")).isEmpty();
        assertThat(ledger.balance("a")).isEqualTo("6.00");
    }

    @Test
    void a_withdrawal_below_the_floor_fails_and_moves_nothing() {
        var ledger = ledger().funded("a", "10.00");
        var failed = ledger.withdraw("a", "10.01").isProblem(422, "insufficient_funds");
        assertThat(failed.text("instance")).isEqualTo("/v1" + ledger.path() + "/withdrawals");
        var operation = ledger.operation(failed.operationId());
        assertThat(operation.path("status").asText()).isEqualTo("failed");
        assertThat(operation.path("error").path("code").asText()).isEqualTo("insufficient_funds");
        assertThat(ledger.balance("a")).isEqualTo("10.00");
        assertThat(ledger.statement("a")).hasSize(1);
    }

    @Test
    void a_transfer_moves_money_between_two_accounts_or_not_at_all() {
        var ledger = ledger().funded("a", "10.00");
        var done = ledger.transfer("a", "b", "10.00").is(200);
        assertThat(done.json().path("result").path("balances").findValuesAsText("balance_after"))
                .containsExactly("0.00", "10.00");
        ledger.transfer("a", "b", "0.01").isProblem(422, "insufficient_funds");
        assertThat(ledger.balance("b")).isEqualTo("10.00");
        var same = ledger.transfer("a", "a", "1.00").isProblem(422, "validation_failed");
        assertThat(same.json().path("errors").findValuesAsText("pointer")).containsExactly("/to_account_id");
    }

    @Test
    void a_journal_is_any_transaction_that_balances_in_every_currency() {
        var ledger = ledger().account("usd", "USD", null).account("fees", "USD", null);
        var balanced = object(
                "postings",
                List.of(
                        money("a", "5.00", "EUR"),
                        money("b", "1.00", "EUR"),
                        money("external:EUR", "-6.00", "EUR"),
                        money("usd", "-3.00", "USD"),
                        money("fees", "3", "USD")));
        var accepted = ledger.send("journals", balanced).is(202);
        assertThat(ledger.outcome(accepted.operationId()).path("status").asText())
                .isEqualTo("succeeded");
        assertThat(List.of(ledger.balance("a"), ledger.balance("b"), ledger.balance("usd"), ledger.balance("fees")))
                .containsExactly("5.00", "1.00", "-3.00", "3.00");

        var skew = object("postings", List.of(money("a", "1.00", "EUR"), money("usd", "-1.00", "USD")));
        assertThat(ledger.send("journals", skew)
                        .isProblem(422, "validation_failed")
                        .json()
                        .path("errors")
                        .get(0)
                        .path("pointer")
                        .asText())
                .isEqualTo("/postings");
        for (var lines : List.of(List.of(), List.of(money("a", "1.00", "EUR")))) {
            ledger.send("journals", object("postings", lines)).isProblem(422, "validation_failed");
        }
    }

    @Test
    void a_journal_may_name_an_account_twice_and_only_its_end_counts_for_the_floor() {
        var ledger = ledger();
        var through = object(
                "postings",
                List.of(
                        money("a", "-5.00", "EUR"),
                        money("a", "5.00", "EUR"),
                        money("b", "2.00", "EUR"),
                        money("external:EUR", "-2.00", "EUR")));
        ledger.send("journals", through, "Prefer", "wait=20").is(200);
        assertThat(ledger.balance("a")).isEqualTo("0.00");
        assertThat(ledger.statement("a").stream()
                        .map(line -> line.path("balance_after").asText()))
                .containsExactly("-5.00", "0.00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"external:EUR", "exchange:EUR", "transit:EUR"})
    void daybooks_own_accounts_are_open_to_the_journals_of_an_admin_only(String own) {
        var ledger = ledger();
        var journal = object("postings", List.of(money("a", "1.00", "EUR"), money(own, "-1.00", "EUR")));
        ledger.by(daybook.api(Daybook.TENANT, "ledger:read ledger:write"))
                .send("journals", journal)
                .isProblem(403, "forbidden");
        ledger.send("journals", journal, "Prefer", "wait=20").is(200);
        ledger.deposit(own, "1.00").isProblem(422, "validation_failed");
        ledger.transfer("a", own, "1.00").isProblem(422, "validation_failed");
        var batch = object("operations", List.of(Ledger.item("journal", journal)));
        ledger.by(daybook.api(Daybook.TENANT, "ledger:read ledger:write"))
                .send("batches", batch)
                .isProblem(403, "forbidden");
    }

    @ParameterizedTest
    @CsvSource({
        "deposits, none, 1.00, EUR, 404, account_not_found",
        "deposits, a, 1.00, USD, 422, currency_mismatch",
        "deposits, a, 1.001, EUR, 422, amount_scale",
        "withdrawals, none, 1.00, EUR, 404, account_not_found",
        "withdrawals, a, 1.00, JPY, 422, currency_mismatch",
        "deposits, none, 1.00, NONE, 404, account_not_found",
    })
    void what_cannot_succeed_is_refused_at_the_door(
            String kinds, String account, String amount, String currency, int status, String code) {
        var ledger = ledger();
        ledger.send(kinds, money(account, amount, currency)).isProblem(status, code);
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"0\"",
                "\"0.00\"",
                "\"-1.00\"",
                "\"+1\"",
                "\"1.\"",
                "\".5\"",
                "\"01\"",
                "\"1e3\"",
                "\"1,00\"",
                "\" 1\"",
                "\"\"",
                "\"NaN\"",
                "1.00",
                "1",
                "null",
                "true",
                "{}",
                "\"100000000000000000000\"",
                "\"1.0000000000000000001\""
            })
    void an_amount_is_a_decimal_string_and_nothing_else(String amount) {
        var ledger = ledger();
        var refused = ledger.send(
                        "deposits", "{\"account_id\":\"a\",\"currency\":\"EUR\",\"amount\":%s}".formatted(amount))
                .isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly("/amount");
    }

    @Test
    void all_that_is_wrong_is_told_at_once_with_pointers() {
        var refused = ledger().send(
                        "deposits",
                        object(
                                "account_id",
                                7,
                                "amount",
                                "x",
                                "reference_id",
                                "",
                                "colour",
                                "red",
                                "metadata",
                                object("a", 1, "a/b~c", List.of())))
                .isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder(
                        "/account_id",
                        "/amount",
                        "/currency",
                        "/reference_id",
                        "/metadata/a",
                        "/metadata/a~1b~0c",
                        "/colour");
    }

    @Test
    void text_of_any_script_is_kept_to_the_letter() {
        var ledger = ledger();
        var body = money("a", "1.00", "EUR");
        body.putAll(Map.of(
                "description",
                "Miete für März — 家賃 🏠\n\"quoted\" \\ \u2028",
                "reference_id",
                "Nr. 7/ä 🏠",
                "metadata",
                object("ключ", "значение", "a", "")));
        var done = ledger.send("deposits", body, "Prefer", "wait=20").is(200);
        for (var seen : List.of(
                ledger.operation(done.operationId()), ledger.operations().getFirst())) {
            assertThat(seen.path("request").path("description"))
                    .isEqualTo(Api.JSON.valueToTree(body.get("description")));
            assertThat(seen.path("request").path("metadata")).isEqualTo(Api.JSON.valueToTree(body.get("metadata")));
            assertThat(seen.path("reference_id").asText()).isEqualTo("Nr. 7/ä 🏠");
        }
        for (var bad : List.of("nul\u0000", "bell\u0007", "lone \ud800 surrogate")) {
            body.put("description", bad);
            assertThat(ledger.send("deposits", escaped(body)).text("code")).isEqualTo("validation_failed");
        }
    }

    /** JSON in ASCII: a lone surrogate cannot be sent otherwise. */
    private static String escaped(Object body) {
        return Api.json(body)
                .chars()
                .mapToObj(c -> c < 127 ? String.valueOf((char) c) : "\\u%04x".formatted(c))
                .reduce("", String::concat);
    }

    @Test
    void a_reference_belongs_to_one_operation_of_its_ledger() {
        var ledger = ledger();
        var body = money("a", "1.00", "EUR");
        body.put("reference_id", "invoice 7");
        var first = ledger.send("deposits", body, "Prefer", "wait=20").is(200);
        var second = ledger.send("deposits", body, "Prefer", "wait=20").isProblem(422, "duplicate_reference");
        assertThat(second.text("first_operation_id"))
                .isEqualTo(first.operationId().toString());
        assertThat(second.operationId()).isNotEqualTo(first.operationId());
        assertThat(ledger.balance("a")).isEqualTo("1.00");
        var other = ledger();
        other.send("deposits", body, "Prefer", "wait=20").is(200);
    }

    @Test
    void an_operation_that_was_refused_keeps_its_reference() {
        var ledger = ledger();
        var body = money("a", "1.00", "EUR");
        body.put("reference_id", "r");
        var refused = ledger.send("withdrawals", body).isProblem(422, "insufficient_funds");
        var second = ledger.send("deposits", body, "Prefer", "wait=20").isProblem(422, "duplicate_reference");
        assertThat(second.text("first_operation_id"))
                .isEqualTo(refused.operationId().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "deposits, respond-async, 202, respond-async",
        "deposits, wait=20, 200, wait=20",
        "deposits, 'wait=99', 200, wait=20",
        "deposits, 'Wait = \"7\"', 200, wait=7",
        "deposits, 'handling=lenient, wait=3', 200, wait=3",
        "withdrawals, respond-async, 202, respond-async",
        "deposits, 'respond-async, wait=9', 200, wait=9",
        "deposits, 'wait=9, respond-async', 200, wait=9",
        "withdrawals, 'respond-async, wait=0', 202, wait=0",
        "withdrawals, wait=0, 202, wait=0",
        "withdrawals, wait=-1, 200, ",
        "withdrawals, wait=soon, 200, ",
        "withdrawals, wait=12345678901234567890, 200, ",
        "withdrawals, ';;==,,\"', 200, ",
        "deposits, return=minimal, 202, ",
    })
    void how_long_an_answer_waits_is_as_the_client_prefers(String kinds, String prefer, int status, String applied) {
        var ledger = ledger().funded("a", "5.00");
        var answer =
                ledger.send(kinds, money("a", "1.00", "EUR"), "Prefer", prefer).is(status);
        assertThat(answer.header("Preference-Applied").orElse(null)).isEqualTo(applied);
        assertThat(answer.header("Location").isPresent()).isEqualTo(status == 202);
    }

    @Test
    void operations_on_a_ledger_or_of_a_kind_that_is_not_there_are_not_found() {
        api.post("/ledgers/none/deposits", money("a", "1.00", "EUR"), "Idempotency-Key", "k")
                .isProblem(404, "ledger_not_found");
        api.post("/ledgers/-/deposits", money("a", "1.00", "EUR"), "Idempotency-Key", "k")
                .isProblem(404, "ledger_not_found");
        ledger().send("gifts", money("a", "1.00", "EUR")).isProblem(404, "not_found");
        api.get("/operations/" + UUID.randomUUID()).isProblem(404, "operation_not_found");
        api.get("/operations/7").isProblem(404, "operation_not_found");
    }
}
