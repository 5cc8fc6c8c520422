package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.contract.DaybookId;
import io.daybook.contract.RedisKeys;
import java.net.URI;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What cannot be processed, beside what can. The account {@code sick} is one that PostgreSQL will not have changed. */
class DeadLettersTest {
    private static final FakeTopic TOPIC = new FakeTopic();

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        var settings = new HashMap<>(TOPIC.settings());
        settings.put("daybook.processor.attempts-max", 3);
        settings.put("daybook.processor.retry.max", "1s");
        daybook = Daybook.start(settings);
    }

    @AfterAll
    static void stop() {
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void all_is_back_and_the_books_hold() {
        daybook.stack().postgres().start();
        daybook.heal();
        daybook.booksHold();
    }

    private static Ledger ledger() {
        var ledger = daybook.ledger().account("a", "EUR").account("sick", "EUR");
        daybook.sicken();
        return ledger;
    }

    private static List<JsonNode> letters(Ledger ledger) {
        return daybook.api().all(ledger.path() + "/dead-letters");
    }

    private static Answer redrive(Object id) {
        return daybook.api().send("POST", "/dead-letters/" + id + "/redrive", null);
    }

    private static Answer discard(Object id) {
        return daybook.api().post("/dead-letters/" + id + "/discard", object("reason", "It is of no use"));
    }

    private static String status(Ledger ledger, UUID id) {
        return ledger.outcome(id).path("status").asText();
    }

    private static void send(String url, String group, String body) {
        try (var client = daybook.stack().queue().client()) {
            client.sendMessage(request -> request.queueUrl(url)
                    .messageGroupId(group)
                    .messageDeduplicationId(UUID.randomUUID().toString())
                    .messageBody(body));
        }
    }

    private static UUID newId(Ledger ledger) {
        return DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
    }

    @Test
    void poison_is_parked_and_those_around_it_are_applied() {
        var ledger = ledger();
        var before = ledger.deposit("a", "1.00").is(202).operationId();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        var after = ledger.deposit("a", "2.00").is(202).operationId();

        assertThat(status(ledger, poison)).isEqualTo("dead");
        assertThat(status(ledger, before)).isEqualTo("succeeded");
        assertThat(status(ledger, after)).isEqualTo("succeeded");
        assertThat(ledger.balance("a")).isEqualTo("3.00");
        var dead = ledger.operation(poison);
        assertThat(dead.path("error").path("code").asText()).isEqualTo("processing_failed");
        assertThat(dead.path("error").path("detail").asText()).contains("this account is sick");
        assertThat(dead.path("attempts").asInt()).isEqualTo(3);
        assertThat(dead.path("transitions").findValuesAsText("status")).containsExactly("pending", "dead");
        assertThat(dead.has("completed_at")).isFalse();
        assertThat(letters(ledger)).singleElement().satisfies(letter -> {
            assertThat(letter.path("operation_id").asText()).isEqualTo(poison.toString());
            assertThat(letter.path("readable").asBoolean()).isTrue();
            assertThat(letter.path("stack").asText()).contains("DatabaseException");
        });
        await().untilAsserted(() -> assertThat(TOPIC.types(ledger)).contains("daybook.operation.dead"));
    }

    @Test
    void what_is_dead_opens_an_action_item_that_keeps_every_cause() {
        var ledger = ledger();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        ledger.outcome(poison);
        redrive(poison).is(202);
        await().untilAsserted(() -> assertThat(
                        daybook.count("action_item where action_item_id = '%s' and json_array_length(exceptions) = 2"
                                .formatted(poison)))
                .isEqualTo(1));
        assertThat(daybook.count("action_item where operation_id = '%s' and status = 'open'".formatted(poison)))
                .isEqualTo(1);
    }

    @Test
    void those_of_all_ledgers_are_listed_together_the_oldest_first() {
        var ledgers = List.of(ledger(), ledger());
        var dead = ledgers.stream()
                .map(ledger -> ledger.deposit("sick", "1.00").is(202).operationId())
                .toList();
        for (var i = 0; i < dead.size(); i++) {
            ledgers.get(i).outcome(dead.get(i));
        }
        assertThat(daybook.api().all("/dead-letters"))
                .extracting(letter -> letter.path("operation_id").asText())
                .containsSubsequence(dead.stream().map(UUID::toString).toArray(String[]::new));
        var page = daybook.api().get("/dead-letters?limit=1").is(200).json();
        assertThat(page.path("items")).hasSize(1);
        assertThat(page.path("next").asText())
                .isEqualTo(page.at("/items/0/operation_id").asText());
    }

    @Test
    void attempts_are_seen_while_they_go_on_and_versions_only_rise() {
        var ledger = ledger();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        await().untilAsserted(() -> {
            var waiting = ledger.operation(poison);
            assertThat(waiting.path("status").asText()).isEqualTo("pending");
            assertThat(waiting.path("attempts").asInt()).isPositive();
            assertThat(waiting.path("version").asInt())
                    .isEqualTo(1 + waiting.path("attempts").asInt());
        });
        assertThat(ledger.outcome(poison).path("version").asInt()).isEqualTo(4);
    }

    @Test
    void what_is_redriven_once_its_cause_is_gone_is_applied_once() {
        var ledger = ledger();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        ledger.outcome(poison);
        daybook.heal();
        var answer = redrive(poison).is(202);
        assertThat(answer.header("Location")).hasValue("/v1/operations/" + poison);
        assertThat(answer.text("resolution")).isEqualTo("redriven");
        assertThat(answer.text("resolved_by")).isEqualTo("local");
        await().untilAsserted(() -> assertThat(status(ledger, poison)).isEqualTo("succeeded"));
        redrive(poison).isProblem(409, "operation_not_dead");
        discard(poison).isProblem(409, "operation_not_dead");
        assertThat(ledger.balance("sick")).isEqualTo("1.00");
        assertThat(letters(ledger)).isEmpty();
        var done = ledger.operation(poison);
        assertThat(done.has("error")).isFalse();
        assertThat(done.path("transitions").findValuesAsText("status"))
                .containsExactly("pending", "dead", "pending", "succeeded");
        await().untilAsserted(() -> assertThat(TOPIC.types(ledger))
                .containsExactly(
                        "daybook.deposit.requested",
                        "daybook.operation.dead",
                        "daybook.operation.redriven",
                        "daybook.deposit.completed"));
    }

    @Test
    void what_is_redriven_too_early_is_dead_again() {
        var ledger = ledger();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        ledger.outcome(poison);
        redrive(poison).is(202);
        await().untilAsserted(() -> assertThat(
                        ledger.operation(poison).path("transitions").findValuesAsText("status"))
                .containsExactly("pending", "dead", "pending", "dead"));
        assertThat(letters(ledger)).hasSize(1);
        discard(poison).is(200);
        assertThat(status(ledger, poison)).isEqualTo("discarded");
        assertThat(ledger.operation(poison).has("expires_at")).isTrue();
        assertThat(letters(ledger)).isEmpty();
        redrive(poison).isProblem(409, "operation_not_dead");
    }

    @Test
    void of_a_batch_only_the_poisonous_operation_is_parked() {
        var ledger = ledger();
        var batch = ledger.send(
                        "batches",
                        object(
                                "operations",
                                List.of(
                                        item("deposit", money("a", "1.00", "EUR")),
                                        item("deposit", money("sick", "1.00", "EUR")),
                                        item("deposit", money("a", "2.00", "EUR")))))
                .is(202);
        var ids = batch.json().path("operations").findValuesAsText("operation_id").stream()
                .map(UUID::fromString)
                .toList();
        assertThat(ids).extracting(id -> status(ledger, id)).containsExactly("succeeded", "dead", "succeeded");
    }

    @Test
    void an_atomic_batch_is_parked_redriven_and_discarded_as_a_whole() {
        var ledger = ledger();
        var operations =
                List.of(item("deposit", money("a", "1.00", "EUR")), item("deposit", money("sick", "1.00", "EUR")));
        var body = object("atomic", true, "operations", operations);
        var redriven = ids(ledger.send("batches", body).is(202));
        var discarded = ids(ledger.send("batches", body).is(202));
        assertThat(redriven).allMatch(id -> status(ledger, id).equals("dead"));
        assertThat(discarded).allMatch(id -> status(ledger, id).equals("dead"));
        assertThat(letters(ledger)).hasSize(4);
        daybook.heal();
        discard(discarded.getFirst()).is(200);
        assertThat(discarded).allMatch(id -> status(ledger, id).equals("discarded"));
        redrive(redriven.getLast()).is(202);
        await().untilAsserted(() ->
                assertThat(redriven).allMatch(id -> status(ledger, id).equals("succeeded")));
        assertThat(ledger.balance("a")).isEqualTo("1.00");
        assertThat(ledger.balance("sick")).isEqualTo("1.00");
    }

    private static List<UUID> ids(Answer batch) {
        return batch.json().path("operations").findValuesAsText("operation_id").stream()
                .map(UUID::fromString)
                .toList();
    }

    @Test
    void what_cannot_be_read_is_kept_as_it_is_and_holds_nobody_up_for_long() {
        var ledger = ledger();
        var url = daybook.stack().queue().url().toString();
        send(url, "demo~" + ledger.id(), "{\"version\":99}");
        var good = ledger.deposit("a", "1.00").is(202).operationId();
        assertThat(status(ledger, good)).isEqualTo("succeeded");
        var letter = letters(ledger).getFirst();
        assertThat(letter.path("readable").asBoolean()).isFalse();
        assertThat(letter.path("body").asText()).isEqualTo("{\"version\":99}");
        var id = letter.path("operation_id").asText();
        discard(id).is(200);
        redrive(id).isProblem(409, "operation_not_dead");
        assertThat(letters(ledger)).isEmpty();
    }

    /** What somebody made of a message who can write to the queue. */
    private static Map<String, Consumer<ObjectNode>> forgeries(Ledger other) {
        var forgeries = new LinkedHashMap<String, Consumer<ObjectNode>>();
        forgeries.put("of a version to come", message -> message.put("version", 2));
        forgeries.put("of no version", message -> message.remove("version"));
        forgeries.put("with more than there is", message -> message.put("admin", true));
        forgeries.put("of nothing", message -> message.putArray("operations"));
        forgeries.put("of nobody", message -> message.put("caller", ""));
        forgeries.put("of no time", message -> message.put("accepted_at", "yesterday"));
        forgeries.put("of an unknown kind", message -> operation(message).put("kind", "gift"));
        forgeries.put("of an id of nobody's", message -> operation(message).put("operation_id", "1"));
        forgeries.put("of a number", message -> request(message).put("amount", 1.0));
        forgeries.put("of less than nothing", message -> request(message).put("amount", "-1.00"));
        forgeries.put("of an account inside", message -> request(message).put("account_id", "external:EUR"));
        forgeries.put(
                "of a step that a deposit has not",
                message -> operation(message)
                        .putObject("step")
                        .put("name", "credit")
                        .put("home_ledger_id", other.id()));
        return forgeries;
    }

    private static ObjectNode operation(ObjectNode message) {
        return (ObjectNode) message.path("operations").path(0);
    }

    private static ObjectNode request(ObjectNode message) {
        return (ObjectNode) operation(message).path("request");
    }

    @Test
    void what_is_forged_is_dead_and_moves_nothing() throws JsonProcessingException {
        var other = ledger();
        var victims = new LinkedHashMap<String, Ledger>();
        var url = daybook.stack().queue().url().toString();
        for (var forgery : forgeries(other).entrySet()) {
            var victim = daybook.ledger().account("a", "EUR");
            var message = (ObjectNode) Api.JSON.readTree(Messages.ofDeposit(victim, newId(victim), "k", "a"));
            forgery.getValue().accept(message);
            send(url, "demo~" + victim.id(), Api.json(message));
            victims.put(forgery.getKey(), victim);
        }
        victims.forEach((forgery, victim) -> {
            await().untilAsserted(() -> assertThat(letters(victim)).as(forgery).hasSize(1));
            assertThat(letters(victim).getFirst().path("readable").asBoolean())
                    .as(forgery)
                    .isFalse();
            assertThat(victim.balance("a")).as(forgery).isEqualTo("0.00");
            assertThat(victim.operations()).as(forgery).isEmpty();
        });
        assertThat(other.balance("a")).isEqualTo("0.00");
        assertThat(other.operations()).isEmpty();
    }

    @Test
    void a_message_in_the_group_of_another_ledger_is_dead_in_neither() throws JsonProcessingException, SQLException {
        var group = daybook.ledger().account("a", "EUR");
        var other = daybook.ledger().account("a", "EUR");
        var url = daybook.stack().queue().url().toString();
        send(url, "demo~" + group.id(), Messages.ofDeposit(other, newId(other), "k", "a"));
        var foreign = (ObjectNode) Api.JSON.readTree(Messages.ofDeposit(group, newId(group), "k", "a"));
        send(url, "demo~" + group.id(), Api.json(foreign.put("tenant", "mallory")));
        await().untilAsserted(() -> assertThat(lettersOfNobody(group)).isEqualTo(2));
        for (var ledger : List.of(group, other)) {
            assertThat(letters(ledger)).isEmpty();
            assertThat(ledger.operations()).isEmpty();
            assertThat(ledger.balance("a")).isEqualTo("0.00");
        }
    }

    private static int lettersOfNobody(Ledger group) throws SQLException {
        try (var connection = daybook.database();
                var select = connection.prepareStatement(
                        "select count(*) from dead_letter where ledger_key is null and cause like ?")) {
            select.setString(1, "%in the group demo~" + group.id() + "%");
            try (var rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    @Test
    void what_reaches_the_queues_own_dead_letters_is_dead_once_unless_it_is_decided() {
        var ledger = ledger();
        var group = "demo~" + ledger.id();
        var url = daybook.stack().queue().deadLettersUrl().toString();
        var done = ledger.sendAs("k", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200)
                .operationId();
        var lost = newId(ledger);
        for (var i = 0; i < 2; i++) {
            send(url, group, Messages.ofDeposit(ledger, done, "k", "a"));
            send(url, group, Messages.ofDeposit(ledger, lost, "lost", "a"));
            send(url, group, "nothing");
        }
        await().untilAsserted(() -> assertThat(letters(ledger)).hasSize(3)); // each sending is a message of its own
        assertThat(status(ledger, lost)).isEqualTo("dead");
        assertThat(status(ledger, done)).isEqualTo("succeeded");
        assertThat(ledger.operation(done).path("attempts").asInt()).isEqualTo(1);
        redrive(lost).is(202);
        await().untilAsserted(() -> assertThat(status(ledger, lost)).isEqualTo("succeeded"));
        assertThat(ledger.balance("a")).isEqualTo("2.00");
    }

    @Test
    void the_key_of_a_dead_operation_is_taken_and_what_repeats_it_waits_with_it() {
        var ledger = ledger();
        var first = ledger.sendAs("k", "deposits", money("sick", "1.00", "EUR"))
                .is(202)
                .operationId();
        ledger.outcome(first);
        daybook.heal();
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.del(RedisKeys.claim(Daybook.TENANT, ledger.id(), "k"));
        }
        var second = ledger.sendAs("k", "deposits", money("sick", "1.00", "EUR"))
                .is(202)
                .operationId();
        assertThat(second).isNotEqualTo(first);
        assertThat(status(ledger, second)).isEqualTo("dead");
        assertThat(ledger.operation(second).path("duplicate_of").asText()).isEqualTo(first.toString());
        assertThat(letters(ledger)).hasSize(1);
        redrive(second).isProblem(409, "operation_not_dead");
        redrive(first).is(202);
        for (var id : List.of(first, second)) {
            await().untilAsserted(() -> assertThat(status(ledger, id)).isEqualTo("succeeded"));
        }
        assertThat(ledger.balance("sick")).isEqualTo("1.00");
    }

    @Test
    void while_postgresql_is_away_nothing_dies_however_often_it_is_tried() {
        var ledger = ledger();
        daybook.stack().postgres().stop();
        var id = ledger.deposit("a", "1.00").is(202).operationId();
        await().untilAsserted(() -> {
            var answer = daybook.api().get("/operations/" + id);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().path("attempts").asInt()).isGreaterThan(4);
        });
        daybook.stack().postgres().start();
        assertThat(status(ledger, id)).isEqualTo("succeeded");
        // Each function's connections come back when it next looks for one.
        await().untilAsserted(() -> assertThat(letters(ledger)).isEmpty());
        await().untilAsserted(() -> assertThat(ledger.balance("a")).isEqualTo("1.00"));
    }

    @Test
    void only_an_admin_of_the_tenant_may_see_and_move_them() {
        var ledger = ledger();
        var poison = ledger.deposit("sick", "1.00").is(202).operationId();
        ledger.outcome(poison);
        var reader = daybook.api(Daybook.TENANT, "ledger:read ledger:write");
        reader.get(ledger.path() + "/dead-letters").isProblem(403, "forbidden");
        reader.get("/dead-letters").isProblem(403, "forbidden");
        reader.send("POST", "/dead-letters/" + poison + "/redrive", null).isProblem(403, "forbidden");
        var stranger = daybook.api("other", Daybook.ALL_SCOPES);
        stranger.get(ledger.path() + "/dead-letters").isProblem(404, "ledger_not_found");
        assertThat(stranger.all("/dead-letters")).isEmpty();
        stranger.send("POST", "/dead-letters/" + poison + "/redrive", null).isProblem(404, "operation_not_found");
        redrive("x").isProblem(404, "operation_not_found");
        redrive(UUID.randomUUID()).isProblem(404, "operation_not_found");
        var alive = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
        redrive(alive).isProblem(409, "operation_not_dead");
        discard(alive).isProblem(409, "operation_not_dead");
        daybook.api()
                .post("/dead-letters/" + poison + "/discard", object("reason", " "))
                .isProblem(422, "validation_failed");
    }
}
