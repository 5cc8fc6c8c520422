package io.daybook.webhooks;

import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When a delivery that failed is tried again, and when no more. */
@Singleton
final class Backoff {
    private static final int JITTER_PERCENT_MAX = 20;

    private final List<Duration> pauses;
    private final RandomGenerator random;

    Backoff(@Value("${daybook.webhooks.retries}") List<Duration> pauses, RandomGenerator random) {
        this.pauses = List.copyOf(pauses);
        this.random = random;
    }

    /**
     * Longer by chance, by up to a fifth, so that what failed together does not come back together.
     *
     * @param attempts how many there were
     * @return nothing if it was the last one
     */
    Optional<Duration> after(int attempts) {
        if (attempts > pauses.size()) {
            return Optional.empty();
        }
        var pause = pauses.get(attempts - 1);
        return Optional.of(pause.plusMillis(pause.toMillis() * random.nextInt(JITTER_PERCENT_MAX + 1) / 100));
    }
}
