package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.cloudwatchlogs.emf.config.EnvironmentConfigurationProvider;
import software.amazon.cloudwatchlogs.emf.environment.Environments;

/** What the functions tell CloudWatch, as lines on standard output. */
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
        assertThat(sum("Failed.insufficient_funds")).isEqualTo(2);
        assertThat(values("BatchSize")).containsOnly(1.0);
        assertThat(values("Retries")).containsOnly(0.0);
        assertThat(values("AcceptToOutcomeMilliseconds"))
                .hasSize(2)
                .allSatisfy(value -> assertThat(value).isBetween(0.0, 60_000.0));
        assertThat(documents()).allSatisfy(document -> {
            var directive = document.path("_aws").path("CloudWatchMetrics").path(0);
            assertThat(directive.path("Namespace").asText()).isEqualTo("Daybook");
            assertThat(directive.path("Dimensions").toString()).isEqualTo("[[\"Service\"]]");
            assertThat(document.path("Service").asText()).isEqualTo("daybook");
        });
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

    /** A metric's value in each document; one that was told several times has a list of them. */
    private List<Double> values(String metric) {
        return documents().stream()
                .filter(document -> document.has(metric))
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
