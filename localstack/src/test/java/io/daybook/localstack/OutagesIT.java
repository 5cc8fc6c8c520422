package io.daybook.localstack;

import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.daybook.local.path.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/** Parts that go away in the middle of the work, and come back. */
@Deployed
class OutagesIT {
    private final Deployment daybook;

    OutagesIT(Deployment daybook) {
        this.daybook = daybook;
    }

    /** Accepting, applying and reading go on; what Valkey has missed, PostgreSQL knows. */
    @Test
    void valkey_stops_and_comes_back() {
        var ledger = daybook.ledger().account("alice", "EUR").funded("alice", "10.00");
        var docker = DockerClientFactory.instance().client();
        var accepted = new ArrayList<UUID>();

        docker.stopContainerCmd(daybook.valkey().getContainerId())
                .withTimeout(1)
                .exec();
        try {
            for (var i = 0; i < 3; i++) {
                accepted.add(ledger.deposit("alice", "1.00").is(202).operationId());
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(ledger.balance("alice")).isEqualTo("13.00"));
            assertThat(ledger.operation(accepted.getLast()).path("status").asText())
                    .isEqualTo("succeeded");
        } finally {
            docker.startContainerCmd(daybook.valkey().getContainerId()).exec();
        }

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        ledger.withdraw("alice", "1.00", "Prefer", "wait=20").is(200));
        accepted.forEach(operation ->
                assertThat(ledger.operation(operation).path("status").asText()).isEqualTo("succeeded"));
    }

    /** What was under way when the function died is delivered again when its visibility ends, and applied once. */
    @Test
    void the_processor_dies_in_the_middle_of_a_batch() {
        var ledger = daybook.ledger().account("alice", "EUR").funded("alice", "1.00");
        var operations = Collections.nCopies(1_000, item("deposit", money("alice", "0.01", "EUR")));

        List<Answer> answers;
        try (var held = daybook.hold(ledger)) {
            answers = IntStream.range(0, 4)
                    .mapToObj(ignored -> ledger.send("batches", Map.of("operations", operations))
                            .is(202))
                    .toList();
            held.untilSomebodyWaits();
            var processors = daybook.containersOf("daybook-processor");
            assertThat(processors).isNotEmpty();
            processors.forEach(daybook::crash);
        }

        for (var answer : answers) {
            var last = answer.json()
                    .path("operations")
                    .get(999)
                    .path("operation_id")
                    .asText();
            await().atMost(Duration.ofMinutes(6))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            ledger.operation(UUID.fromString(last)).path("done").asBoolean());
        }
        assertThat(ledger.balance("alice")).isEqualTo("41.00");
    }

    /** Accepting goes on while nothing can be applied. */
    @Test
    void postgresql_stops_and_comes_back() {
        var ledger = daybook.ledger().account("alice", "EUR").funded("alice", "1.00");
        var docker = DockerClientFactory.instance().client();

        docker.pauseContainerCmd(daybook.postgres().getContainerId()).exec();
        List<UUID> accepted;
        try {
            accepted = List.of(
                    ledger.deposit("alice", "1.00").is(202).operationId(),
                    ledger.deposit("alice", "2.00").is(202).operationId());
            await().atMost(Duration.ofMinutes(1)).until(() -> daybook.messagesUnderWay() > 0);
        } finally {
            docker.unpauseContainerCmd(daybook.postgres().getContainerId()).exec();
        }

        await().atMost(Duration.ofMinutes(8))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> ledger.operation(accepted.getLast()).path("done").asBoolean());
        assertThat(ledger.balance("alice")).isEqualTo("4.00");
    }
}
