package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each kind of operation on the whole path, in one ledger. */
@OnOneStack
class KindsTest {
    private final Daybook daybook;

    KindsTest(Daybook daybook) {
        this.daybook = daybook;
    }

    private Ledger ledger() {
        return daybook.ledger()
                .account("a", "EUR")
                .account("b", "EUR")
                .account("yen", "JPY")
                .funded("a", "100.00");
    }

    private static String code(JsonNode operation) {
        return operation.path("status").asText().equals("succeeded")
                ? "succeeded"
                : operation.at("/error/code").asText();
    }

    private static String id(JsonNode operation) {
        return operation.path("operation_id").asText();
    }

    private static JsonNode hold(Ledger ledger, String amount) {
        return ledger.apply("hold", "account_id", "a", "amount", amount, "currency", "EUR");
    }

    @Test
    void an_exchange_is_told_with_its_two_steps() {
        var ledger = ledger();
        var done = ledger.apply(
                "exchange",
                "from_account_id",
                "a",
                "to_account_id",
                "yen",
                "sell",
                object("amount", "10.00", "currency", "EUR"),
                "rate",
                "161.25");
        assertThat(code(done)).isEqualTo("succeeded");
        assertThat(done.path("steps").findValuesAsText("name")).containsExactly("sell", "buy");
        assertThat(ledger.operation(UUID.fromString(id(done))).path("steps")).hasSize(2);
        assertThat(ledger.balance("a")).isEqualTo("90.00");
        assertThat(ledger.balance("yen")).isEqualTo("1612"); // half-even
        assertThat(ledger.balance("exchange:EUR")).isEqualTo("10.00");
        assertThat(ledger.balance("exchange:JPY")).isEqualTo("-1612");
    }

    @Test
    void a_hold_keeps_money_back_until_it_is_captured_in_parts_and_released() {
        var ledger = ledger();
        var hold = hold(ledger, "60.00");
        assertThat(code(hold)).isEqualTo("succeeded");
        assertThat(hold.at("/result/balances/0/balance_after").asText()).isEqualTo("100.00");
        assertThat(hold.at("/result").has("sequence")).isFalse();
        assertThat(ledger.funds("a")).isEqualTo("100.00 held 60.00");
        ledger.withdraw("a", "40.01").isProblem(422, "insufficient_funds");

        assertThat(code(ledger.apply("capture", "hold_id", id(hold), "amount", "25.00", "to_account_id", "b")))
                .isEqualTo("succeeded");
        assertThat(ledger.funds("a")).isEqualTo("75.00 held 35.00");
        assertThat(ledger.funds("b")).isEqualTo("25.00 held 0.00");
        assertThat(code(ledger.apply("capture", "hold_id", id(hold), "amount", "35.01", "to_account_id", "b")))
                .isEqualTo("hold_exceeded");
        assertThat(code(ledger.apply("release", "hold_id", id(hold)))).isEqualTo("succeeded");
        assertThat(ledger.funds("a")).isEqualTo("75.00 held 0.00");
        assertThat(code(ledger.apply("capture", "hold_id", id(hold), "to_account_id", "b")))
                .isEqualTo("hold_not_open");
    }

    @Test
    void a_hold_that_was_refused_cannot_be_captured() {
        var ledger = ledger();
        var refused = hold(ledger, "100.01");
        assertThat(code(refused)).isEqualTo("insufficient_funds");
        assertThat(code(ledger.apply("capture", "hold_id", id(refused), "to_account_id", "b")))
                .isEqualTo("hold_not_found");
        assertThat(ledger.funds("a")).isEqualTo("100.00 held 0.00");
    }

    @Test
    void a_hold_is_captured_in_the_batch_that_makes_others_and_in_the_message_behind_it() {
        var ledger = ledger();
        var hold = ledger.submit("hold", "account_id", "a", "amount", "10.00", "currency", "EUR");
        var capture = ledger.submit("capture", "hold_id", hold, "to_account_id", "b");
        assertThat(code(ledger.outcome(capture))).isEqualTo("succeeded");
        assertThat(ledger.funds("a")).isEqualTo("90.00 held 0.00");
    }

