package io.daybook.processor;

import io.daybook.contract.ServiceAway;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** When a message that failed is tried again, and when no more. */
@Singleton
final class Retries {
    private static final int DOUBLINGS_MAX = 30;

    private final int attemptsMax;
    private final Duration first;
    private final Duration max;
    private final RandomGenerator random;

    Retries(
            @Value("${daybook.processor.attempts-max}") int attemptsMax,
            @Value("${daybook.processor.retry.first}") Duration first,
            @Value("${daybook.processor.retry.max}") Duration max,
            RandomGenerator random) {
        this.attemptsMax = attemptsMax;
        this.first = first;
        this.max = max;
        this.random = random;
    }

    /** Whether it failed by itself, and often enough. While a service is away nothing can be said of a message. */
    boolean isPoison(int attempt, RuntimeException cause) {
        return !(cause instanceof ServiceAway) && attempt >= attemptsMax;
    }

    /** In whole seconds, as SQS takes it: the double of the attempt ahead of it, less up to a half of it by chance. */
    Duration delay(int attempt) {
        var doubled = first.toMillis() << Math.min(attempt - 1, DOUBLINGS_MAX);
        var most = Math.max(1, Math.ceilDiv(Math.min(doubled, max.toMillis()), 1000));
        return Duration.ofSeconds(random.nextLong(Math.ceilDiv(most, 2), most + 1));
    }
}
