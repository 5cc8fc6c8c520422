package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What leaves a ledger: events to a topic that may be away, statuses to a Redis that may be. */
class OutboxTest {
    private static final FakeTopic TOPIC = new FakeTopic();

    private static Daybook daybook;
    private static Ledger probe;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(TOPIC.settings());
        probe = ledger();
    }

    @AfterAll
    static void stop() {
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void all_is_there_and_the_books_hold() {
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.stack().redis().start();
        await() // until the functions are connected again
                .untilAsserted(
                        () -> probe.deposit("a", "1.00", "Prefer", "wait=2").is(200));
        daybook.booksHold();
    }

    private static Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    private static long unsent() {
        return daybook.count("""
                event join ledger using (ledger_key) left join event_sent sent using (ledger_key)
                where event.number > coalesce(sent.number, 0)
                """);
    }

    @Test
    void an_operation_is_told_as_cloud_events_once_it_is_decided() {
        var ledger = ledger();
        var id = ledger.sendAs("k", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200)
                .operationId();
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger)).hasSize(2));
        var requested = TOPIC.of(ledger).getFirst();
        var completed = TOPIC.of(ledger).getLast();
        assertThat(requested.type()).isEqualTo("daybook.deposit.requested");
        assertThat(requested.event().path("data").path("status").asText()).isEqualTo("pending");
        assertThat(requested.event().path("data").has("balance_after")).isFalse();

        assertThat(completed.id())
                .isEqualTo(id + ":completed")
                .isEqualTo(completed.event().path("id").asText());
        var event = completed.event();
        assertThat(event.path("specversion").asText()).isEqualTo("1.0");
        assertThat(event.path("type").asText()).isEqualTo("daybook.deposit.completed");
        assertThat(event.path("source").asText()).isEqualTo("urn:daybook:demo:" + ledger.id());
        assertThat(event.path("subject").asText()).isEqualTo(id.toString());
        assertThat(event.path("datacontenttype").asText()).isEqualTo("application/json");
        var data = event.path("data");
        var operation = ledger.operation(id);
        assertThat(data.path("operation_id").asText()).isEqualTo(id.toString());
        assertThat(data.path("ledger_id").asText()).isEqualTo(ledger.id());
        assertThat(data.path("account_id").asText()).isEqualTo("a");
        assertThat(data.path("amount").asText()).isEqualTo("5.00");
        assertThat(data.path("currency").asText()).isEqualTo("EUR");
        assertThat(data.path("balance_after").asText()).isEqualTo("5.00");
        assertThat(data.path("idempotency_key").asText()).isEqualTo("k");
        assertThat(data.path("timestamp")).isEqualTo(event.path("time")).isEqualTo(operation.path("completed_at"));
        assertThat(data.path("request")).isEqualTo(operation.path("request"));
    }

    @Test
    void the_synchronous_side_is_told_as_the_other_is_and_in_one_order_with_it() {
        var ledger = ledger();
        var ids = List.of(
                ledger.syncAs("s", "deposits", money("a", "5.00", "EUR"))
                        .is(200)
                        .operationId(),
                ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId(),
                ledger.syncAs("t", "withdrawals", money("a", "7.00", "EUR"))
                        .is(422)
                        .operationId());
        ledger.syncAs("s", "deposits", money("a", "5.00", "EUR")).is(200);
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger).stream().map(FakeTopic.Message::id))
                .containsExactly(
                        ids.get(0) + ":requested",
                        ids.get(0) + ":completed",
                        ids.get(1) + ":requested",
                        ids.get(1) + ":completed",
                        ids.get(2) + ":requested",
                        ids.get(2) + ":failed"));
        assertThat(TOPIC.of(ledger).get(1).event().at("/data/idempotency_key").asText())
                .isEqualTo("s");
        assertThat(TOPIC.of(ledger).get(1).event().at("/data/balance_after").asText())
                .isEqualTo("5.00");
    }

    @Test
    void a_refusal_is_told_with_its_problem_and_a_repetition_is_not_told() {
        var ledger = ledger();
        ledger.withdraw("a", "1.00").is(422);
        await().untilAsserted(() -> assertThat(TOPIC.types(ledger))
                .containsExactly("daybook.withdrawal.requested", "daybook.withdrawal.failed"));
        assertThat(TOPIC.of(ledger).getLast().event().at("/data/error/code").asText())
                .isEqualTo("insufficient_funds");

        daybook.stack().redis().stop(); // so that intake does not tell the repetition
        var body = money("a", "1.00", "EUR");
        ledger.sendAs("k", "deposits", body).is(202);
        var again = ledger.sendAs("k", "deposits", body).is(202).operationId();
        await().untilAsserted(() ->
                assertThat(ledger.operation(again).has("duplicate_of")).isTrue());
        ledger.deposit("a", "2.00").is(202);
        await().untilAsserted(() -> assertThat(TOPIC.types(ledger)).hasSize(6));
        assertThat(TOPIC.of(ledger)).noneMatch(message -> message.id().startsWith(again.toString()));
    }

    @Test
    void while_the_topic_is_away_work_goes_on_and_all_is_told_in_order_when_it_is_back() {
        var ledger = ledger();
        var ids = new ArrayList<String>();
        for (var mood : List.of(FakeTopic.Mood.AWAY, FakeTopic.Mood.SILENT)) {
            TOPIC.is(mood);
            for (var i = 0; i < 5; i++) {
                ids.add(ledger.deposit("a", "1.00", "Prefer", "wait=20")
                        .is(200)
                        .operationId()
                        .toString());
            }
        }
        assertThat(TOPIC.of(ledger)).isEmpty();
        assertThat(unsent()).isGreaterThanOrEqualTo(10); // rows for two events each
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.functions().relay();
        assertThat(TOPIC.of(ledger).stream().map(FakeTopic.Message::id))
                .containsExactlyElementsOf(ids.stream()
                        .flatMap(id -> List.of(id + ":requested", id + ":completed").stream())
                        .toList());
        await().untilAsserted(() -> assertThat(unsent()).isZero());
    }

    @Test
    void a_ledger_with_much_to_tell_does_not_keep_another_waiting() {
        var busy = ledger();
        var quiet = ledger();
        TOPIC.is(FakeTopic.Mood.AWAY);
        busy.send("batches", object("operations", Collections.nCopies(250, item("deposit", money("a", "1.00", "EUR")))))
                .is(202);
        quiet.deposit("a", "1.00").is(202);
        await().untilAsserted(() -> assertThat(unsent()).isGreaterThan(250));
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.functions().relay();
        var groups = TOPIC.groups();
        assertThat(TOPIC.of(busy)).hasSize(500);
        assertThat(groups.indexOf("demo~" + quiet.id()))
                .isPositive()
                .isLessThan(groups.lastIndexOf("demo~" + busy.id()));
        assertThat(unsent()).isZero();
    }

    @Test
    void what_was_sent_but_not_confirmed_is_sent_again_under_the_same_id() {
        var ledger = ledger();
        TOPIC.is(FakeTopic.Mood.DEAF);
        ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger)).isNotEmpty());
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.functions().relay();
        await().untilAsserted(() -> assertThat(unsent()).isZero());
        assertThat(TOPIC.of(ledger)).hasSizeGreaterThan(2);
        assertThat(TOPIC.of(ledger).stream().map(FakeTopic.Message::id).distinct())
                .hasSize(2);
    }

    @Test
    void the_events_of_a_long_batch_follow_the_books() {
        var ledger = ledger();
        var operations = IntStream.range(0, 250)
                .mapToObj(i -> item("deposit", money("a", "1.00", "EUR")))
                .toList();
        ledger.send("batches", object("operations", operations)).is(202);
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger)).hasSizeGreaterThanOrEqualTo(500));
        assertThat(TOPIC.of(ledger).stream()
                        .filter(message -> message.type().equals("daybook.deposit.completed"))
                        .map(message ->
                                message.event().path("data").path("sequence").asInt())
                        .distinct())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 250).boxed().toList());
    }

    @Test
    void a_status_that_redis_missed_is_told_later() {
        var ledger = ledger();
        daybook.stack().redis().stop();
        var id = ledger.deposit("a", "1.00").is(202).operationId();
        await().untilAsserted(() -> assertThat(
                        daybook.count("outbox where target = 'status' and message_id = '%s'".formatted(id)))
                .isOne());
        daybook.stack().redis().start();
        await().untilAsserted(() -> {
            daybook.functions().relay();
            try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
                assertThat(redis.hget(RedisKeys.operation(id), "s")).isEqualTo("succeeded");
            }
        });
        assertThat(daybook.count("outbox where target = 'status'")).isZero();
    }

    @Test
    void old_operations_are_forgotten_and_the_books_are_not() {
        var ledger = ledger().broken(); // fewer operations than transactions
        var old = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
        var recent = ledger.deposit("a", "2.00", "Prefer", "wait=20").is(200).operationId();
        daybook.execute(
                "update operation set completed_at = completed_at - interval '401 days' where operation_id = '%s'"
                        .formatted(old));
        daybook.functions().relay();
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.operation(old), RedisKeys.operation(recent));
        }
        daybook.api().get("/operations/" + old).isProblem(404, "operation_not_found");
        assertThat(ledger.operation(recent).path("status").asText()).isEqualTo("succeeded");
        assertThat(ledger.balance("a")).isEqualTo("3.00");
        assertThat(ledger.statement("a")).hasSize(2);
        BooksAssert.assertThat(ledger).balance().agreeWithTheirStatements().passTheAudit();
    }

    @Test
    void events_are_kept_for_their_time_and_until_the_topic_was_told() {
        var ledger = ledger();
        TOPIC.is(FakeTopic.Mood.AWAY);
        ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        daybook.execute("update event set created_at = created_at - interval '8 days'");
        daybook.functions().relay();
        assertThat(kept(ledger)).isOne();

        TOPIC.is(FakeTopic.Mood.THERE);
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(kept(ledger)).isZero();
        });
        assertThat(TOPIC.of(ledger)).hasSize(2);
        ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        daybook.functions().relay();
        assertThat(kept(ledger)).isOne();
        await().untilAsserted(() -> assertThat(TOPIC.of(ledger)).hasSize(4));
    }

    private static long kept(Ledger ledger) {
        return daybook.count("event join ledger using (ledger_key) where ledger_id = '%s'".formatted(ledger.id()));
    }
}
