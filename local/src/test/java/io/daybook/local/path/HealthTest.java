package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What anybody may ask: whether the service lives, what it needs, and how far it is behind. */
class HealthTest {
    private static final FakeTopic TOPIC = new FakeTopic();

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(TOPIC.settings());
    }

    @AfterAll
    static void stop() {
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void all_is_back_and_the_books_hold() {
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.allIsBack();
        daybook.booksHold();
    }

    private static JsonNode ready(int status) {
        return daybook.api("").get("/health/ready").is(status).json();
    }

    private static String of(JsonNode health, String dependency) {
        var state = health.path("dependencies").path(dependency);
        assertThat(state.path("latency_ms").asLong(-1)).isNotNegative();
        return state.path("status").asText();
    }

    @Test
    void with_all_there_is_it_is_up_and_not_behind() {
        daybook.ledger()
                .account("a", "EUR")
                .deposit("a", "1.00", "Prefer", "wait=20")
                .is(200);
        await().untilAsserted(() -> {
            var health = ready(200);
            assertThat(health.path("status").asText()).isEqualTo("up");
            assertThat(of(health, "postgresql")).isEqualTo("up");
            assertThat(of(health, "redis")).isEqualTo("up");
            assertThat(health.path("lag").path("operations").asLong(-1)).isZero();
            assertThat(health.path("lag").path("oldest_operation_seconds").asLong(-1))
                    .isZero();
            assertThat(health.path("lag").path("outbox_age_seconds").asLong(-1)).isZero();
        });
    }

    @Test
    void without_redis_it_is_degraded_and_ready_and_says_what_it_knows() {
        daybook.stack().redis().stop();
        var health = ready(200);
        assertThat(health.path("status").asText()).isEqualTo("degraded");
        assertThat(of(health, "redis")).isEqualTo("down");
        assertThat(of(health, "postgresql")).isEqualTo("up");
        assertThat(health.path("ledgers").path("halted").asLong(-1)).isNotNegative();
        assertThat(health.path("lag").has("outbox_age_seconds")).isTrue();
        assertThat(health.path("lag").has("operations")).isFalse();
        assertThat(health.path("lag").has("oldest_operation_seconds")).isFalse();
    }

    @Test
    void without_postgresql_it_is_down_and_lives() {
        daybook.stack().postgres().stop();
        var health = ready(503);
        assertThat(health.path("status").asText()).isEqualTo("down");
        assertThat(of(health, "postgresql")).isEqualTo("down");
        assertThat(of(health, "redis")).isEqualTo("up");
        assertThat(health.has("lag")).isFalse();
        assertThat(health.has("ledgers")).isFalse();
        assertThat(daybook.api("").get("/health/live").is(200).text("status")).isEqualTo("up");
    }

    @Test
    void what_waits_is_told_with_its_age() throws SQLException {
        var ledger = daybook.ledger().account("a", "EUR");
        var halted = daybook.ledger().account("a", "EUR");
        daybook.api()
                .post(halted.path() + "/halt", object("reason", "It is looked at"))
                .is(200);
        halted.deposit("a", "1.00").is(202);
        TOPIC.is(FakeTopic.Mood.AWAY);
        ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        try (var lock = daybook.database();
                var statement = lock.createStatement()) {
            lock.setAutoCommit(false);
            statement.execute("select * from ledger where ledger_id = '%s' for update".formatted(ledger.id()));
            ledger.deposit("a", "1.00").is(202);
            await().untilAsserted(() -> {
                var lag = ready(200).path("lag");
                assertThat(lag.path("operations").asLong()).isEqualTo(2);
                assertThat(lag.path("oldest_operation_seconds").asLong()).isPositive();
                assertThat(lag.path("outbox_age_seconds").asLong()).isPositive();
            });
        }
        daybook.api().send("POST", halted.path() + "/resume", null).is(200);
    }
}
