package io.daybook.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(List.of(Duration.ofSeconds(5), Duration.ofMinutes(5)), new Random());

    @Test
    void each_attempt_has_its_pause_and_chance_makes_it_longer_by_up_to_a_fifth() {
        for (var attempt : List.of(1, 2)) {
            var pause = attempt == 1 ? Duration.ofSeconds(5) : Duration.ofMinutes(5);
            assertThat(IntStream.range(0, 200)
                            .mapToObj(ignored -> backoff.after(attempt).orElseThrow())
                            .distinct())
                    .allMatch(after -> after.compareTo(pause) >= 0
                            && after.compareTo(pause.multipliedBy(6).dividedBy(5)) <= 0)
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void after_the_last_pause_there_is_no_other_attempt() {
        assertThat(backoff.after(3)).isEmpty();
    }
}
