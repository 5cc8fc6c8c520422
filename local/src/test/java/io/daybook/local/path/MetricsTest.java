package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.DaybookId;
import io.daybook.contract.RedisKeys;
import io.daybook.runtime.Metric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import software.amazon.cloudwatchlogs.emf.config.EnvironmentConfigurationProvider;
import software.amazon.cloudwatchlogs.emf.environment.Environments;

/** Daybook's own numbers: what the functions tell CloudWatch, as lines on standard output, and what Prometheus reads. */
class MetricsTest {
    private static final String NAMESPACE = "daybook.metrics.namespace";

    private final PrintStream stdout = System.out;
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        EnvironmentConfigurationProvider.getConfig().setEnvironmentOverride(Environments.Lambda);
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        System.setOut(stdout);
        System.clearProperty(NAMESPACE);
    }

    @Test
    void what_is_accepted_applied_and_refused_is_told_by_invocation() {
        System.setProperty(NAMESPACE, "Daybook");
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR");
            ledger.withdraw("a", "1.00").isProblem(422, "insufficient_funds");
            ledger.send(
                            "batches",
                            object(
                                    "operations",
                                    List.of(
                                            item("deposit", money("a", "10.00", "EUR")),
                                            item("deposit", money("a", "5.00", "EUR")),
                                            item("withdrawal", money("a", "99.00", "EUR")))))
                    .is(202);
            await().untilAsserted(() -> assertThat(sum("Applied")).isEqualTo(2));
            await().untilAsserted(() -> assertThat(values("BatchSize")).hasSize(2));
        }
        assertThat(values("Accepted")).containsExactlyInAnyOrder(1.0, 3.0);
        assertThat(sum("Failed")).isEqualTo(2);
        assertThat(values("Applied", "Kind", "deposit")).containsExactly(2.0);
        assertThat(values("Failed", "Kind", "withdrawal", "Code", "insufficient_funds"))
                .containsExactly(1.0, 1.0);
        assertThat(values("BatchSize")).containsOnly(1.0);
        assertThat(values("Retries")).containsOnly(0.0);
        assertThat(values("AcceptToOutcomeSeconds"))
                .hasSize(2)
                .allSatisfy(value -> assertThat(value).isBetween(0.0, 60.0));
        assertThat(documents()).allSatisfy(document -> {
            var directive = document.path("_aws").path("CloudWatchMetrics").path(0);
            assertThat(directive.path("Namespace").asText()).isEqualTo("Daybook");
            assertThat(directive.path("Dimensions")).hasSize(1);
            assertThat(directive.path("Dimensions").path(0).path(0).asText()).isEqualTo("Service");
            assertThat(document.path("Service").asText()).isEqualTo("daybook");
        });
    }

    @Test
    void what_the_queue_has_given_up_is_told_by_the_function_that_takes_it() {
        System.setProperty(NAMESPACE, "Daybook");
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR");
            var id = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
            var message = new SQSEvent.SQSMessage();
            message.setMessageId("m");
            message.setAttributes(Map.of("MessageGroupId", "demo~" + ledger.id(), "ApproximateReceiveCount", "1001"));
            message.setBody(Messages.ofDeposit(ledger, id, "k", "a"));
            var event = new SQSEvent();
            event.setRecords(List.of(message));

            daybook.functions().deadLetters().handleRequest(event, Daybook.NO_CONTEXT);

            assertThat(values("Dead", "Kind", "deposit")).containsExactly(1.0);
        }
    }

    @Test
    void cloudwatch_and_prometheus_have_the_same_metrics() {
        System.setProperty(NAMESPACE, "Daybook");
        try (var daybook =
                Daybook.start(Map.of("daybook.processor.attempts-max", 2, "daybook.processor.retry.max", "1s"))) {
            var ledger = daybook.ledger().account("a", "EUR").account("sick", "EUR");
            daybook.sicken();
            ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
            ledger.withdraw("a", "2.00").is(422);
            ledger.outcome(ledger.deposit("sick", "1.00").is(202).operationId());
            halt(daybook, ledger);
            ledger.deposit("a", "1.00").is(202);
            daybook.functions().relay();
            daybook.functions().webhooks();
            var shown = await().until(
                            () -> scrape(daybook),
                            now -> now.value("daybook_backlog").equals(Optional.of(1.0)));
            var told = documents().stream()
                    .flatMap(document -> StreamSupport.stream(
                            document.at("/_aws/CloudWatchMetrics/0/Metrics").spliterator(), false))
                    .collect(Collectors.toMap(
                            metric -> metric.path("Name").asText(),
                            metric -> metric.path("Unit").asText(),
                            (one, other) -> one));
            assertThat(told)
                    .containsExactlyInAnyOrderEntriesOf(Arrays.stream(Metric.values())
                            .collect(Collectors.toMap(
                                    Metric::inCamelCase, metric -> metric.isInSeconds() ? "Seconds" : "Count")));
            assertThat(shown.types().keySet().stream().map(name -> name.replaceFirst("_max$", "")))
                    .containsAll(Arrays.stream(Metric.values())
                            .map(MetricsTest::inPrometheus)
                            .toList())
                    .isSubsetOf(Arrays.stream(Metric.values())
                            .map(MetricsTest::inPrometheus)
                            .toList());
        }
    }

    private static String inPrometheus(Metric metric) {
        return "daybook_" + metric.inSnakeCase() + (metric.sort() == Metric.Sort.COUNT ? "_total" : "");
    }

    private static Exposition scrape(Daybook daybook) {
        var answer = daybook.api("").get("/metrics").is(200);
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        return new Exposition(answer.text());
    }

    private static void halt(Daybook daybook, Ledger ledger) {
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "It is looked at"))
                .is(200);
    }

    @Test
    void prometheus_reads_what_has_become_of_operations() {
        try (var daybook =
                Daybook.start(Map.of("daybook.processor.attempts-max", 2, "daybook.processor.retry.max", "1s"))) {
            var before = scrape(daybook);
            assertThat(before.value("daybook_accepted_total")).hasValue(0.0);
            assertThat(before.value("daybook_accept_to_outcome_seconds_count")).hasValue(0.0);
            assertThat(before.value("daybook_dead_letters")).hasValue(0.0);
            assertThat(before.value("daybook_redis_away")).hasValue(0.0);

            var ledger = daybook.ledger().account("a", "EUR").account("sick", "EUR");
            daybook.sicken();
            ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
            ledger.withdraw("a", "2.00").is(422);
            ledger.withdraw("a", "3.00").is(422);
            ledger.outcome(ledger.deposit("sick", "1.00").is(202).operationId());
            halt(daybook, ledger);

            var after = await().until(
                            () -> scrape(daybook),
                            now -> now.by("kind", "daybook_dead_total").containsKey("deposit"));
            assertThat(after.value("daybook_accepted_total")).hasValue(4.0);
            assertThat(after.by("kind", "daybook_applied_total")).isEqualTo(Map.of("deposit", 1.0));
            assertThat(after.by("code", "daybook_failed_total")).isEqualTo(Map.of("insufficient_funds", 2.0));
            assertThat(after.by("kind", "daybook_failed_total")).isEqualTo(Map.of("withdrawal", 2.0));
            assertThat(after.by("kind", "daybook_dead_total")).isEqualTo(Map.of("deposit", 1.0));
            assertThat(after.value("daybook_retries_total")).hasValue(1.0);
            assertThat(after.value("daybook_accept_to_outcome_seconds_count")).hasValue(3.0);
            assertThat(after.value("daybook_dead_letters")).hasValue(1.0);
            assertThat(after.value("daybook_halted_ledgers")).hasValue(1.0);
            assertThat(after.value("daybook_outbox_age_seconds")).hasValue(0.0);
        }
    }

    @Test
    void the_longest_backlogs_are_told_by_name_and_all_together() throws SQLException {
        try (var daybook = Daybook.start(Map.of("daybook.metrics.ledgers-named-max", 2))) {
            var ledgers = List.of(daybook.ledger(), daybook.ledger(), daybook.ledger(), daybook.ledger());
            ledgers.forEach(ledger -> ledger.account("a", "EUR"));
            for (var i = 0; i < 3; i++) {
                halt(daybook, ledgers.get(i));
                for (var times = 0; times <= i; times++) {
                    ledgers.get(i).deposit("a", "1.00").is(202);
                }
            }
            var halted = scrape(daybook);
            assertThat(halted.value("daybook_backlog")).hasValue(6.0);
            assertThat(halted.by("ledger", "daybook_ledger_backlog"))
                    .isEqualTo(Map.of(
                            "demo~" + ledgers.get(2).id(),
                            3.0,
                            "demo~" + ledgers.get(1).id(),
                            2.0));
            assertThat(halted.value("daybook_consumer_lag_seconds"))
                    .as("of ledgers that go on")
                    .hasValue(0.0);

            try (var lock = daybook.database();
                    var statement = lock.createStatement()) {
                lock.setAutoCommit(false);
                statement.execute("select * from ledger where ledger_id = '%s' for update"
                        .formatted(ledgers.getLast().id()));
                ledgers.getLast().deposit("a", "1.00").is(202);
                await().until(() ->
                        scrape(daybook).value("daybook_consumer_lag_seconds").orElseThrow() > 0.5);
            }
            ledgers.getLast().deposit("a", "1.00", "Prefer", "wait=20").is(200);
            assertThat(scrape(daybook).value("daybook_consumer_lag_seconds")).hasValue(0.0);
            ledgers.subList(0, 3)
                    .forEach(ledger -> daybook.api()
                            .send("POST", ledger.path() + "/resume", null)
                            .is(200));
            await().untilAsserted(() -> {
                assertThat(scrape(daybook).value("daybook_backlog")).hasValue(0.0);
                assertThat(scrape(daybook).by("ledger", "daybook_ledger_backlog"))
                        .isEmpty();
            });
            daybook.booksHold();
        }
    }

    @Test
    void what_was_never_sent_is_no_lag() {
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR");
            var id = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis() - 60_000);
            try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
                redis.zadd(RedisKeys.pending(Daybook.TENANT, ledger.id()), 0, id.toString());
            }
            assertThat(scrape(daybook).value("daybook_backlog")).hasValue(1.0);
            assertThat(scrape(daybook).value("daybook_consumer_lag_seconds")).hasValue(0.0);
        }
    }

    @Test
    void what_nobody_can_know_while_a_server_is_away_is_not_told() {
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
            daybook.stack().redis().stop();
            var withoutRedis = scrape(daybook);
            assertThat(withoutRedis.value("daybook_redis_away")).hasValue(1.0);
            assertThat(withoutRedis.value("daybook_backlog")).isEmpty();
            assertThat(withoutRedis.value("daybook_consumer_lag_seconds")).isEmpty();
            assertThat(withoutRedis.value("daybook_dead_letters")).hasValue(0.0);
            assertThat(withoutRedis.by("kind", "daybook_applied_total")).containsEntry("deposit", 1.0);
            daybook.stack().postgres().stop();
            var withoutAny = scrape(daybook);
            assertThat(withoutAny.value("daybook_redis_away")).isEmpty();
            assertThat(withoutAny.value("daybook_dead_letters")).isEmpty();
            assertThat(withoutAny.by("kind", "daybook_applied_total")).containsEntry("deposit", 1.0);
            daybook.allIsBack();
            assertThat(scrape(daybook).value("daybook_redis_away")).hasValue(0.0);
            assertThat(ledger.balance("a")).isEqualTo("1.00");
        }
    }

    @Test
    void the_local_stack_prints_nothing() {
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
            ledger.withdraw("a", "1.00").is(200);
        }
        assertThat(captured.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private double sum(String metric) {
        return values(metric).stream().mapToDouble(Double::doubleValue).sum();
    }

    /**
     * A metric's value in each document with just these dimensions and their values; one that was told several times has
     * a list of them.
     */
    private List<Double> values(String metric, String... dimensions) {
        return documents().stream()
                .filter(document -> document.has(metric))
                .filter(document ->
                        document.at("/_aws/CloudWatchMetrics/0/Dimensions/0").size() == 1 + dimensions.length / 2)
                .filter(document -> IntStream.range(0, dimensions.length / 2)
                        .allMatch(i -> document.path(dimensions[2 * i]).asText().equals(dimensions[2 * i + 1])))
                .flatMap(document -> document.get(metric).isArray()
                        ? StreamSupport.stream(document.get(metric).spliterator(), false)
                        : List.of(document.get(metric)).stream())
                .map(JsonNode::asDouble)
                .toList();
    }

    private List<JsonNode> documents() {
        var documents = new ArrayList<JsonNode>();
        captured.toString(StandardCharsets.UTF_8).lines().forEach(line -> {
            try {
                documents.add(Api.JSON.readTree(line));
            } catch (IOException e) {
                throw new UncheckedIOException(line, e);
            }
        });
        return documents;
    }
}
