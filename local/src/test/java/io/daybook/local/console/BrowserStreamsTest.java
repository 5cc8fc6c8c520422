package io.daybook.local.console;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.daybook.local.path.Daybook;
import io.daybook.local.path.Ledger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a browser's own {@code EventSource} sees of a ledger. */
@EnabledIf("io.daybook.local.console.Browser#isWanted")
class BrowserStreamsTest {
    private static final int BATCHES = 10;

    private static Daybook daybook;
    private static Browser browser;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of("daybook.stream.wait", "2s"));
        browser = Browser.start();
    }

    @AfterAll
    static void stop() {
        browser.close();
        daybook.close();
    }

    /** Opens a stream on any page of the same host, and keeps what comes. */
    private static void listen(String path) {
        var ticket =
                daybook.api().post("/tickets", object("path", path)).is(201).text("ticket");
        browser.openAnew(URI.create(daybook.stack().url() + "/console"));
        browser.run("""
                window.seen = [];
                window.opened = 0;
                const events = new EventSource(`${arguments[0]}?last_event_id=0&ticket=${arguments[1]}`);
                events.onopen = () => window.opened++;
                events.onmessage = message => {
                  const event = JSON.parse(message.data);
                  window.seen.push([message.lastEventId, event.subject, event.type]);
                };
                window.stream = events;
                """, path, ticket);
    }

    private static long number(String expression) {
        return (Long) browser.run("return " + expression);
    }

    private static void sendHundred(Ledger ledger) {
        var deposits = IntStream.range(0, 99)
                .mapToObj(i -> item("deposit", money("a", "1.00", "EUR")))
                .toList();
        ledger.send("batches", object("operations", deposits)).is(202);
        ledger.withdraw("a", "9999.00").is(422);
    }

    @Test
    @SuppressWarnings("unchecked")
    void every_change_of_a_thousand_operations_is_seen_once_and_in_order_although_the_network_goes_away() {
        var ledger = daybook.ledger().account("a", "EUR");
        listen("/v1" + ledger.path() + "/events");
        for (var batch = 0; batch < BATCHES; batch++) {
            if (batch == 3) {
                await().until(() -> number("window.seen.length") > 0);
                browser.network(false);
            }
            if (batch == 6) {
                var before = number("window.opened");
                browser.network(true);
                await().until(() -> number("window.opened") > before);
            }
            sendHundred(ledger);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> number("window.seen.length") >= 2 * 100 * BATCHES);

        var seen = (List<List<String>>) browser.run("return window.seen");
        assertThat(seen.stream().map(List::getFirst))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 2 * 100 * BATCHES)
                        .mapToObj(Integer::toString)
                        .toList());
        var byOperation = seen.stream()
                .collect(Collectors.groupingBy(
                        event -> UUID.fromString(event.get(1)),
                        Collectors.mapping(event -> event.get(2), Collectors.toList())));
        assertThat(byOperation.keySet()).isEqualTo(ledger.accepted());
        assertThat(byOperation.values())
                .allMatch(types -> types.equals(List.of("daybook.deposit.requested", "daybook.deposit.completed"))
                        || types.equals(List.of("daybook.withdrawal.requested", "daybook.withdrawal.failed")));
        assertThat(number("window.opened")).as("how often it came back").isGreaterThan(2);
        assertThat(number("window.stream.readyState")).as("not closed").isLessThan(2);
        assertThat(ledger.breaks()).isEmpty();
    }
}
