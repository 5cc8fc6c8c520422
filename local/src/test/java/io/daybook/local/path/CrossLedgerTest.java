package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** Operations between two ledgers, whatever happens between two of their steps. */
class CrossLedgerTest {
    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of(
                "daybook.processor.attempts-max",
                3,
                "daybook.processor.retry.max",
                "1s",
                "daybook.saga.resend-after",
                "1s"));
        daybook.execute("create table fault (name text, times integer)");
        // They are counted by a sequence, which is not rolled back.
        daybook.execute("create sequence faults");
        daybook.execute("""
                create function fail() returns trigger language plpgsql security definer as
                $$ begin
                    if nextval('faults') <= (select times from fault where name = new.name) then
                        raise exception 'the % failed', new.name;
                    end if;
                    return new;
                end $$
                """);
        daybook.execute("create trigger fail before insert on step for each row execute function fail()");
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    @AfterEach
    void all_is_well_and_the_books_hold() {
        daybook.execute("truncate fault");
        daybook.execute("drop trigger if exists refuse on account");
        daybook.execute("drop trigger if exists swallow on outbox");
        daybook.execute("drop trigger if exists keep on outbox");
        daybook.booksHold();
    }

    private record Two(Ledger home, Ledger away) {
        UUID transfer(String to, String amount) {
            return home.send("transfers", body(to, amount), "Prefer", "respond-async")
                    .is(202)
                    .operationId();
        }

        Map<String, Object> body(String to, String amount) {
            var body = Ledger.transfer("alice", to, amount, "EUR");
            body.put("to_ledger_id", away.id());
            return body;
        }

        /** Money is where it should be. */
        void succeeded(UUID id) {
            var done = home.outcome(id);
            assertThat(code(done)).as(done.toString()).isEqualTo("succeeded");
            assertThat(steps(done)).containsExactly("hold succeeded", "credit succeeded", "capture succeeded");
            assertThat(home.funds("alice")).isEqualTo("70.00 held 0.00");
            assertThat(home.balance("transit:EUR")).isEqualTo("30.00");
            assertThat(away.balance("bob")).isEqualTo("30.00");
            assertThat(away.balance("transit:EUR")).isEqualTo("-30.00");
        }
    }

    private static Two two() {
        var home =
                daybook.ledger().account("alice", "EUR").account("yen", "JPY").funded("alice", "100.00");
        var away = daybook.ledger()
                .account("bob", "EUR")
                .account("ice", "EUR")
                .account("usd", "USD")
                .status("ice", "frozen");
        return new Two(home, away);
    }

    private static String code(JsonNode operation) {
        return operation.path("status").asText().equals("succeeded")
                ? "succeeded"
                : operation.at("/error/code").asText();
    }

    private static List<String> steps(JsonNode operation) {
        var steps = new ArrayList<String>();
        operation
                .path("steps")
                .forEach(step -> steps.add(
                        step.path("name").asText() + " " + step.path("status").asText()));
        return steps;
    }

    private static List<String> transitions(JsonNode operation) {
        return operation.path("transitions").findValuesAsText("status");
    }

    /** A step as the other ledger would send it, in a message of its own. */
    private static void send(Ledger ledger, JsonNode operation, Object step) {
        var message = Messages.of(
                ledger,
                object(
                        "operation_id", operation.path("operation_id"),
                        "idempotency_key", operation.path("idempotency_key"),
                        "kind", operation.path("kind"),
                        "request", operation.path("request"),
                        "step", step));
        try (var client = daybook.stack().queue().client()) {
            client.sendMessage(
                    request -> request.queueUrl(daybook.stack().queue().url().toString())
                            .messageGroupId(Daybook.TENANT + "~" + ledger.id())
                            .messageDeduplicationId(UUID.randomUUID().toString())
                            .messageBody(message));
        }
    }

    private static void send(Ledger ledger, JsonNode operation, String name, Ledger home) {
        send(ledger, operation, object("name", name, "home_ledger_id", home.id()));
    }

    /** Waits until all that was sent before has been applied. */
    private static void passed(Two two) {
        two.home().funded("alice", "0.01");
        two.away().funded("bob", "0.01");
    }

    @Test
    void a_transfer_waits_for_the_whole_way_and_shows_its_steps() {
        var two = two();
        var done = two.home()
                .send("transfers", two.body("bob", "30.00"), "Prefer", "wait=20")
                .is(200);
        two.succeeded(done.operationId());
        var operation = two.home().operation(done.operationId());
        assertThat(transitions(operation)).containsExactly("pending", "processing", "succeeded");
        assertThat(operation.at("/result/balances").findValuesAsText("balance_after"))
                .containsExactly("70.00", "30.00");
        // PostgreSQL tells the same as Redis
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.operation(done.operationId()));
        }
        var stored = two.home().operation(done.operationId());
        assertThat(stored.path("result")).isEqualTo(operation.path("result"));
        assertThat(stored.path("steps")).isEqualTo(operation.path("steps"));
        assertThat(stored.path("transitions")).isEqualTo(operation.path("transitions"));
    }

    @ParameterizedTest(name = "to {0}: {1}")
    @CsvSource({"ice, account_frozen", "nobody, account_not_found", "usd, currency_mismatch"})
    void a_credit_that_is_refused_lets_the_money_go(String account, String code) {
        var two = two();
        var answer = two.home().send("transfers", two.body(account, "30.00"), "Prefer", "wait=20");
        assertThat(answer.text("code")).isEqualTo(code);
        var failed = two.home().operation(answer.operationId());
        assertThat(transitions(failed)).containsExactly("pending", "processing", "compensating", "failed");
        assertThat(steps(failed)).containsExactly("hold succeeded", "credit failed", "release succeeded");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 0.00");
    }

    @Test
    void an_exchange_between_two_ledgers_buys_there_and_sells_here() {
        var two = two();
        var done = two.home()
                .apply(
                        "exchange",
                        "from_account_id",
                        "alice",
                        "to_account_id",
                        "usd",
                        "to_ledger_id",
                        two.away().id(),
                        "sell",
                        object("amount", "10.00", "currency", "EUR"),
                        "rate",
                        "1.0855");
        assertThat(code(done)).isEqualTo("succeeded");
        assertThat(two.home().funds("alice")).isEqualTo("90.00 held 0.00");
        assertThat(two.away().balance("usd")).isEqualTo("10.86"); // 10.855, half-even
        assertThat(two.home().balance("exchange:EUR")).isEqualTo("10.00");
        assertThat(two.away().balance("exchange:USD")).isEqualTo("-10.86");
    }

    @Test
    void a_transfer_is_reversed_once_from_where_its_money_is() {
        var two = two();
        var transfer = two.transfer("bob", "30.00");
        two.succeeded(transfer);
        assertThat(code(two.home().apply("reversal", "operation_id", transfer))).isEqualTo("not_reversible");
        var reversal = two.away().apply("reversal", "operation_id", transfer);
        assertThat(code(reversal)).isEqualTo("succeeded");
        assertThat(steps(reversal)).containsExactly("hold succeeded", "credit succeeded", "capture succeeded");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 0.00");
        assertThat(two.away().funds("bob")).isEqualTo("0.00 held 0.00");
        assertThat(two.home().balance("transit:EUR")).isEqualTo("0.00");
        assertThat(code(two.away().apply("reversal", "operation_id", transfer))).isEqualTo("already_reversed");
    }

    @Test
    void a_reversal_that_is_refused_there_can_be_tried_again() {
        var two = two();
        var transfer = two.transfer("bob", "30.00");
        two.succeeded(transfer);
        two.home().status("alice", "frozen");
        assertThat(code(two.away().apply("reversal", "operation_id", transfer))).isEqualTo("account_frozen");
        assertThat(two.away().funds("bob")).isEqualTo("30.00 held 0.00");
        two.home().status("alice", "active");
        assertThat(code(two.away().apply("reversal", "operation_id", transfer))).isEqualTo("succeeded");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 0.00");
    }

    private static void fails(String step, int times) {
        daybook.execute("alter sequence faults restart");
        daybook.execute("insert into fault values ('%s', %d)".formatted(step, times));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hold", "credit", "capture"})
    void a_step_that_fails_is_taken_once_in_the_end(String step) {
        var two = two();
        fails(step, 2);
        two.succeeded(two.transfer("bob", "30.00"));
    }

    @Test
    void a_release_that_fails_is_taken_once_in_the_end() {
        var two = two();
        fails("release", 2);
        var id = two.transfer("ice", "30.00");
        assertThat(code(two.home().outcome(id))).isEqualTo("account_frozen");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 0.00");
    }

    @Test
    void steps_that_come_again_and_in_any_order_change_nothing() {
        var two = two();
        var id = two.transfer("bob", "30.00");
        two.succeeded(id);
        var done = two.home().operation(id);
        for (var round = 0; round < 2; round++) {
            send(two.home(), done, "capture", two.home());
            send(two.away(), done, "credit", two.home());
            send(two.home(), done, "hold", two.home());
            send(
                    two.home(),
                    done,
                    object(
                            "name",
                            "release",
                            "home_ledger_id",
                            two.home().id(),
                            "problem",
                            object(
                                    "type", "urn:daybook:problem:account_frozen",
                                    "title", "The account is frozen",
                                    "status", 422,
                                    "code", "account_frozen",
                                    "detail", "It is frozen")));
        }
        passed(two);
        await().during(Duration.ofMillis(500)).untilAsserted(() -> {
            assertThat(two.home().funds("alice")).isEqualTo("70.01 held 0.00");
            assertThat(two.away().funds("bob")).isEqualTo("30.01 held 0.00");
            assertThat(two.home().operation(id)).isEqualTo(done);
        });
    }

    @Test
    void the_request_that_comes_again_on_its_way_changes_nothing() {
        var two = two();
        two.away().status("bob", "frozen");
        var id = two.transfer("bob", "30.00");
        assertThat(code(two.home().outcome(id))).isEqualTo("account_frozen");
        var operation = two.home().operation(id);
        two.away().status("bob", "active");
        send(two.away(), operation, "credit", two.home()); // it stays refused
        passed(two);
        assertThat(two.away().balance("bob")).isEqualTo("0.01");
        assertThat(two.home().operation(id)).isEqualTo(operation);
    }

    /** Deletes what should leave: as if the queue had lost it. */
    private static void swallowMessages() {
        daybook.execute("""
                create or replace function swallow() returns trigger language plpgsql as
                $$ begin return null; end $$
                """);
        daybook.execute("""
                create trigger swallow before insert on outbox
                for each row when (new.target = 'message') execute function swallow()
                """);
    }

    @Test
    void what_stands_still_for_too_long_is_dead_and_goes_on_when_redriven() {
        var two = two();
        swallowMessages();
        var id = two.transfer("bob", "30.00");
        await().untilAsserted(() ->
                assertThat(two.home().operation(id).path("status").asText()).isEqualTo("processing"));
        daybook.execute("""
                update operation set steps = replace(steps::text, '"at":"2', '"at":"1')::json
                where operation_id = '%s'
                """.formatted(id)); // a thousand years ago
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(two.home().operation(id).path("status").asText()).isEqualTo("dead");
        });
        daybook.execute("drop trigger swallow on outbox");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 30.00");
        var item = daybook.api().get(two.home().path() + "/action-items/" + id).is(200);
        assertThat(item.json().path("exceptions").findValuesAsText("code")).containsExactly("processing_failed");
        daybook.api().send("POST", "/dead-letters/" + id + "/redrive", null).is(202);
        await().untilAsserted(() ->
                assertThat(two.home().operation(id).path("status").asText()).isEqualTo("succeeded"));
        two.succeeded(id);
    }

    @Test
    void a_message_that_is_lost_is_sent_again_by_the_schedule() {
        var two = two();
        swallowMessages();
        var id = two.transfer("bob", "30.00");
        await().untilAsserted(() ->
                assertThat(two.home().operation(id).path("status").asText()).isEqualTo("processing"));
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 30.00");
        assertThat(two.home().operation(id).path("version").asInt()).isEqualTo(2);
        daybook.execute("drop trigger swallow on outbox");
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(two.home().operation(id).path("done").asBoolean()).isTrue();
        });
        two.succeeded(id);
    }

    @Test
    void a_message_that_was_sent_and_not_crossed_off_is_sent_again_and_taken_once() {
        var two = two();
        daybook.execute("""
                create or replace function keep() returns trigger language plpgsql as
                $$ begin raise exception 'no answer'; end $$
                """);
        daybook.execute("create trigger keep before delete on outbox for each row execute function keep()");
        two.succeeded(two.transfer("bob", "30.00"));
        daybook.execute("drop trigger keep on outbox");
        daybook.functions().relay();
        passed(two);
        assertThat(two.away().balance("bob")).isEqualTo("30.01");
    }

    private static void sicken(String account) {
        daybook.execute("""
                create or replace function refuse() returns trigger language plpgsql as
                $$ begin raise exception 'this account is sick'; end $$
                """);
        daybook.execute("""
                create or replace trigger refuse before update on account
                for each row when (old.account_id = '%s') execute function refuse()
                """.formatted(account));
    }

    private static UUID dead(Two two, String sick) {
        sicken(sick);
        var id = two.transfer("bob", "30.00");
        var dead = two.home().outcome(id);
        assertThat(dead.path("status").asText()).as(dead.toString()).isEqualTo("dead");
        assertThat(dead.at("/error/detail").asText()).contains("this account is sick");
        assertThat(steps(dead)).containsExactly("hold succeeded");
        assertThat(two.home().funds("alice")).isEqualTo("100.00 held 30.00");
        daybook.execute("drop trigger refuse on account");
        return id;
    }

    @Test
    void a_credit_that_cannot_be_processed_is_dead_at_home_and_goes_on_when_redriven() {
        var two = two();
        var id = dead(two, "bob");
        assertThat(daybook.api().all(two.home().path() + "/dead-letters")).hasSize(1);
        assertThat(daybook.api().all(two.away().path() + "/dead-letters")).isEmpty();
        daybook.api().send("POST", "/dead-letters/" + id + "/redrive", null).is(202);
        await().untilAsserted(() ->
                assertThat(two.home().operation(id).path("status").asText()).isEqualTo("succeeded"));
        two.succeeded(id);
        assertThat(transitions(two.home().operation(id)))
                .startsWith("pending", "processing", "dead", "pending")
                .endsWith("succeeded");
    }

    @Test
    void what_was_dead_and_is_answered_after_all_succeeds_and_has_no_letter_any_more() {
        var two = two();
        var id = dead(two, "bob");
        send(two.away(), two.home().operation(id), "credit", two.home());
        await().untilAsserted(() ->
                assertThat(two.home().operation(id).path("status").asText()).isEqualTo("succeeded"));
        two.succeeded(id);
        assertThat(daybook.api().all(two.home().path() + "/dead-letters")).isEmpty();
    }

    @Test
    void what_is_given_up_before_it_was_credited_lets_its_money_go() {
        var two = two();
        var id = dead(two, "bob");
        discard(id);
        await().untilAsserted(() -> assertThat(two.home().funds("alice")).isEqualTo("100.00 held 0.00"));
        assertThat(two.home().operation(id).path("status").asText()).isEqualTo("discarded");
        send(two.away(), two.home().operation(id), "credit", two.home());
        passed(two);
        assertThat(two.away().balance("bob")).isEqualTo("0.01");
    }

    @Test
    void what_is_given_up_after_it_was_credited_is_captured() {
        var two = two();
        fails("capture", 100);
        var id = two.transfer("bob", "30.00");
        assertThat(two.home().outcome(id).path("status").asText()).isEqualTo("dead");
        daybook.execute("truncate fault");
        discard(id);
        await().untilAsserted(() -> assertThat(two.home().funds("alice")).isEqualTo("70.00 held 0.00"));
        assertThat(two.home().operation(id).path("status").asText()).isEqualTo("discarded");
        assertThat(two.away().balance("bob")).isEqualTo("30.00");
    }

    private static void discard(UUID id) {
        daybook.api()
                .post("/dead-letters/" + id + "/discard", object("reason", "It is of no use"))
                .is(200);
    }

    @Test
    void many_transfers_to_and_fro_end_in_the_same_books() {
        var two = two();
        var back = two.away().funded("bob", "100.00");
        var ids = IntStream.range(0, 40)
                .mapToObj(i -> i % 2 == 0
                        ? two.transfer(i % 10 == 0 ? "ice" : "bob", "1.00")
                        : back.submit(
                                "transfer",
                                "from_account_id",
                                "bob",
                                "to_account_id",
                                "alice",
                                "to_ledger_id",
                                two.home().id(),
                                "amount",
                                "2.00",
                                "currency",
                                "EUR"))
                .toList();
        ids.forEach(id -> two.home().outcome(id));
        assertThat(two.home().funds("alice")).isEqualTo("124.00 held 0.00"); // 16 went, 20 times 2 came
        assertThat(two.away().funds("bob")).isEqualTo("76.00 held 0.00");
    }
}
