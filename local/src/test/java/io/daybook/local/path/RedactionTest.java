package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every kind of secret goes through the functions, on good days and on bad: no line of a log has one, on DEBUG either, and no
 * answer but the one that hands it out.
 */
class RedactionTest {
    private static final String DATABASE_PASSWORD = "Geheimnis-4711-of-the-database";
    private static final String WEBHOOKS_KEY = "Geheimnis-4712-that-seals-the-secrets-of-webhooks";

    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    private Answer seen(Answer answer) {
        answers.add(answer);
        return answer;
    }

    private Answer refused(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
        return seen(answer);
    }

    /** What is random in it: another token begins alike. */
    private static String signature(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }

    @Test
    void no_log_and_no_answer_has_a_secret() {
        secrets.put("database password", DATABASE_PASSWORD);
        secrets.put("key of the webhooks", WEBHOOKS_KEY);
        var log = new JsonLog(Level.DEBUG);
        try (log;
                var endpoint = new Endpoint();
                var daybook = Daybook.start(Map.of(
                        "daybook.database.password", DATABASE_PASSWORD,
                        "daybook.database.reader.password", DATABASE_PASSWORD,
                        "daybook.database.writer.password", DATABASE_PASSWORD,
                        "daybook.webhooks.key", WEBHOOKS_KEY,
                        "daybook.webhooks.retries", "100ms,100ms",
                        "daybook.webhooks.rest-max", "200ms",
                        "daybook.processor.attempts-max", 1))) {
            var token = daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES);
            var expired = daybook.stack().tokens().mint(Daybook.TENANT, Daybook.ALL_SCOPES, Duration.ofHours(-1));
            var reading = daybook.token(Daybook.TENANT, "ledger:read");
            secrets.put("token", signature(token));
            secrets.put("expired token", signature(expired));
            secrets.put("token without the scope", signature(reading));
            var api = daybook.api(token);
            var ledger = Ledger.open(api, "main").account("a", "EUR").account("sick", "EUR");

            tokensWhereTheyDoNotBelong(daybook, ledger, token, expired, reading);
            webhooks(daybook, ledger, endpoint);
            tickets(daybook, ledger);
            whatDies(daybook, ledger);
            serversThatAreAway(daybook, ledger);
            daybook.functions().relay();
        }
        assertThat(log.lines()).hasSizeGreaterThan(100);
        assertThat(answers).hasSizeGreaterThan(20);
        assertSoftly(softly -> secrets.forEach((name, secret) -> {
            softly.assertThat(secret).as(name).hasSizeGreaterThan(20);
            softly.assertThat(log.lines().stream().filter(line -> line.contains(secret)))
                    .as("lines with the %s", name)
                    .isEmpty();
            softly.assertThat(answers.stream().filter(answer -> (answer.text() + answer.headers()).contains(secret)))
                    .as("answers with the %s", name)
                    .isEmpty();
        }));
    }

    private void tokensWhereTheyDoNotBelong(
            Daybook daybook, Ledger ledger, String token, String expired, String reading) {
        var money = money("a", "1.00", "EUR");
        seen(ledger.send("deposits", money, "Prefer", "wait=20").is(200));
        for (var other : List.of(expired, token + "x", token.substring(0, token.length() - 8))) {
            refused(daybook.api(other).get(ledger.path()).isProblem(401, "unauthorized"));
        }
        refused(ledger.by(daybook.api(reading)).send("deposits", money).isProblem(403, "forbidden"));
        refused(daybook.api("").get(ledger.path() + "?access_token=" + token).isProblem(401, "unauthorized"));
        refused(ledger.sendAs(token.repeat(2), "deposits", money));
        refused(ledger.send("deposits", money("a", token, "EUR")));
        refused(ledger.send("deposits", money(token, "1.00", "EUR")));
        refused(ledger.send("deposits", "{\"account_id\": \"" + token + "\""));
        refused(ledger.send("batches", object("operations", List.of(item("deposit", money("a", "1.00", token))))));
        refused(ledger.api().get(ledger.path() + "/operations?after=" + token));
        seen(ledger.send("deposits", money("a", "1.00", "EUR"), "Prefer", "wait=" + token));
    }

    private void webhooks(Daybook daybook, Ledger ledger, Endpoint endpoint) {
        var api = ledger.api();
        endpoint.answers(500);
        var made = api.post("/webhooks", object("url", endpoint.url())).is(201);
        var path = "/webhooks/" + made.text("webhook_id");
        var rotated = api.post(path + "/rotations", "").is(201);
        for (var answer : Map.of("first secret", made, "second secret", rotated).entrySet()) {
            secrets.put(
                    answer.getKey() + " of a webhook",
                    answer.getValue().text("secret").substring("whsec_".length()));
        }
        seen(api.post(path + "/tests", ""));
        seen(ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200));
        await().untilAsserted(() -> assertThat(endpoint.requests()).hasSizeGreaterThan(3));
        endpoint.answers(302);
        seen(ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200));
        await().untilAsserted(() -> assertThat(endpoint.requests()).hasSizeGreaterThan(6));
        seen(api.get(path).is(200));
        seen(api.get("/webhooks").is(200));
        seen(api.get(path + "/deliveries").is(200));
        refused(api.patch(path, object("secret", rotated.text("secret"))));
        refused(api.patch(path, object("url", "nowhere:" + rotated.text("secret"))));
        assertThat(daybook.count("webhook where secret like 'v1.%'")).isOne();
    }

    private void tickets(Daybook daybook, Ledger ledger) {
        var path = ledger.path() + "/events";
        var ticket = ledger.api()
                .post("/tickets", object("path", "/v1" + path))
                .is(201)
                .text("ticket");
        secrets.put("ticket", ticket);
        var anybody = daybook.api("");
        seen(anybody.get(path + "?ticket=" + ticket + "&last_event_id=0").is(200));
        refused(anybody.get(ledger.path() + "?ticket=" + ticket).isProblem(401, "unauthorized"));
    }

    private void whatDies(Daybook daybook, Ledger ledger) {
        daybook.sicken();
        var id = ledger.deposit("sick", "1.00").is(202).operationId();
        assertThat(ledger.outcome(id).path("status").asText()).isEqualTo("dead");
        daybook.heal();
        assertThat(seen(ledger.api().get("/dead-letters").is(200)).text()).contains("this account is sick");
    }

    private void serversThatAreAway(Daybook daybook, Ledger ledger) {
        var money = money("a", "1.00", "EUR");
        daybook.stack().postgres().stop();
        refused(ledger.api().get(ledger.path() + "/accounts/a").is(503));
        refused(ledger.syncAs("while-it-is-away", "deposits", money));
        refused(ledger.api().get("/health/ready").is(503));
        refused(ledger.api()
                .post("/webhooks", object("url", "http://127.0.0.1:9/"))
                .is(503));
        daybook.stack().redis().stop();
        refused(ledger.api().post("/tickets", object("path", "/v1" + ledger.path() + "/events")));
        daybook.stack().queue().stop();
        refused(ledger.send("deposits", money));
        daybook.allIsBack();
    }
}
