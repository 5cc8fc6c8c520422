package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events, sent to endpoints of tenants by HTTP. */
class WebhooksTest {
    private static final Map<String, Object> QUICK = Map.of(
            "daybook.redis.timeout", "10s",
            "daybook.webhooks.key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "daybook.webhooks.timeout", "2s",
            "daybook.webhooks.retries", "300ms,300ms,300ms,300ms,300ms",
            "daybook.webhooks.rest-max", "200ms",
            "daybook.webhooks.rotation-overlap", "4s",
            "daybook.webhooks.count-max", "3");

    private static FakeTopic topic;
    private static Daybook daybook;

    private final Endpoint endpoint = new Endpoint();
    private final String tenant = "t-" + UUID.randomUUID();
    private final Api api = daybook.api(tenant, Daybook.ALL_SCOPES);

    @BeforeAll
    static void start() {
        topic = new FakeTopic();
        var settings = new HashMap<>(topic.settings());
        settings.putAll(QUICK);
        daybook = Daybook.start(settings);
    }

    @AfterAll
    static void stop() {
        daybook.close();
        topic.close();
    }

    @AfterEach
    void the_books_hold() {
        endpoint.close();
        daybook.booksHold();
    }

    private Ledger ledger(String id) {
        return daybook.watched(Ledger.open(api, id)).account("a", "EUR");
    }

    private record Hook(String id, String secret) {
        String path() {
            return "/webhooks/" + id;
        }
    }

    private Hook hook(Object... more) {
        var body = object("url", endpoint.url());
        body.putAll(object(more));
        var created = api.post("/webhooks", body).is(201);
        return new Hook(created.text("webhook_id"), created.text("secret"));
    }

    private JsonNode read(Hook hook) {
        return api.get(hook.path()).is(200).json();
    }

    private List<JsonNode> deliveries(Hook hook) {
        return api.all(hook.path() + "/deliveries");
    }

    /** The ids of all that has happened in a ledger, in its order. */
    private static List<String> happened(Ledger ledger) {
        return daybook.events(ledger).stream()
                .map(event -> event.path("id").asText())
                .toList();
    }

    private static void deposit(Ledger ledger, int times) {
        IntStream.range(0, times).forEach(i -> ledger.deposit("a", "1.00").is(202));
        await().untilAsserted(() -> assertThat(ledger.operations())
                .allMatch(operation -> operation.path("done").asBoolean()));
    }

    @Test
    void every_event_comes_once_in_order_signed_and_as_the_topic_has_it() {
        var hook = hook();
        var ledger = ledger("main");
        deposit(ledger, 20);
        ledger.withdraw("a", "1000.00").isProblem(422, "insufficient_funds");
        ledger.api().post(ledger.path() + "/halt", object("reason", "audit")).is(200);
        ledger.api().post(ledger.path() + "/resume", "{}").is(200);
        await().untilAsserted(() -> assertThat(endpoint.ids()).isEqualTo(happened(ledger)));
        assertThat(endpoint.ids()).hasSize(44);
        assertThat(endpoint.requests()).allSatisfy(request -> {
            assertThat(request.isSignedWith(hook.secret())).isTrue();
            assertThat(request.id()).isEqualTo(request.event().path("id").asText());
            assertThat(request.headers().firstValue("content-type").orElse("")).startsWith("application/json");
            assertThat(request.path()).isEqualTo("/hooks");
        });
        var group = tenant + "~" + ledger.id();
        await().untilAsserted(() -> assertThat(topic.ofGroup(group)).hasSize(44));
        assertThat(endpoint.requests().stream().map(Endpoint.Request::event))
                .containsExactlyElementsOf(topic.ofGroup(group).stream()
                        .map(FakeTopic.Message::event)
                        .toList());
        assertThat(deliveries(hook)).hasSize(44).allSatisfy(delivery -> {
            assertThat(delivery.path("status").asText()).isEqualTo("delivered");
            assertThat(delivery.path("last_status").asInt()).isEqualTo(204);
            assertThat(delivery.path("attempts").asInt()).isEqualTo(1);
            assertThat(delivery.path("ledger_id").asText()).isEqualTo("main");
        });
    }

    @Test
    void only_what_comes_after_it_is_made_is_sent() {
        var ledger = ledger("main");
        deposit(ledger, 2);
        hook();
        var before = happened(ledger);
        deposit(ledger, 1);
        await().untilAsserted(() -> assertThat(endpoint.ids()).hasSize(2));
        assertThat(endpoint.ids()).isEqualTo(happened(ledger).subList(before.size(), before.size() + 2));
    }

