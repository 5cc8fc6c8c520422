package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How action items are asked for; what becomes of them is the ledger's to say. */
@OnOneStack
class ActionItemsAcceptedTest {
    private final Daybook daybook;
    private final Api api;

    ActionItemsAcceptedTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    private Answer change(Ledger ledger, String id, Object body, String... headers) {
        var all = new String[headers.length + 4];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Idempotency-Key";
        all[headers.length + 1] = UUID.randomUUID().toString();
        all[headers.length + 2] = "Content-Type";
        all[headers.length + 3] = "application/json";
        var answer = ledger.api().send("PATCH", ledger.path() + "/action-items/" + id, body, all);
        if (answer.status() < 300) {
            ledger.accepted(answer.operationId());
        }
        return answer;
    }

    @Test
    void an_item_is_known_at_once_by_its_id_and_its_operation() {
        var ledger = daybook.ledger();
        var opened = ledger.send(
                        "action-items",
                        object(
                                "title",
                                "Call them — 家賃 🏠",
                                "details",
                                "about\nthe rent",
                                "assignee",
                                "ann@example.com",
                                "due_at",
                                "2026-12-24T12:00:00+01:00",
                                "reference_id",
                                "case 7"))
                .is(202);
        assertThat(opened.text("status")).isEqualTo("pending");
        assertThat(opened.text("message")).contains("action item");
        assertThat(opened.text("action_item_id")).isEqualTo(opened.text("operation_id"));
        assertThat(opened.json().has("hold_id")).isFalse();
        assertThat(opened.header("Location")).hasValue("/v1/operations/" + opened.operationId());
        var done = ledger.outcome(opened.operationId());
        assertThat(done.path("status").asText()).isEqualTo("succeeded");
        assertThat(done.path("kind").asText()).isEqualTo("action_item");
        assertThat(done.path("request").path("due_at").asText()).isEqualTo("2026-12-24T11:00:00Z");
        assertThat(done.path("result").path("balances")).isEmpty();

        var changed = change(ledger, opened.text("action_item_id"), object("status", "in_progress"))
                .is(202);
        assertThat(changed.text("action_item_id")).isEqualTo(opened.text("action_item_id"));
        assertThat(changed.operationId()).isNotEqualTo(opened.operationId());
        assertThat(ledger.outcome(changed.operationId()).path("status").asText())
                .isEqualTo("succeeded");
    }

    @Test
    void a_client_that_waits_is_told_the_outcome_and_the_item() {
        var ledger = daybook.ledger();
        var opened = ledger.send("action-items", object("title", "Call them"), "Prefer", "wait=20")
                .is(200);
        var id = opened.text("action_item_id");
        assertThat(id).isEqualTo(opened.text("operation_id"));
        assertThat(opened.json().has("balance_after")).isFalse();
        var stale = change(ledger, id, object("title", "Write to them", "version", 7), "Prefer", "wait=20");
        stale.isProblem(409, "version_conflict");
        ledger.accepted(stale.operationId());
        var forbidden = change(ledger, id, object("status", "done"), "Prefer", "wait=20");
        forbidden.isProblem(422, "transition_forbidden");
        var changed = change(ledger, id, object("title", "Write to them", "version", 1), "Prefer", "wait=20");
        assertThat(changed.is(200).text("action_item_id")).isEqualTo(id);
    }

