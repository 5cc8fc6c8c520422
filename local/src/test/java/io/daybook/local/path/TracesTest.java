package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Trace;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The trace of a request, on the other side of the queue. */
class TracesTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 2, "daybook.processor.retry.max", "1s"));
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    @AfterEach
    void the_books_hold() {
        daybook.heal();
        daybook.booksHold();
    }

    private static List<JsonNode> events(Ledger ledger, UUID operationId) {
        return daybook.events(ledger).stream()
                .filter(event -> event.path("subject").asText().equals(operationId.toString()))
                .toList();
    }

    private static void areTraced(Ledger ledger, UUID operationId, String traceparent, String... types) {
        assertThat(events(ledger, operationId))
                .extracting(event -> event.path("type").asText())
                .containsExactly(types);
        assertThat(events(ledger, operationId))
                .allSatisfy(
                        event -> assertThat(event.path("traceparent").asText()).isEqualTo(traceparent));
    }

    @Test
    void the_events_of_an_operation_are_in_the_trace_of_its_request() {
        var ledger = daybook.ledger().account("a", "EUR");
        var id = ledger.deposit("a", "1.00", "traceparent", TRACEPARENT, "Prefer", "wait=20")
                .is(200)
                .operationId();
        areTraced(ledger, id, TRACEPARENT, "daybook.deposit.requested", "daybook.deposit.completed");
        var sync = ledger.syncAs("s", "withdrawals", money("a", "9.00", "EUR"), "traceparent", TRACEPARENT)
                .is(422)
                .operationId();
        areTraced(ledger, sync, TRACEPARENT, "daybook.withdrawal.requested", "daybook.withdrawal.failed");
    }

    @Test
    void a_batch_is_one_trace() {
        var ledger = daybook.ledger().account("a", "EUR");
        var operations = ledger.send(
                        "batches",
                        object(
                                "operations",
                                List.of(
                                        item("deposit", money("a", "1.00", "EUR")),
                                        item("deposit", money("a", "2.00", "EUR")))),
                        "traceparent",
                        TRACEPARENT)
                .is(202)
                .json()
                .path("operations");
        StreamSupport.stream(operations.spliterator(), false)
                .map(operation -> UUID.fromString(operation.path("operation_id").asText()))
                .forEach(id -> {
                    ledger.outcome(id);
                    areTraced(ledger, id, TRACEPARENT, "daybook.deposit.requested", "daybook.deposit.completed");
                });
    }

    @Test
    void what_x_ray_has_begun_is_the_trace_where_the_client_names_none() {
        var ledger = daybook.ledger().account("a", "EUR");
        var header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        var id = ledger.deposit("a", "1.00", "X-Amzn-Trace-Id", header, "Prefer", "wait=20")
                .is(200)
                .operationId();
        areTraced(
                ledger,
                id,
                "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                "daybook.deposit.requested",
                "daybook.deposit.completed");
        var own = ledger.deposit(
                        "a", "1.00", "X-Amzn-Trace-Id", header, "traceparent", TRACEPARENT, "Prefer", "wait=20")
                .is(200)
                .operationId();
        areTraced(ledger, own, TRACEPARENT, "daybook.deposit.requested", "daybook.deposit.completed");
    }

    @Test
    void lambdas_own_is_the_trace_where_the_client_names_none() {
        System.setProperty("com.amazonaws.xray.traceHeader", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0");
        try {
            var ledger = daybook.ledger().account("a", "EUR");
            var id = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
            areTraced(
                    ledger,
                    id,
                    "00-5759e988bd862e3fe1be46a994272793-e1be46a994272793-00",
                    "daybook.deposit.requested",
                    "daybook.deposit.completed");
        } finally {
            System.clearProperty("com.amazonaws.xray.traceHeader");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"})
    void an_operation_without_a_trace_has_one_of_its_own(String header) {
        var ledger = daybook.ledger().account("a", "EUR");
        var id = (header.isEmpty()
                        ? ledger.deposit("a", "1.00", "Prefer", "wait=20")
                        : ledger.deposit("a", "1.00", "Prefer", "wait=20", "traceparent", header))
                .is(200)
                .operationId();
        areTraced(ledger, id, Trace.of(id).toString(), "daybook.deposit.requested", "daybook.deposit.completed");
        assertThat(daybook.count("operation where trace is null and operation_id = '%s'".formatted(id)))
                .as("nothing is kept of it")
                .isOne();
    }

    @Test
    void a_message_of_before_there_were_traces_is_applied() {
        var ledger = daybook.ledger().account("a", "EUR");
        var id = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
        try (var client = daybook.stack().queue().client()) {
            client.sendMessage(
                    request -> request.queueUrl(daybook.stack().queue().url().toString())
                            .messageGroupId(Daybook.TENANT + "~" + ledger.id())
                            .messageDeduplicationId(id.toString())
                            .messageBody("""
                            {"version":1,"tenant":"demo","ledger_id":"%s","caller":"me",
                             "accepted_at":"2026-01-31T12:00:00Z","atomic":false,"operations":[
                             {"operation_id":"%s","idempotency_key":"k","kind":"deposit",
                              "request":{"account_id":"a","amount":"1.00","currency":"EUR"}}]}
                            """.formatted(ledger.id(), id)));
        }
        await().untilAsserted(() -> assertThat(ledger.balance("a")).isEqualTo("1.00"));
        ledger.accepted(id);
        areTraced(ledger, id, Trace.of(id).toString(), "daybook.deposit.requested", "daybook.deposit.completed");
    }

    @Test
    void what_dies_and_comes_back_stays_in_its_trace_and_so_do_its_log_lines() {
        var ledger = daybook.ledger().account("sick", "EUR");
        daybook.sicken();
        try (var log = new JsonLog()) {
            var id = ledger.deposit("sick", "1.00", "traceparent", TRACEPARENT)
                    .is(202)
                    .operationId();
            ledger.outcome(id);
            assertThat(log.saying("were not applied"))
                    .hasSize(2)
                    .allSatisfy(
                            line -> assertThat(line.path("trace_id").asText()).isEqualTo(TRACE_ID));
            daybook.heal();
            daybook.api().send("POST", "/dead-letters/" + id + "/redrive", null).is(202);
            await().untilAsserted(() ->
                    assertThat(ledger.operation(id).path("status").asText()).isEqualTo("succeeded"));
            areTraced(
                    ledger,
                    id,
                    TRACEPARENT,
                    "daybook.deposit.requested",
                    "daybook.operation.dead",
                    "daybook.operation.redriven",
                    "daybook.deposit.completed");
        }
    }

    @Test
    void what_waits_for_its_ledger_stays_in_its_trace() {
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "It is looked at"))
                .is(200);
        var id = ledger.deposit("a", "1.00", "traceparent", TRACEPARENT).is(202).operationId();
        await().untilAsserted(() -> assertThat(events(ledger, id)).hasSize(1));
        daybook.api().send("POST", ledger.path() + "/resume", null).is(200);
        ledger.outcome(id);
        areTraced(ledger, id, TRACEPARENT, "daybook.deposit.requested", "daybook.deposit.completed");
    }

    @Test
    void a_step_in_another_ledger_is_in_the_trace_too() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "5.00");
        var other = daybook.ledger().account("sick", "EUR");
        daybook.sicken();
        try (var log = new JsonLog()) {
            var id = ledger.send(
                            "transfers",
                            object(
                                    "from_account_id", "a",
                                    "to_account_id", "sick",
                                    "to_ledger_id", other.id(),
                                    "amount", "1.00",
                                    "currency", "EUR"),
                            "traceparent",
                            TRACEPARENT,
                            "Prefer",
                            "respond-async")
                    .is(202)
                    .operationId();
            await().untilAsserted(
                            () -> assertThat(log.saying("were not applied")).isNotEmpty());
            daybook.heal();
            assertThat(log.saying("were not applied")).allSatisfy(line -> {
                assertThat(line.path("ledger_id").asText()).isEqualTo(other.id());
                assertThat(line.path("operation_id").asText()).isEqualTo(id.toString());
                assertThat(line.path("trace_id").asText()).isEqualTo(TRACE_ID);
            });
            ledger.outcome(id);
            areTraced(
                    ledger,
                    id,
                    TRACEPARENT,
                    "daybook.transfer.requested",
                    "daybook.operation.processing",
                    "daybook.transfer.completed");
        }
    }
}
