package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** What browsers read of an operation and of a ledger while it happens. */
class StreamsTest {
    private static final FakeTopic TOPIC = new FakeTopic();

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        var settings = new HashMap<>(TOPIC.settings());
        settings.put("daybook.stream.wait", "2s");
        settings.put("daybook.stream.bytes-max", 20_000);
        daybook = Daybook.start(settings);
    }

    @AfterAll
    static void stop() {
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void the_books_hold() {
        daybook.booksHold();
    }

    private static EventReader reader(Ledger ledger, String lastId) {
        return new EventReader(daybook.api(), ledger.path() + "/events", lastId);
    }

    private static Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    @Test
    void the_stream_of_an_operation_tells_how_it_stands_by_its_versions_and_ends_with_it() throws Exception {
        var ledger = ledger();
        daybook.stack().postgres().stop();
        var id = ledger.deposit("a", "5.00").is(202).operationId();
        var reader = new EventReader(daybook.api(), "/operations/" + id + "/events", null);
        assertThat(reader.read()).isTrue();
        assertThat(reader.events().getLast().data().path("status").asText()).isEqualTo("pending");
        daybook.stack().postgres().start();
        await().until(() -> !reader.read());

        assertThat(reader.events().getLast().data()).isEqualTo(ledger.operation(id));
        assertThat(reader.events().getLast().data().path("status").asText()).isEqualTo("succeeded");
        assertThat(reader.events())
                .allMatch(
                        event -> event.id().equals(event.data().path("version").asText()));
        assertThat(reader.ids()).doesNotHaveDuplicates();
        assertThat(reader.events().stream().map(event -> Integer.parseInt(event.id())))
                .isSorted();
    }

    @Test
    void the_stream_of_a_ledger_begins_now_and_goes_on_where_it_was() {
        var ledger = ledger();
        ledger.deposit("a", "5.00", "Prefer", "wait=20").is(200);
        var reader = reader(ledger, null);
        reader.read();
        assertThat(reader.events()).isEmpty();
        assertThat(reader.lastId()).isEqualTo("2");

        reader.read(); // in vain
        assertThat(reader.events()).isEmpty();
        var id = ledger.withdraw("a", "7.00").is(422).operationId();
        reader.read();
        assertThat(reader.ids()).containsExactly("3", "4");
        assertThat(reader.eventIds()).containsExactly(id + ":requested", id + ":failed");
        assertThat(reader.events().getLast().data().at("/data/error/code").asText())
                .isEqualTo("insufficient_funds");
    }

    @Test
    void a_thousand_operations_are_seen_once_and_in_one_order_by_streams_and_subscribers() throws Exception {
        var ledger = ledger();
        var reader = reader(ledger, "0");
        try (var threads = Executors.newSingleThreadExecutor()) {
            var reading = threads.submit(() -> {
                while (reader.events().size() < 2_000) {
                    reader.read();
                }
                return null;
            });
            for (var batch = 0; batch < 10; batch++) {
                ledger.send(
                                "batches",
                                object(
                                        "operations",
                                        IntStream.range(0, 99)
                                                .mapToObj(i -> item("deposit", money("a", "1.00", "EUR")))
                                                .toList()))
                        .is(202);
                ledger.withdraw("a", "9999.00").is(422);
            }
            await().untilAsserted(() -> assertThat(reading.isDone()).isTrue());
            reading.get();
        }
        assertThat(reader.ids())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 2_000)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(reader.eventIds()).doesNotHaveDuplicates();
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger)).hasSizeGreaterThanOrEqualTo(2_000));
        assertThat(TOPIC.of(ledger).stream().map(FakeTopic.Message::id).distinct())
                .containsExactlyElementsOf(reader.eventIds());
        assertThat(TOPIC.of(ledger).getLast().event())
                .isEqualTo(reader.events().getLast().data());
    }

    @Test
    void what_is_not_kept_any_more_is_not_skipped_in_silence() {
        var ledger = ledger();
        ledger.deposit("a", "5.00", "Prefer", "wait=20").is(200);
        ledger.deposit("a", "5.00", "Prefer", "wait=20").is(200);
        daybook.execute("""
                update event set created_at = created_at - interval '8 days'
                where number < 3 and ledger_key = (select ledger_key from ledger where ledger_id = '%s')
                """.formatted(ledger.id()));
        await().untilAsserted(() -> {
            daybook.functions().relay();
            daybook.api().get(ledger.path() + "/events", "Last-Event-ID", "1").isProblem(410, "events_gone");
        });
        for (var from : List.of("2", "0")) {
            var reader = reader(ledger, from);
            reader.read();
            assertThat(reader.ids()).containsExactly("3", "4");
        }
        daybook.api().get(ledger.path() + "/events?last_event_id=5").isProblem(410, "events_gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.0", "one", "9999999999999999999"})
    void an_id_that_no_event_had_is_refused(String id) {
        daybook.api().get(ledger().path() + "/events", "Last-Event-ID", id).isProblem(400, "malformed_request");
    }

    @Test
    void what_others_have_is_not_there() {
        var ledger = ledger();
        var id = ledger.deposit("a", "5.00", "Prefer", "wait=20").is(200).operationId();
        var other = daybook.api("other", Daybook.ALL_SCOPES);
        other.get(ledger.path() + "/events").isProblem(404, "ledger_not_found");
        other.get("/operations/" + id + "/events").isProblem(404, "operation_not_found");
        other.post("/tickets", object("path", "/v1" + ledger.path() + "/events"))
                .isProblem(404, "ledger_not_found");
        other.post("/tickets", object("path", "/v1/operations/" + id + "/events"))
                .isProblem(404, "operation_not_found");
    }

    @Test
    void a_ticket_stands_in_for_a_token_on_its_path_and_nowhere_else() {
        var ledger = ledger();
        var path = ledger.path() + "/events";
        var issued = daybook.api(Daybook.TENANT, "ledger:read")
                .post("/tickets", object("path", "/v1" + path))
                .is(201);
        assertThat(issued.header("Cache-Control")).hasValue("no-store");
        assertThat(issued.text("path")).isEqualTo("/v1" + path);
        assertThat(issued.text("expires_at")).endsWith("Z");
        var ticket = "?ticket=" + issued.text("ticket");
        var anybody = daybook.api("");

        anybody.get(path + ticket).is(200);
        anybody.get(path + ticket + "&last_event_id=0").is(200);
        for (var elsewhere : List.of(
                ledger().path() + "/events",
                ledger.path(),
                ledger.path() + "/operations",
                "/ledgers",
                "/dead-letters")) {
            anybody.get(elsewhere + ticket).isProblem(401, "unauthorized");
        }
        anybody.post(ledger.path() + "/deposits" + ticket, money("a", "1.00", "EUR"), "Idempotency-Key", "k")
                .isProblem(401, "unauthorized");
        anybody.get(path + "?ticket=" + issued.text("ticket").toLowerCase() + "x")
                .isProblem(401, "unauthorized");
        anybody.get(path).isProblem(401, "unauthorized");
    }

    @Test
    void a_ticket_is_forgotten_when_its_time_is_over() {
        var path = ledger().path() + "/events";
        var ticket = daybook.api()
                .post("/tickets", object("path", "/v1" + path))
                .is(201)
                .text("ticket");
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            var keys = redis.keys("ticket:*");
            assertThat(keys)
                    .isNotEmpty()
                    .noneMatch(key -> key.contains(ticket))
                    .allSatisfy(key -> assertThat(redis.ttl(key)).isBetween(1L, 900L));
            keys.forEach(redis::del); // as its time does
        }
        daybook.api("").get(path + "?ticket=" + ticket).isProblem(401, "unauthorized");
    }

    @Test
    void tickets_are_for_streams_and_for_those_who_may_read() {
        for (var path :
                List.of("", "/v1/ledgers/main", "/v1/ledgers/a/b/events", "https://elsewhere/v1/ledgers/a/events")) {
            daybook.api().post("/tickets", object("path", path)).isProblem(422, "validation_failed");
        }
        daybook.api()
                .post("/tickets", object("path", "/v1/ledgers/nobodys/events"))
                .isProblem(404, "ledger_not_found");
        daybook.api()
                .post("/tickets", object("path", "/v1/operations/" + UUID.randomUUID() + "/events"))
                .isProblem(404, "operation_not_found");
        daybook.api(Daybook.TENANT, "ledger:write")
                .post("/tickets", object("path", "/v1" + ledger().path() + "/events"))
                .isProblem(403, "forbidden");
    }

    @Test
    void without_redis_there_are_no_tickets_but_streams() {
        var ledger = ledger();
        try {
            daybook.stack().redis().stop();
            daybook.api()
                    .post("/tickets", object("path", "/v1" + ledger.path() + "/events"))
                    .isProblem(503, "unavailable");
            var id = ledger.deposit("a", "5.00").is(202).operationId();
            var reader = reader(ledger, "0");
            await().until(() -> reader.read() && reader.events().size() == 2);
            assertThat(reader.eventIds()).containsExactly(id + ":requested", id + ":completed");
        } finally {
            daybook.allIsBack();
        }
    }
}