    @Test
    void the_same_key_and_body_is_the_same_item() {
        var ledger = daybook.ledger();
        var first =
                ledger.sendAs("k", "action-items", object("title", "Call them")).is(202);
        var again =
                ledger.sendAs("k", "action-items", object("title", "Call them")).is(202);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text("action_item_id")).isEqualTo(first.text("action_item_id"));
        ledger.sendAs("k", "action-items", object("title", "Call others")).isProblem(422, "idempotency_key_reused");
        assertThat(ledger.operations()).hasSize(1);
    }

    @Test
    void items_of_a_batch_tell_what_they_make_and_change() {
        var ledger = daybook.ledger().account("a", "EUR");
        var existing = ledger.send("action-items", object("title", "Call them"), "Prefer", "wait=20")
                .is(200)
                .text("action_item_id");
        var batch = ledger.send(
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(
                                        item("deposit", money("a", "2.00", "EUR")),
                                        item("action_item", object("title", "Look into it")),
                                        item("hold", money("a", "1.00", "EUR")),
                                        item(
                                                "action_item_update",
                                                object("action_item_id", existing, "status", "cancelled")))))
                .is(202)
                .json()
                .path("operations");
        assertThat(batch.get(0).has("action_item_id") || batch.get(0).has("hold_id"))
                .isFalse();
        assertThat(batch.get(1).path("action_item_id")).isEqualTo(batch.get(1).path("operation_id"));
        assertThat(batch.get(2).path("hold_id")).isEqualTo(batch.get(2).path("operation_id"));
        assertThat(batch.get(3).path("action_item_id").asText()).isEqualTo(existing);
        for (var operation : batch) {
            var id = UUID.fromString(operation.path("operation_id").asText());
            assertThat(ledger.outcome(id).path("status").asText()).isEqualTo("succeeded");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /title",
                "{\"title\":\" \"} | /title",
                "{\"title\":7} | /title",
                "{\"title\":\"t\",\"details\":\"\"} | /details",
                "{\"title\":\"t\",\"due_at\":\"tomorrow\"} | /due_at",
                "{\"title\":\"t\",\"due_at\":\"2026-01-01\"} | /due_at",
                "{\"title\":\"t\",\"operation_id\":\"7\"} | /operation_id",
                "{\"title\":\"t\",\"status\":\"open\"} | /status",
                "{\"title\":\"t\",\"action_item_id\":\"01a1fd62-bf1f-7000-afb0-2279fc410e83\"} | /action_item_id",
            })
    void a_new_item_is_read_strictly(String body, String pointer) {
        var ledger = daybook.ledger();
        var refused = ledger.send("action-items", body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly(pointer);
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /status",
                "{\"version\":1} | /status",
                "{\"status\":\"lost\"} | /status",
                "{\"status\":\"done\",\"version\":0} | /version",
                "{\"status\":\"done\",\"version\":\"1\"} | /version",
                "{\"title\":\"t\",\"operation_id\":\"01a1fd62-bf1f-7000-afb0-2279fc410e83\"} | /operation_id",
                "{\"title\":\"t\",\"action_item_id\":\"01a1fd62-bf1f-7000-afb0-2279fc410e83\"} | /action_item_id",
            })
    void a_change_is_read_strictly(String body, String pointer) {
        var ledger = daybook.ledger();
        var refused =
                change(ledger, "01a1fd62-bf1f-7000-afb0-2279fc410e83", body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).containsExactly(pointer);
        assertThat(ledger.operations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "%00", "6e8bc430-9c3a-11d9-9669-0800200c9a66", "01a1fd62-bf1f-7000-afb0-2279fc410e8"})
    void an_id_that_daybook_has_not_made_names_no_item(String id) {
        change(daybook.ledger(), id, object("status", "done")).isProblem(404, "action_item_not_found");
    }

    @Test
    void an_item_of_another_ledger_or_tenant_is_not_found() {
        var ledger = daybook.ledger();
        var item = ledger.send("action-items", object("title", "Call them"), "Prefer", "wait=20")
                .is(200)
                .text("action_item_id");
        var other = daybook.ledger();
        var refused = change(other, item, object("status", "in_progress"), "Prefer", "wait=20");
        refused.isProblem(404, "action_item_not_found");
        other.accepted(refused.operationId());
        change(
                        ledger.by(daybook.api("stranger", Daybook.ALL_SCOPES)),
                        item,
                        object("status", "done"),
                        "Prefer",
                        "wait=20")
                .isProblem(404, "ledger_not_found");
        change(ledger.by(daybook.api(Daybook.TENANT, "ledger:read")), item, object("status", "done"))
                .isProblem(403, "forbidden");
        api.send("DELETE", ledger.path() + "/action-items/" + item, null).isProblem(405, "method_not_allowed");
    }
}
