package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.contract.Codec;
import io.daybook.contract.DaybookId;
import io.daybook.contract.RedisKeys;
import java.math.BigDecimal;
import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

@OnOneStack
class ReadingTest {
    private final Daybook daybook;
    private final Api api;

    ReadingTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    private Ledger ledger() {
        return daybook.ledger().account("a", "EUR").account("b", "EUR");
    }

    @Test
    void who_knows_the_version_of_an_operation_is_not_sent_it_again() {
        var ledger = ledger();
        var done = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        var path = "/operations/" + done.operationId();
        var read = api.get(path).is(200);
        var tag = read.header("ETag").orElseThrow();
        assertThat(tag).isEqualTo("\"" + read.text("version") + "\"");
        assertThat(read.header("Retry-After")).isEmpty();
        for (var known : List.of(tag, "W/" + tag, "*", "\"other\", " + tag)) {
            var same = api.get(path, "If-None-Match", known).is(304);
            assertThat(same.text()).isEmpty();
            assertThat(same.header("ETag")).hasValue(tag);
        }
        for (var other : List.of("\"1\"", "\"999\"", tag.replace("\"", ""))) {
            assertThat(api.get(path, "If-None-Match", other).is(200).json()).isEqualTo(read.json());
        }
    }

    @Test
    void a_head_request_is_answered_as_a_get_without_its_body() {
        var ledger = ledger();
        var done = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        for (var path : List.of("/operations/" + done.operationId(), ledger.path(), "/health/live")) {
            var get = api.get(path).is(200);
            var head = api.send("HEAD", path, null).is(200);
            assertThat(head.text()).isEmpty();
            assertThat(head.header("ETag")).isEqualTo(get.header("ETag"));
        }
        api.send("HEAD", "/operations/" + UUID.randomUUID(), null).is(404);
    }

    @Test
    void operations_are_listed_the_newest_first_page_by_page_and_by_what_they_are() {
        var ledger = ledger();
        var ids = new ArrayList<String>();
        for (var i = 0; i < 7; i++) {
            var body = money("a", i % 3 == 2 ? "100.00" : "1.00", "EUR");
            body.put("reference_id", "r/" + i);
            var answer = ledger.send(i % 3 == 2 ? "withdrawals" : "deposits", body, "Prefer", "wait=20");
            ids.addFirst(answer.operationId().toString());
        }
        var path = ledger.path() + "/operations";
        assertThat(listed(path)).isEqualTo(ids);
        var pages = new ArrayList<String>();
        var next = "";
        while (next != null) {
            var page = api.get(path + "?limit=3" + next).is(200).json();
            pages.addAll(page.path("items").findValuesAsText("operation_id"));
            next = page.has("next") ? "&after=" + page.path("next").asText() : null;
        }
        assertThat(pages).isEqualTo(ids);
        assertThat(listed(path + "?status=failed")).containsExactly(ids.get(1), ids.get(4));
        assertThat(listed(path + "?kind=withdrawal")).containsExactly(ids.get(1), ids.get(4));
        assertThat(listed(path + "?kind=deposit&status=failed")).isEmpty();
        assertThat(listed(path + "?kind=deposit&status=succeeded")).hasSize(5);
        assertThat(listed(path + "?reference_id=r%2F0")).containsExactly(ids.getLast());
        assertThat(listed(path + "?reference_id=r")).isEmpty();
        assertThat(listed(path + "?status=pending")).isEmpty();
        assertThat(listed(path + "?status=failed&after=" + ids.get(1))).containsExactly(ids.get(4));
    }

    private List<String> listed(String path) {
        return api.get(path).is(200).json().path("items").findValuesAsText("operation_id");
    }

