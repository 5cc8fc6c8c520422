package io.daybook.local.path;

import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.daybook.contract.DaybookId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The handlers by the events that AWS gives them, read as Lambda's runtime reads them. */
@OnOneStack
class EventsTest {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(.+?)}}");

    private final Daybook daybook;
    private final Map<String, Ledger> ledgers = new HashMap<>();
    private final Map<String, String> values = new HashMap<>();

    EventsTest(Daybook daybook) {
        this.daybook = daybook;
        values.put("now", Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
        values.put("token", daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES));
        values.put("key", "a key");
    }

    /** By the name it has in the events. */
    private Ledger ledger(String name) {
        return ledgers.computeIfAbsent(name, ignored -> daybook.ledger().account("a", "EUR"));
    }

    private UUID id(String ledger, int message) {
        return UUID.fromString(value(ledger + "-" + message));
    }

    private String value(String name) {
        var place = name.lastIndexOf('-');
        if (place < 0 && !values.containsKey(name)) {
            return ledger(name).id();
        }
        return values.computeIfAbsent(
                name,
                ignored -> DaybookId.next(
                                Daybook.TENANT,
                                ledger(name.substring(0, place)).id(),
                                Instant.now().toEpochMilli())
                        .toString());
    }

    private <T> T event(String name, Class<T> type) throws IOException {
        try (var in = EventsTest.class.getResourceAsStream("/events/" + name + ".json")) {
            var template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            var json = PLACEHOLDER.matcher(template).replaceAll(found -> value(found.group(1)));
            return LambdaEventSerializers.serializerFor(type, EventsTest.class.getClassLoader())
                    .fromJson(json);
        }
    }

    private APIGatewayProxyResponseEvent intake(APIGatewayProxyRequestEvent event) {
        return http("intake", event);
    }

    private APIGatewayProxyResponseEvent http(String function, APIGatewayProxyRequestEvent event) {
        var response = daybook.functions().http(function).handleRequest(event, Daybook.NO_CONTEXT);
        if (response.getStatusCode() < 300) {
            ledger("ledger").accepted(UUID.fromString(field(response, "operation_id")));
        }
        return response;
    }

    private static String field(APIGatewayProxyResponseEvent response, String name) {
        try {
            return Api.JSON.readTree(response.getBody()).path(name).asText();
        } catch (JsonProcessingException e) {
            throw new AssertionError(response.getBody(), e);
        }
    }

    private static String header(APIGatewayProxyResponseEvent response, String name) {
        return response.getMultiValueHeaders().getOrDefault(name, List.of()).stream()
                .findFirst()
                .orElseGet(() -> response.getHeaders() == null
                        ? null
                        : response.getHeaders().get(name));
    }

    /** The messages to be delivered again, by their numbers. */
    private List<Integer> process(String name) throws IOException {
        SQSBatchResponse response =
                daybook.functions().processor().handleRequest(event(name, SQSEvent.class), Daybook.NO_CONTEXT);
        return response.getBatchItemFailures().stream()
                .map(BatchItemFailure::getItemIdentifier)
                .map(messageId -> Integer.parseInt(messageId.substring(24)))
                .toList();
    }

    private Map<String, List<?>> books() {
        var books = new HashMap<String, List<?>>();
        ledgers.forEach((name, ledger) -> {
            books.put(name, ledger.statement("a"));
            books.put(name + " operations", ledger.operations());
        });
        return books;
    }

    @Test
    void a_deposit_is_accepted_from_the_gateways_event() throws IOException {
        var response = intake(event("deposit", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(202);
        assertThat(header(response, "Location")).isEqualTo("/v1/operations/" + field(response, "operation_id"));
        var again = intake(event("deposit", APIGatewayProxyRequestEvent.class));
        assertThat(header(again, "Idempotent-Replayed")).isEqualTo("true");
        assertThat(field(again, "operation_id")).isEqualTo(field(response, "operation_id"));
        ledger("ledger").outcome(UUID.fromString(field(response, "operation_id")));
        assertThat(ledger("ledger").balance("a")).isEqualTo("1.00");
    }

    @Test
    void a_body_in_base64_is_read_as_the_bytes_it_stands_for() throws IOException {
        var body = money("a", "3.00", "EUR");
        body.put("description", "Miete für März 🏠");
        values.put("body", Base64.getEncoder().encodeToString(Api.json(body).getBytes(StandardCharsets.UTF_8)));
        var response = intake(event("deposit-base64", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(202);
        var done = ledger("ledger").outcome(UUID.fromString(field(response, "operation_id")));
        assertThat(done.path("request").path("description").asText()).isEqualTo("Miete für März 🏠");
    }

    @Test
    void of_headers_with_many_values_all_count() throws IOException {
        var response = intake(event("deposit-multi-value-headers", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        assertThat(header(response, "Preference-Applied")).isEqualTo("wait=20");
        assertThat(field(response, "balance_after")).isEqualTo("1.00");
    }

    @Test
    void a_body_that_the_gateway_leaves_out_is_empty() throws IOException {
        var event = event("deposit", APIGatewayProxyRequestEvent.class).withBody(null);
        var response = intake(event);
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(400);
        assertThat(field(response, "code")).isEqualTo("malformed_request");
    }

    @Test
    void a_deposit_is_done_by_the_synchronous_side_from_the_gateways_event() throws IOException {
        var response = http("sync", event("sync-deposit", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
        assertThat(field(response, "balance_after")).isEqualTo("1.00");
        assertThat(header(response, "Link"))
                .isEqualTo("</v1/ledgers/%s/deposits>; rel=\"successor-version\""
                        .formatted(ledger("ledger").id()));
        var again = http("sync", event("sync-deposit", APIGatewayProxyRequestEvent.class));
        assertThat(header(again, "Idempotent-Replayed")).isEqualTo("true");
        assertThat(ledger("ledger").balance("a")).isEqualTo("1.00");
    }

    @Test
    void a_change_of_an_action_item_is_accepted_from_the_gateways_event() throws IOException {
        var item = ledger("ledger")
                .send("action-items", Map.of("title", "Call them"), "Prefer", "wait=20")
                .is(200)
                .text("action_item_id");
        values.put("item", item);
        var response = intake(event("action-item-change", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(202);
        assertThat(field(response, "action_item_id")).isEqualTo(item);
        assertThat(field(response, "operation_id")).isNotEqualTo(item);
        assertThat(ledger("ledger")
                        .outcome(UUID.fromString(field(response, "operation_id")))
                        .path("status")
                        .asText())
                .isEqualTo("succeeded");
    }

    @Test
    void a_hold_is_released_by_the_gateways_event_of_a_request_without_a_body() throws IOException {
        var ledger = ledger("ledger").funded("a", "5.00");
        var hold = ledger.send("holds", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200)
                .text("hold_id");
        ledger.withdraw("a", "5.00").isProblem(422, "insufficient_funds");
        values.put("hold", hold);
        var response = http("sync", event("release-without-a-body", APIGatewayProxyRequestEvent.class));
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(202);
        assertThat(field(response, "hold_id")).isEqualTo(hold);
        ledger.outcome(UUID.fromString(field(response, "operation_id")));
        ledger.withdraw("a", "5.00").is(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "ä", "🏠", "a "})
    void a_key_that_is_not_printable_is_refused(String key) throws IOException {
        var event = event("deposit", APIGatewayProxyRequestEvent.class);
        event.getHeaders().put("Idempotency-Key", key);
        event.getMultiValueHeaders().put("Idempotency-Key", List.of(key));
        var response = intake(event);
        assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(400);
        assertThat(field(response, "code")).isEqualTo("malformed_request");
    }

    @Test
    void ten_messages_of_three_ledgers_are_applied_each_in_its_order() throws IOException {
        assertThat(process("ten-messages-of-three-ledgers")).isEmpty();
        assertThat(ledger("one")
                        .operation(id("one", 3))
                        .path("result")
                        .path("sequence")
                        .asInt())
                .isEqualTo(2);
        assertThat(ledger("three")
                        .operation(id("three", 8))
                        .path("result")
                        .path("sequence")
                        .asInt())
                .isEqualTo(3);
        assertThat(ledger("one")
                        .operation(id("one", 9))
                        .path("error")
                        .path("code")
                        .asText())
                .isEqualTo("insufficient_funds");
        for (var name : List.of("one", "two", "three")) {
            assertThat(ledger(name).balance("a")).isEqualTo("3.00");
        }
        var before = books();
        assertThat(process("ten-messages-of-three-ledgers")).isEmpty();
        assertThat(books()).isEqualTo(before);
    }

    @Test
    void a_message_that_comes_twice_is_applied_once() throws IOException {
        assertThat(process("a-message-twice")).isEmpty();
        assertThat(ledger("one").balance("a")).isEqualTo("2.00");
        assertThat(ledger("one").operation(id("one", 2)).path("duplicate_of").asText())
                .isEqualTo(id("one", 1).toString());
        var before = books();
        assertThat(process("a-message-twice")).isEmpty();
        assertThat(books()).isEqualTo(before);
    }

    @Test
    void a_message_that_cannot_be_read_holds_up_what_is_behind_it_in_its_ledger_and_nothing_else() throws IOException {
        assertThat(process("undecodable-in-the-middle")).containsExactly(3, 5, 7);
        assertThat(ledger("one").balance("a")).isEqualTo("2.00");
        assertThat(ledger("two").balance("a")).isEqualTo("2.00");
        assertThat(ledger("three").balance("a")).isEqualTo("1.00");
        daybook.api().get("/operations/" + id("one", 5)).isProblem(404, "operation_not_found");
        var before = books();
        assertThat(process("undecodable-in-the-middle")).containsExactly(3, 5, 7);
        assertThat(books()).isEqualTo(before);
    }

    @Test
    void a_message_in_the_group_of_another_ledger_is_not_applied() throws IOException {
        assertThat(process("group-of-another-ledger")).containsExactly(0, 1);
        assertThat(ledger("one").operations()).isEmpty();
        assertThat(ledger("two").operations()).isEmpty();
        assertThat(ledger("three").balance("a")).isEqualTo("1.00");
    }

    @Test
    void how_often_a_message_was_delivered_is_told_by_its_operation() throws IOException {
        assertThat(process("delivered-often")).isEmpty();
        var often = ledger("one").operation(id("one", 0));
        assertThat(often.path("attempts").asInt()).isEqualTo(4);
        assertThat(often.path("version").asInt()).isEqualTo(5);
        assertThat(ledger("two").operation(id("two", 1)).path("attempts").asInt())
                .isEqualTo(1);
    }
}