    @Test
    void while_it_fails_it_is_tried_again_and_nothing_is_lost() {
        endpoint.answers(503);
        var hook = hook();
        var ledger = ledger("main");
        deposit(ledger, 10);
        await().untilAsserted(() -> {
            assertThat(endpoint.requests()).hasSizeGreaterThan(3);
            assertThat(deliveries(hook)).anySatisfy(delivery -> {
                assertThat(delivery.path("status").asText()).isEqualTo("pending");
                assertThat(delivery.path("last_status").asInt()).isEqualTo(503);
                assertThat(delivery.path("last_error").asText()).contains("503");
                assertThat(delivery.has("next_attempt_at")).isTrue();
            });
        });
        assertThat(read(hook).has("failing_since")).isTrue();
        endpoint.answers(200);
        await().untilAsserted(() -> {
            assertThat(endpoint.ids()).containsAll(happened(ledger));
            assertThat(deliveries(hook))
                    .hasSize(20)
                    .allMatch(delivery -> delivery.path("status").asText().equals("delivered"));
        });
        assertThat(read(hook).has("failing_since")).isFalse();
    }

    @Test
    void one_that_is_never_taken_holds_up_none_behind_it_and_fails_in_the_end() {
        var hook = hook();
        var ledger = ledger("main");
        var poison = ledger.deposit("a", "1.00").is(202).operationId() + ":completed";
        endpoint.answers(request -> request.id().equals(poison) ? 500 : 204);
        deposit(ledger, 5);
        await().untilAsserted(() -> assertThat(deliveries(hook)).hasSize(12));
        await().untilAsserted(() -> assertThat(api.all(hook.path() + "/deliveries?status=failed"))
                .singleElement()
                .satisfies(delivery -> {
                    assertThat(delivery.path("event_id").asText()).isEqualTo(poison);
                    assertThat(delivery.path("attempts").asInt()).isEqualTo(6);
                }));
        assertThat(endpoint.ids().stream().filter(poison::equals)).hasSize(6);
        assertThat(endpoint.ids().stream().distinct()).hasSize(12);
    }

    @Test
    void one_that_is_gone_is_disabled_and_goes_on_where_it_stopped_when_it_is_enabled() {
        endpoint.answers(410);
        var hook = hook();
        var ledger = ledger("main");
        deposit(ledger, 3);
        await().untilAsserted(
                        () -> assertThat(read(hook).path("status").asText()).isEqualTo("disabled"));
        assertThat(read(hook).path("disabled_reason").asText()).contains("410");
        assertThat(endpoint.requests()).hasSize(1);
        api.post(hook.path() + "/tests", "").isProblem(409, "webhook_disabled");
        api.post(hook.path() + "/replays", object("since", Instant.EPOCH.toString()))
                .isProblem(409, "webhook_disabled");
        endpoint.answers(200);
        endpoint.forget();
        api.patch(hook.path(), object("status", "enabled")).is(200);
        await().untilAsserted(() -> assertThat(endpoint.ids()).containsExactlyInAnyOrderElementsOf(happened(ledger)));
        assertThat(read(hook).has("disabled_reason")).isFalse();
    }

    @Test
    void one_that_has_failed_for_the_configured_time_is_disabled() {
        endpoint.answers(500);
        var hook = hook();
        daybook.execute(
                "update webhook set failures = 1, failing_since = now() - interval '6 days' where webhook_id = '%s'"
                        .formatted(hook.id()));
        deposit(ledger("main"), 1);
        await().untilAsserted(
                        () -> assertThat(read(hook).path("status").asText()).isEqualTo("disabled"));
        assertThat(read(hook).path("disabled_reason").asText()).contains("failed since", "500");
    }

    @Test
    void after_a_rotation_both_secrets_sign_for_a_while() {
        var hook = hook();
        var rotated = api.post(hook.path() + "/rotations", "").is(201);
        var secret = rotated.text("secret");
        assertThat(secret).startsWith("whsec_").isNotEqualTo(hook.secret());
        assertThat(rotated.json().has("previous_secret_until")).isTrue();
        api.post(hook.path() + "/tests", "").is(202);
        await().untilAsserted(() -> assertThat(endpoint.requests()).hasSize(1));
        assertThat(endpoint.requests().getFirst().isSignedWith(secret)).isTrue();
        assertThat(endpoint.requests().getFirst().isSignedWith(hook.secret())).isTrue();
        var until = Instant.parse(rotated.text("previous_secret_until"));
        await().until(() -> Instant.now().isAfter(until));
        api.post(hook.path() + "/tests", "").is(202);
        await().untilAsserted(() -> assertThat(endpoint.requests()).hasSize(2));
        assertThat(endpoint.requests().getLast().isSignedWith(secret)).isTrue();
        assertThat(endpoint.requests().getLast().isSignedWith(hook.secret())).isFalse();
    }

