package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.local.AsyncApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docs/asyncapi.yaml} beside what happens. All other tests hold the events of their ledgers to it, too. */
class EventsAsDescribedTest {
    private final AsyncApi document = AsyncApi.read();

    private Daybook daybook;

    @BeforeEach
    void start() {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 1));
    }

    @AfterEach
    void stop() {
        daybook.close();
    }

    @Test
    void everything_that_is_described_happens_and_is_as_described() {
        var ledger = daybook.ledger().account("a", "EUR").account("sick", "EUR");
        var other = daybook.ledger().account("b", "EUR");
        ledger.deposit("a", "10.00", "Prefer", "wait=20").is(200);
        ledger.withdraw("a", "99.00").is(422);
        for (var account : List.of("b", "nobody")) {
            ledger.send(
                    "transfers",
                    object(
                            "from_account_id", "a",
                            "to_account_id", account,
                            "to_ledger_id", other.id(),
                            "amount", "1.00",
                            "currency", "EUR"),
                    "Prefer",
                    "wait=20");
        }
        daybook.sicken();
        var redriven = ledger.deposit("sick", "1.00").is(202).operationId();
        var discarded = ledger.deposit("sick", "2.00").is(202).operationId();
        var unreadable = unreadable(ledger);
        await().untilAsserted(() ->
                assertThat(daybook.api().all(ledger.path() + "/dead-letters")).hasSize(3));
        daybook.heal();
        daybook.api()
                .send("POST", "/dead-letters/" + redriven + "/redrive", null)
                .is(202);
        for (var id : List.of(discarded, unreadable)) {
            daybook.api()
                    .post("/dead-letters/" + id + "/discard", object("reason", "It is of no use"))
                    .is(200);
        }
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "Month's end"))
                .is(200);
        daybook.api().send("POST", ledger.path() + "/resume", null).is(200);
        ledger.outcome(redriven);

        var events = daybook.events(ledger);
        assertThat(events.stream().map(AsyncApi::message).collect(Collectors.toSet()))
                .isEqualTo(document.messages());
        assertThat(events)
                .allSatisfy(event -> assertThat(document.errors(event)).isEmpty());
        daybook.booksHold();
    }

    private UUID unreadable(Ledger ledger) {
        try (var client = daybook.stack().queue().client()) {
            client.sendMessage(
                    request -> request.queueUrl(daybook.stack().queue().url().toString())
                            .messageGroupId(Daybook.TENANT + "~" + ledger.id())
                            .messageDeduplicationId(UUID.randomUUID().toString())
                            .messageBody("not a message"));
        }
        var letters = ledger.path() + "/dead-letters";
        return await().until(
                        () -> daybook.api().all(letters).stream()
                                .filter(letter -> !letter.path("readable").asBoolean())
                                .map(letter -> UUID.fromString(
                                        letter.path("operation_id").asText()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    @Test
    void the_guide_shows_one() throws IOException {
        var guide = Files.readString(Path.of("../docs/events.md"));
        var example = guide.replaceFirst("(?s).*?```json\n", "").replaceFirst("(?s)```.*", "");
        assertThat(document.errors(Api.JSON.readTree(example))).isEmpty();
    }

    @Test
    void what_is_not_described_is_noticed() {
        var ledger = daybook.ledger().account("a", "EUR");
        ledger.deposit("a", "10.00", "Prefer", "wait=20").is(200);
        var completed = (ObjectNode) daybook.events(ledger).getLast();
        assertThat(document.errors(completed)).isEmpty();

        assertThat(document.errors(completed.deepCopy().put("more", 1))).isNotEmpty();
        assertThat(document.errors(completed.deepCopy().put("type", "daybook.deposit.undone")))
                .isNotEmpty();
        assertThat(document.errors(completed.deepCopy().put("type", "daybook.loan.completed")))
                .isNotEmpty();
        var pending = completed.deepCopy();
        pending.withObject("/data").put("status", "pending");
        assertThat(document.errors(pending)).isNotEmpty();
        var number = completed.deepCopy();
        number.withObject("/data").put("balance_after", 10.0);
        assertThat(document.errors(number)).isNotEmpty();
    }
}
