package io.daybook.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.ServiceAway;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private final Retries retries = new Retries(4, Duration.ofSeconds(2), Duration.ofMinutes(2), new Random());

    @Test
    void the_pause_doubles_with_each_attempt_up_to_its_limit_and_is_shorter_by_chance() {
        var most = new int[] {2, 4, 8, 16, 32, 64, 120, 120};
        for (var i = 0; i < most.length; i++) {
            var attempt = i + 1;
            assertThat(IntStream.range(0, 200)
                            .mapToObj(ignored -> retries.delay(attempt).toSeconds())
                            .distinct())
                    .allMatch(seconds -> seconds >= most[attempt - 1] / 2 && seconds <= most[attempt - 1])
                    .hasSizeGreaterThan(1);
        }
        assertThat(retries.delay(1_000)).isLessThanOrEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void a_message_is_poison_when_it_failed_often_enough_by_itself() {
        var own = new IllegalStateException("on purpose");
        assertThat(retries.isPoison(3, own)).isFalse();
        assertThat(retries.isPoison(4, own)).isTrue();
    }

    @Test
    void no_message_is_poison_while_a_service_is_away() {
        assertThat(retries.isPoison(99, new ServiceAway("PostgreSQL", new RuntimeException("gone"))))
                .isFalse();
    }
}