    @Test
    void an_atomic_batch_with_a_refusal_in_its_middle_changes_nothing_and_names_it() {
        var ledger = ledger();
        var kept = hold(ledger, "10.00");
        var batch = ledger.send(
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(
                                        item("hold", money("a", "5.00", "EUR")),
                                        item("action_item", object("title", "Look at it")),
                                        item("capture", object("hold_id", id(kept), "to_account_id", "nobody")),
                                        item("release", object("hold_id", id(kept))))))
                .is(202);
        var outcomes = batch.json().path("operations").findValuesAsText("operation_id").stream()
                .map(id -> ledger.outcome(UUID.fromString(id)))
                .toList();
        assertThat(outcomes)
                .extracting(KindsTest::code)
                .containsExactly("batch_refused", "batch_refused", "account_not_found", "batch_refused");
        assertThat(outcomes.getFirst().at("/error/item").asInt()).isEqualTo(2);
        assertThat(ledger.funds("a")).isEqualTo("100.00 held 10.00");
    }

    @Test
    void a_reversal_posts_the_opposite_once() {
        var ledger = ledger();
        var transfer = ledger.transfer("a", "b", "30.00").is(200).operationId();
        var reversal = ledger.apply("reversal", "operation_id", transfer);
        assertThat(code(reversal)).isEqualTo("succeeded");
        assertThat(ledger.balance("a")).isEqualTo("100.00");
        assertThat(ledger.balance("b")).isEqualTo("0.00");
        var again = ledger.apply("reversal", "operation_id", transfer);
        assertThat(code(again)).isEqualTo("already_reversed");
        assertThat(again.at("/error/first_operation_id").asText()).isEqualTo(id(reversal));
        assertThat(code(ledger.apply("reversal", "operation_id", id(reversal)))).isEqualTo("not_reversible");
        assertThat(code(ledger.apply("reversal", "operation_id", UUID.fromString(id(hold(ledger, "1.00"))))))
                .isEqualTo("not_reversible");
    }

    @Test
    void a_reversal_of_what_has_been_spent_is_refused_and_the_money_is_there_for_another() {
        var ledger = ledger();
        var transfer = ledger.transfer("a", "b", "30.00").is(200).operationId();
        ledger.withdraw("b", "10.00").is(200);
        assertThat(code(ledger.apply("reversal", "operation_id", transfer))).isEqualTo("insufficient_funds");
        ledger.funded("b", "10.00");
        assertThat(code(ledger.apply("reversal", "operation_id", transfer))).isEqualTo("succeeded");
        assertThat(ledger.balance("a")).isEqualTo("100.00");
    }

    @Test
    void an_action_item_is_opened_and_updated_and_keeps_what_went_wrong() {
        var ledger = ledger();
        var item = ledger.apply("action_item", "title", "Ask the bank", "assignee", "bob");
        assertThat(code(item)).isEqualTo("succeeded");
        var wrong = List.of(
                ledger.apply("action_item_update", "action_item_id", id(item), "version", 7, "status", "done"),
                ledger.apply("action_item_update", "action_item_id", id(item), "status", "done"),
                ledger.apply("action_item_update", "action_item_id", id(item), "version", 1, "status", "in_progress"));
        assertThat(wrong)
                .extracting(KindsTest::code)
                .containsExactly("version_conflict", "transition_forbidden", "succeeded");
        assertThat(code(ledger.apply(
                        "action_item_update",
                        "action_item_id",
                        id(ledger.apply("deposit", "account_id", "a", "amount", "1.00", "currency", "EUR")),
                        "status",
                        "done")))
                .isEqualTo("action_item_not_found");
        var kept = daybook.api()
                .get(ledger.path() + "/action-items/" + id(item))
                .is(200)
                .json();
        assertThat(kept.path("status").asText()).isEqualTo("in_progress");
        assertThat(kept.path("version").asInt()).isEqualTo(2);
        assertThat(kept.path("exceptions").findValuesAsText("code"))
                .containsExactly("version_conflict", "transition_forbidden");
        assertThat(kept.path("exceptions").findValuesAsText("operation_id"))
                .containsExactly(id(wrong.get(0)), id(wrong.get(1)));
        assertThat(daybook.api().all(ledger.path() + "/action-items?status=in_progress"))
                .containsExactly(kept);
        assertThat(daybook.api().all(ledger.path() + "/action-items?status=open"))
                .isEmpty();
        daybook.api().get(ledger.path() + "/action-items?status=lost").isProblem(400, "malformed_request");
        daybook.api().get(ledger.path() + "/action-items/" + UUID.randomUUID()).isProblem(404, "action_item_not_found");
    }

    @Test
    void an_action_item_whose_creation_fails_is_there_with_its_exception() {
        var ledger = ledger();
        var batch = ledger.send(
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(
                                        item("action_item", object("title", "Look at it")),
                                        item("withdrawal", money("b", "1.00", "EUR")))))
                .is(202);
        var id = UUID.fromString(batch.json().at("/operations/0/operation_id").asText());
        assertThat(code(ledger.outcome(id))).isEqualTo("batch_refused");
        var item =
                daybook.api().get(ledger.path() + "/action-items/" + id).is(200).json();
        assertThat(item.path("title").asText()).isEqualTo("Look at it");
        assertThat(item.path("exceptions").findValuesAsText("code")).containsExactly("batch_refused");
    }

    @Test
    void holds_are_read_by_their_ids_and_as_a_list() {
        var ledger = ledger();
        var one = hold(ledger, "10.00");
        var other = hold(ledger, "20.00");
        ledger.apply("capture", "hold_id", id(one), "amount", "4.00", "to_account_id", "b");
        ledger.apply("release", "hold_id", id(other));
        var read = daybook.api().get("/holds/" + id(one)).is(200).json();
        assertThat(read.path("ledger_id").asText()).isEqualTo(ledger.id());
        assertThat(read.path("account_id").asText()).isEqualTo("a");
        assertThat(read.path("amount").asText()).isEqualTo("10.00");
        assertThat(read.path("remaining").asText()).isEqualTo("6.00");
        assertThat(read.path("status").asText()).isEqualTo("open");
        assertThat(daybook.api().all(ledger.path() + "/holds?status=open")).containsExactly(read);
        assertThat(daybook.api().all(ledger.path() + "/holds")).hasSize(2);
        daybook.api().get("/holds/" + UUID.randomUUID()).isProblem(404, "hold_not_found");
        daybook.api("other", Daybook.ALL_SCOPES).get("/holds/" + id(one)).isProblem(404, "hold_not_found");
        daybook.api().get(ledger.path() + "/holds?after=x").isProblem(400, "malformed_request");
    }

    @Test
    void a_hold_that_is_over_lets_go_by_itself() {
        var ledger = ledger();
        var soon = Instant.now().plus(Duration.ofSeconds(3)).toString();
        var hold = ledger.apply("hold", "account_id", "a", "amount", "60.00", "currency", "EUR", "expires_at", soon);
        assertThat(code(hold)).isEqualTo("succeeded");
        assertThat(ledger.funds("a")).isEqualTo("100.00 held 60.00");
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(ledger.funds("a")).isEqualTo("100.00 held 0.00");
        });
        assertThat(code(ledger.apply("capture", "hold_id", id(hold), "to_account_id", "b")))
                .isEqualTo("hold_expired");
        var releases = daybook.api().all(ledger.path() + "/operations?kind=release");
        assertThat(releases)
                .singleElement()
                .satisfies(release -> assertThat(code(release)).isEqualTo("succeeded"));
        daybook.functions().relay();
        assertThat(daybook.api().all(ledger.path() + "/operations?kind=release"))
                .hasSize(1);
    }
}
