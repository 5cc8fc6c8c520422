package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static io.daybook.local.path.Ledger.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One tenant knows every id, reference and tag of another, and goes by all ways but the front door. */
@OnOneStack
class SideWaysTest {
    private final Api stranger;
    private final Ledger theirs;
    private final Ledger mine;
    private final UUID deposit;
    private final UUID hold;
    private final List<JsonNode> before;

    SideWaysTest(Daybook daybook) {
        theirs = daybook.ledger().account("a", "EUR");
        deposit = theirs.submit(
                "deposit", "account_id", "a", "amount", "10.00", "currency", "EUR", "reference_id", "their-reference");
        hold = theirs.submit("hold", "account_id", "a", "amount", "4.00", "currency", "EUR");
        theirs.outcome(deposit);
        theirs.outcome(hold);
        before = theirs.operations();
        stranger = new Api(daybook.stack().url(), daybook.token("stranger", Daybook.ALL_SCOPES));
        mine = daybook.watched(Ledger.open(stranger, "mine-" + UUID.randomUUID()))
                .account("a", "EUR");
        mine.funded("a", "10.00");
    }

    @AfterEach
    void theirs_is_as_it_was() {
        assertThat(theirs.operations()).isEqualTo(before);
        assertThat(theirs.funds("a")).isEqualTo("10.00 held 4.00");
    }

    private void fails(JsonNode outcome, String code) {
        assertThat(outcome.path("status").asText()).isEqualTo("failed");
        assertThat(outcome.at("/error/code").asText()).isEqualTo(code);
    }

    /** At once, where what it is refused for is known at the door, or as its outcome. */
    private void refused(Ledger ledger, Answer answer, String code) {
        if (answer.status() == 202) {
            fails(ledger.outcome(answer.operationId()), code);
        } else {
            assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
            assertThat(answer.text("code")).isEqualTo(code);
        }
    }

    @Test
    void a_tag_does_not_tell_that_something_is_there() {
        var path = "/operations/" + deposit;
        var tag = theirs.api().get(path).is(200).header("ETag").orElseThrow();
        stranger.get(path, "If-None-Match", tag).isProblem(404, "operation_not_found");
        stranger.get(theirs.path(), "If-None-Match", "*").isProblem(404, "ledger_not_found");
    }

    @Test
    void a_cursor_leads_through_ones_own_listing_only() {
        var all = mine.operations();
        for (var cursor : List.of(deposit, hold)) {
            var page = stranger.get(mine.path() + "/operations?after=" + cursor);
            if (page.status() == 200) {
                assertThat(all).containsAll(page.json().path("items"));
            } else {
                page.isProblem(400, "malformed_request");
            }
        }
    }

    @Test
    void a_reference_is_looked_up_among_ones_own() {
        assertThat(stranger.all(mine.path() + "/operations?reference_id=their-reference"))
                .isEmpty();
        stranger.get(theirs.path() + "/operations?reference_id=their-reference").isProblem(404, "ledger_not_found");
        assertThat(mine.send(
                                "deposits",
                                object(
                                        "account_id",
                                        "a",
                                        "amount",
                                        "1.00",
                                        "currency",
                                        "EUR",
                                        "reference_id",
                                        "their-reference"),
                                "Prefer",
                                "wait=20")
                        .status())
                .as("a reference that only another tenant has used")
                .isEqualTo(200);
    }

    @Test
    void money_goes_to_no_ledger_of_another() {
        var away = transfer("a", "a", "5.00", "EUR");
        away.put("to_ledger_id", theirs.id());
        refused(mine, mine.send("transfers", away), "ledger_not_found");
        assertThat(mine.funds("a")).isEqualTo("10.00 held 0.00");
    }

    @Test
    void a_batch_reaches_neither_holds_nor_operations_of_another() {
        fails(mine.apply("capture", "hold_id", hold.toString(), "to_account_id", "a"), "hold_not_found");
        fails(mine.apply("release", "hold_id", hold.toString()), "hold_not_found");
        fails(mine.apply("reversal", "operation_id", deposit.toString()), "operation_not_found");
        assertThat(mine.funds("a")).isEqualTo("10.00 held 0.00");
    }

    @Test
    void an_action_item_does_not_hang_on_an_operation_of_another() {
        var item = mine.apply("action_item", "title", "look at this", "operation_id", deposit.toString());
        assertThat(item.path("status").asText()).isIn("succeeded", "failed");
        assertThat(theirs.api().all(theirs.path() + "/action-items")).isEmpty();
    }

    @Test
    void an_account_of_another_is_none_though_its_ledger_is_named_the_same() {
        var namesake = Ledger.open(stranger, theirs.id());
        stranger.get(namesake.path() + "/accounts/a").isProblem(404, "account_not_found");
        refused(namesake, namesake.send("withdrawals", money("a", "1.00", "EUR")), "account_not_found");
    }
}