    @Test
    void operations_on_their_way_are_listed_and_read_as_pending() {
        var ledger = ledger();
        var decided = ledger.deposit("a", "1.00", "Prefer", "wait=20")
                .is(200)
                .operationId()
                .toString();
        // Accepted as intake does it, but never put on the queue.
        var waiting =
                IntStream.range(0, 3).mapToObj(i -> onlyAccepted(ledger, i)).toList();
        var path = ledger.path() + "/operations";
        assertThat(listed(path)).containsExactly(waiting.get(2), waiting.get(1), waiting.get(0), decided);
        assertThat(listed(path + "?status=pending&limit=2")).containsExactly(waiting.get(2), waiting.get(1));
        assertThat(listed(path + "?status=pending&after=" + waiting.get(1))).containsExactly(waiting.get(0));
        assertThat(listed(path + "?status=succeeded")).containsExactly(decided);
        assertThat(listed(path + "?reference_id=r1")).containsExactly(waiting.get(1));
        assertThat(listed(path + "?kind=withdrawal")).isEmpty();
        var read = api.get("/operations/" + waiting.get(0)).is(200);
        assertThat(read.text("status")).isEqualTo("pending");
        assertThat(read.json().path("done").asBoolean()).isFalse();
        assertThat(read.header("Retry-After")).isPresent();
        assertThat(read.header("ETag")).hasValue("\"1\"");
        ledger.broken(); // operations that will never be done
    }