    @Test
    void a_secret_is_told_once_and_kept_sealed() {
        var hook = hook();
        assertThat(hook.secret()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(read(hook).has("secret")).isFalse();
        assertThat(api.get("/webhooks").text()).doesNotContain("whsec_");
        assertThat(daybook.count("webhook where secret like 'v1.%' and webhook_id = '" + hook.id() + "'"))
                .isEqualTo(1);
        assertThat(daybook.count("webhook where secret like 'whsec%'")).isZero();
    }

    @Test
    void a_replay_sends_all_again_since_a_time_under_the_same_ids() {
        var ledger = ledger("main");
        deposit(ledger, 1);
        var hook = hook();
        deposit(ledger, 2);
        await().untilAsserted(() -> assertThat(endpoint.ids()).hasSize(4));
        endpoint.forget();
        var middle = daybook.events(ledger).get(4).path("time").asText();
        api.post(hook.path() + "/replays", object("since", Instant.EPOCH.toString()))
                .is(202);
        await().untilAsserted(() -> assertThat(endpoint.ids()).isEqualTo(happened(ledger)));
        endpoint.forget();
        api.post(hook.path() + "/replays", object("since", middle)).is(202);
        await().untilAsserted(() ->
                assertThat(endpoint.ids()).endsWith(happened(ledger).getLast()));
        assertThat(happened(ledger)).containsSubsequence(endpoint.ids());
        assertThat(deliveries(hook)).hasSize(6);
    }

    @Test
    void only_the_wanted_types_of_the_wanted_ledger_are_sent() {
        var main = ledger("main");
        hook("ledger_id", "main", "event_types", List.of("daybook.deposit.completed", "daybook.withdrawal.failed"));
        deposit(ledger("other"), 2);
        deposit(main, 2);
        main.withdraw("a", "1000.00").isProblem(422, "insufficient_funds");
        main.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        await().untilAsserted(() -> assertThat(endpoint.types())
                .containsExactly(
                        "daybook.deposit.completed",
                        "daybook.deposit.completed",
                        "daybook.withdrawal.failed",
                        "daybook.deposit.completed"));
        assertThat(endpoint.requests())
                .allMatch(request ->
                        request.event().at("/data/ledger_id").asText().equals("main"));
    }

    @Test
    void what_it_wants_can_be_changed() {
        var hook = hook("event_types", List.of("daybook.deposit.completed"), "description", "ours");
        try (var other = new Endpoint()) {
            var changed = api.patch(hook.path(), Api.json(object("url", other.url(), "event_types", null)))
                    .is(200)
                    .json();
            assertThat(changed.has("event_types")).isFalse();
            assertThat(changed.path("description").asText()).isEqualTo("ours");
            var ledger = ledger("main");
            deposit(ledger, 1);
            await().untilAsserted(() -> assertThat(other.ids()).isEqualTo(happened(ledger)));
        }
        api.patch(hook.path(), object("status", "disabled")).is(200);
        assertThat(read(hook).path("disabled_reason").asText()).isNotBlank();
    }

    @Test
    void several_instances_send_each_event_once() throws Exception {
        endpoint.takes(Duration.ofMillis(5));
        hook();
        var ledgers = Stream.of("one", "two", "three").map(this::ledger).toList();
        var more = new ArrayList<CompletableFuture<Void>>();
        for (var i = 0; i < 4; i++) {
            more.add(CompletableFuture.runAsync(() -> {
                for (var j = 0; j < 4; j++) {
                    daybook.functions().webhooks();
                }
            }));
        }
        ledgers.forEach(ledger -> deposit(ledger, 30));
        CompletableFuture.allOf(more.toArray(CompletableFuture[]::new)).get();
        await().untilAsserted(() -> assertThat(endpoint.ids()).hasSize(180));
        assertThat(endpoint.ids()).doesNotHaveDuplicates();
        for (var ledger : ledgers) {
            assertThat(endpoint.requests().stream()
                            .filter(request -> request.event()
                                    .at("/data/ledger_id")
                                    .asText()
                                    .equals(ledger.id()))
                            .map(Endpoint.Request::id))
                    .containsExactlyElementsOf(happened(ledger));
        }
    }

    @Test
    void one_that_does_not_answer_is_left_in_time_and_holds_up_no_other() {
        endpoint.takes(Duration.ofSeconds(20));
        var silent = hook();
        try (var other = new Endpoint()) {
            api.post("/webhooks", object("url", other.url())).is(201);
            var ledger = ledger("main");
            deposit(ledger, 5);
            await().untilAsserted(() -> assertThat(other.ids()).isEqualTo(happened(ledger)));
            await().untilAsserted(() -> assertThat(deliveries(silent))
                    .anySatisfy(delivery ->
                            assertThat(delivery.path("last_error").asText()).contains("did not answer")));
        }
        api.send("DELETE", silent.path(), null).is(204);
    }

    @Test
    void it_is_not_followed_where_it_sends_on_to() {
        endpoint.answers(302);
        var hook = hook();
        api.post(hook.path() + "/tests", "").is(202);
        await().untilAsserted(() -> assertThat(deliveries(hook))
                .singleElement()
                .satisfies(delivery ->
                        assertThat(delivery.path("last_status").asInt()).isEqualTo(302)));
        assertThat(endpoint.requests()).allMatch(request -> request.path().equals("/hooks"));
    }

    @Test
    void a_test_is_an_event_of_its_own() {
        var hook = hook("event_types", List.of("daybook.deposit.completed"));
        var sent = api.post(hook.path() + "/tests", "").is(202).json();
        await().untilAsserted(() -> assertThat(endpoint.requests()).hasSize(1));
        var request = endpoint.requests().getFirst();
        assertThat(request.isSignedWith(hook.secret())).isTrue();
        assertThat(request.id()).isEqualTo(sent.path("event_id").asText());
        assertThat(request.type()).isEqualTo("daybook.webhook.test");
        assertThat(request.event().path("subject").asText()).isEqualTo(hook.id());
        await().untilAsserted(() -> assertThat(deliveries(hook)).singleElement().satisfies(delivery -> {
            assertThat(delivery.path("delivery_id")).isEqualTo(sent.path("delivery_id"));
            assertThat(delivery.path("status").asText()).isEqualTo("delivered");
        }));
    }

    @Test
    void one_that_is_deleted_is_sent_nothing_more() {
        var hook = hook();
        var ledger = ledger("main");
        deposit(ledger, 1);
        await().untilAsserted(() -> assertThat(endpoint.ids()).hasSize(2));
        api.send("DELETE", hook.path(), null).is(204);
        api.send("DELETE", hook.path(), null).isProblem(404, "webhook_not_found");
        api.get(hook.path()).isProblem(404, "webhook_not_found");
        deposit(ledger, 1);
        daybook.functions().webhooks();
        assertThat(endpoint.ids()).hasSize(2);
    }

    @Test
    void deliveries_are_read_page_by_page_the_newest_first() {
        var hook = hook();
        deposit(ledger("main"), 3);
        await().untilAsserted(() -> assertThat(deliveries(hook)).hasSize(6));
        var first = api.get(hook.path() + "/deliveries?limit=4").is(200).json();
        var second = api.get(hook.path() + "/deliveries?limit=4&after="
                        + first.path("next").asText())
                .is(200)
                .json();
        assertThat(second.has("next")).isFalse();
        var ids = new ArrayList<String>();
        Stream.of(first, second)
                .forEach(page -> page.path("items")
                        .forEach(item -> ids.add(item.path("event_id").asText())));
        assertThat(ids.reversed()).isEqualTo(endpoint.ids());
    }

    @Test
    void old_deliveries_are_forgotten() {
        var hook = hook();
        deposit(ledger("main"), 2);
        await().untilAsserted(() -> assertThat(deliveries(hook)).hasSize(4));
        daybook.execute("""
                update webhook_delivery set created_at = now() - interval '8 days'
                where event_type like '%%requested' and webhook_id = '%s'
                """.formatted(hook.id()));
        daybook.functions().relay();
        assertThat(deliveries(hook))
                .hasSize(2)
                .allMatch(delivery -> delivery.path("event_type").asText().endsWith("completed"));
    }

    @Test
    void to_other_tenants_there_is_none() {
        var hook = hook();
        ledger("main");
        var other = daybook.api("u-" + UUID.randomUUID(), Daybook.ALL_SCOPES);
        for (var path : List.of("", "/deliveries")) {
            other.get(hook.path() + path).isProblem(404, "webhook_not_found");
        }
        for (var path : List.of("/rotations", "/tests")) {
            other.post(hook.path() + path, "").isProblem(404, "webhook_not_found");
        }
        other.post(hook.path() + "/replays", object("since", Instant.EPOCH.toString()))
                .isProblem(404, "webhook_not_found");
        other.patch(hook.path(), object("status", "disabled")).isProblem(404, "webhook_not_found");
        other.send("DELETE", hook.path(), null).isProblem(404, "webhook_not_found");
        other.post("/webhooks", object("url", endpoint.url(), "ledger_id", "main"))
                .isProblem(404, "ledger_not_found");
        assertThat(other.all("/webhooks")).isEmpty();
        var mine = Ledger.open(other, "main").account("a", "EUR");
        deposit(mine, 1);
        daybook.functions().webhooks();
        assertThat(endpoint.requests()).isEmpty();
        assertThat(read(hook).path("status").asText()).isEqualTo("enabled");
    }

    @Test
    void a_tenant_has_so_many_and_no_more() {
        IntStream.range(0, 3).forEach(i -> hook());
        api.post("/webhooks", object("url", endpoint.url())).isProblem(409, "too_many_webhooks");
        assertThat(api.all("/webhooks")).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                              | /url
            {"url": "ftp://example.com"}                                    | /url
            {"url": 1}                                                      | /url
            {"url": "https://example.com", "event_types": []}               | /event_types
            {"url": "https://example.com", "event_types": "all"}            | /event_types
            {"url": "https://example.com", "event_types": ["daybook.gift"]} | /event_types/0
            {"url": "https://example.com", "event_types": [1]}              | /event_types/0
            {"url": "https://example.com", "event_types": ["daybook.ledger.halted", "daybook.ledger.halted"]} | /event_types/1
            {"url": "https://example.com", "ledger_id": "-"}                | /ledger_id
            {"url": "https://example.com", "secret": "mine"}                | /secret
            """)
    void what_is_none_is_refused_with_its_mistakes(String body, String pointer) {
        var refused = api.post("/webhooks", body).isProblem(422, "validation_failed");
        assertThat(refused.json().path("errors").findValuesAsText("pointer")).contains(pointer);
        assertThat(api.all("/webhooks")).isEmpty();
    }

    @Test
    void a_change_or_a_replay_that_is_none_is_refused() {
        var hook = hook();
        for (var body : List.of("{}", "{\"status\":\"asleep\"}", "{\"ledger_id\":\"main\"}", "{\"url\":\"x\"}")) {
            api.patch(hook.path(), body).isProblem(422, "validation_failed");
        }
        for (var body : List.of("{}", "{\"since\":\"today\"}", "{\"since\":\"9999-01-01T00:00:00Z\"}")) {
            api.post(hook.path() + "/replays", body).isProblem(422, "validation_failed");
        }
        api.patch(hook.path(), "{").isProblem(400, "malformed_request");
        api.get(hook.path() + "/deliveries?status=lost").isProblem(400, "malformed_request");
        api.get(hook.path() + "/deliveries?after=x").isProblem(400, "malformed_request");
    }

    @Test
    void on_the_internet_nothing_private_is_spoken_to() {
        var settings = new HashMap<>(QUICK);
        settings.put("daybook.webhooks.private-addresses", false);
        try (var internet = Daybook.start(settings)) {
            var api = internet.api();
            for (var url : List.of(endpoint.url(), "https://127.0.0.1/", "https://169.254.169.254/")) {
                api.post("/webhooks", object("url", url)).isProblem(422, "validation_failed");
            }
            var created =
                    api.post("/webhooks", object("url", "https://example.com/")).is(201);
            var path = "/webhooks/" + created.text("webhook_id");
            // As if its name led there now.
            for (var url : List.of(
                    "http://localhost:%d/hooks",
                    "http://127.0.0.1:%d/hooks", "http://[::ffff:127.0.0.1]:%d/hooks", "http://2130706433:%d/hooks")) {
                internet.execute("update webhook set url = '%s'".formatted(url.formatted(endpoint.port())));
                var sent = api.post(path + "/tests", "").is(202).text("delivery_id");
                await().untilAsserted(() -> assertThat(api.all(path + "/deliveries"))
                        .anySatisfy(delivery -> {
                            assertThat(delivery.path("delivery_id").asText()).isEqualTo(sent);
                            assertThat(delivery.path("last_error").asText())
                                    .isEqualTo("its host has no public address");
                        }));
            }
            assertThat(endpoint.requests()).isEmpty();
        }
    }
}