    private String onlyAccepted(Ledger ledger, int number) {
        var now = Instant.now();
        var id = DaybookId.next(Daybook.TENANT, ledger.id(), now.toEpochMilli());
        var request = money("a", "1.00", "EUR");
        request.put("reference_id", "r" + number);
        var pending = object(
                "operation_id",
                id,
                "ledger_id",
                ledger.id(),
                "kind",
                "deposit",
                "status",
                "pending",
                "done",
                false,
                "version",
                1,
                "idempotency_key",
                "k" + number,
                "reference_id",
                "r" + number,
                "created_at",
                now.toString(),
                "updated_at",
                now.toString(),
                "attempts",
                0,
                "request",
                request,
                "steps",
                List.of(),
                "transitions",
                List.of(object("status", "pending", "at", now.toString())));
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.hset(
                    RedisKeys.operation(id),
                    Map.of("t", Daybook.TENANT, "v", "1", "s", "pending", "d", Api.json(pending)));
            redis.zadd(RedisKeys.pending(Daybook.TENANT, ledger.id()), 0, id.toString());
        }
        return id.toString();
    }

    @Test
    void an_outcome_that_never_reached_redis_is_answered_from_postgresql_after_the_stale_time() throws Exception {
        var ledger = ledger();
        var id = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
        var key = RedisKeys.operation(id);
        var old = Instant.now().toString();
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            var decided = redis.hget(key, "d");
            var pending = Api.JSON.readTree(decided).deepCopy();
            var back = (ObjectNode) pending;
            back.put("status", "pending").put("done", false).put("version", 1).put("updated_at", old);
            back.remove(List.of("result", "completed_at", "expires_at"));
            redis.hset(key, Map.of("v", "1", "s", "pending", "d", Api.json(back)));
            assertThat(ledger.operation(id).path("status").asText()).isEqualTo("pending");
            back.put("updated_at", Instant.now().minusSeconds(3).toString());
            redis.hset(key, "d", Api.json(back));
            assertThat(ledger.operation(id).path("status").asText()).isEqualTo("succeeded");
            redis.hset(key, "d", decided);
        }
    }

    @Test
    void what_became_of_a_dead_one_and_never_reached_redis_is_answered_from_postgresql_after_the_stale_time()
            throws Exception {
        var ledger = ledger();
        var id = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200).operationId();
        var key = RedisKeys.operation(id);
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            var decided = redis.hget(key, "d");
            var dead = (ObjectNode) Api.JSON.readTree(decided);
            dead.put("status", "dead").put("version", 1);
            dead.put("updated_at", Instant.now().minusSeconds(3).toString());
            redis.hset(key, Map.of("v", "1", "s", "dead", "d", Api.json(dead)));
            assertThat(ledger.operation(id).path("status").asText()).isEqualTo("succeeded");
            redis.hset(key, "d", decided);
        }
    }

    @Test
    void an_operation_that_redis_has_forgotten_reads_the_same_from_postgresql() {
        var ledger = ledger();
        var body = money("a", "1.00", "EUR");
        body.putAll(Map.of("metadata", object("b", "2", "a", "1"), "description", "d", "reference_id", "r"));
        var done = ledger.send("deposits", body, "Prefer", "wait=20").is(200).operationId();
        var failed = ledger.withdraw("a", "9.00")
                .isProblem(422, "insufficient_funds")
                .operationId();
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            for (var id : List.of(done, failed)) {
                var before = ledger.operation(id);
                redis.del(RedisKeys.operation(id));
                assertThat(ledger.operation(id)).isEqualTo(before);
            }
        }
    }

    @Test
    void a_statement_is_read_in_both_orders_page_by_page() {
        var ledger = ledger().funded("a", "10.00");
        for (var i = 1; i <= 5; i++) {
            ledger.transfer("a", "b", i + ".00", "Prefer", "wait=20");
        }
        var through = object(
                "postings",
                List.of(money("a", "1.00", "EUR"), money("a", "2.00", "EUR"), money("external:EUR", "-3.00", "EUR")));
        ledger.send("journals", through, "Prefer", "wait=20").is(200);
        var path = ledger.path() + "/accounts/a/entries";
        for (var order : List.of("asc", "desc")) {
            var all = api.get(path + "?order=" + order).is(200).json().path("items");
            var amounts = all.findValuesAsText("amount");
            var expected = List.of("10.00", "-1.00", "-2.00", "-3.00", "-4.00", "1.00", "2.00");
            assertThat(amounts).isEqualTo(order.equals("asc") ? expected : expected.reversed());
            var pages = new ArrayList<String>();
            var next = "";
            while (next != null) {
                var page =
                        api.get(path + "?limit=2&order=" + order + next).is(200).json();
                pages.addAll(page.path("items").findValuesAsText("amount"));
                next = page.has("next") ? "&after=" + page.path("next").asText() : null;
            }
            assertThat(pages).isEqualTo(amounts);
        }
        var line = api.get(path + "?limit=1").json().path("items").get(0);
        assertThat(line.path("balance_after").asText()).isEqualTo("3.00");
        assertThat(line.path("kind").asText()).isEqualTo("journal");
        api.get(ledger.path() + "/accounts/none/entries").isProblem(404, "account_not_found");
    }

    @Test
    void balances_of_one_moment_are_read_while_money_moves() {
        var ledger = ledger().funded("a", "100.00");
        try (var threads = Executors.newSingleThreadExecutor()) {
            var moving = threads.submit(() ->
                    IntStream.range(0, 60).forEach(i -> ledger.transfer("a", "b", "1.00", "Prefer", "respond-async")));
            while (!moving.isDone()) {
                var sum = ledger.accounts().stream()
                        .map(account -> new BigDecimal(account.path("balance").asText()))
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
                assertThat(sum).isEqualByComparingTo("0");
            }
        }
    }

    @Test
    void an_audit_tells_what_it_looked_at() throws SQLException {
        var ledger = ledger().funded("a", "1.00").funded("a", "2.00");
        var audit = ledger.audit();
        assertThat(audit.path("holds").asBoolean()).isTrue();
        assertThat(audit.path("transactions").asInt()).isEqualTo(2);
        assertThat(audit.path("postings").asInt()).isEqualTo(4);
        assertThat(audit.path("first_sequence").asInt()).isEqualTo(1);
        assertThat(audit.path("balances").path("EUR").asText()).isEqualTo("0.00");
        assertThat(audit.path("head").asText()).hasSize(2 * Codec.sha256().getDigestLength());
        var rest = api.get(ledger.path() + "/audit?after=1").is(200).json();
        assertThat(rest.path("holds").asBoolean()).isTrue();
        assertThat(rest.path("transactions").asInt()).isEqualTo(1);
        assertThat(rest.path("head")).isEqualTo(audit.path("head"));
        assertThat(api.get(ledger.path() + "/audit?after=9")
                        .json()
                        .path("holds")
                        .asBoolean())
                .isFalse();
        assertThat(daybook.ledger().audit().path("holds").asBoolean()).isTrue();
    }
}
