package io.daybook.client;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a request is sent, and how long to pause between: doubling from {@code first} up to {@code longest} with
 * full jitter, and never less than the server's {@code Retry-After}, of which at most {@code longestAsked} is heeded.
 *
 * @param attempts in all, at least one
 */
public record Backoff(int attempts, Duration first, Duration longest, Duration longestAsked) {
    /** Eight attempts within about half a minute. */
    public static final Backoff PATIENT =
            new Backoff(8, Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(30));

    /** @throws IllegalArgumentException if there is to be no attempt at all */
    public Backoff {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1");
        }
    }

    Duration pauseAfter(int attempt, Optional<Duration> asked) {
        var ceiling = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
        var jittered = Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
        var heeded = asked.map(duration -> duration.compareTo(longestAsked) > 0 ? longestAsked : duration)
                .orElse(Duration.ZERO);
        return heeded.plus(jittered);
    }

    /** Reads {@code Retry-After}, as seconds or as an HTTP date (RFC 9110, 10.2.3). */
    static Optional<Duration> retryAfter(String header) {
        try {
            return Optional.of(Duration.ofSeconds(Math.max(0, Long.parseLong(header.strip()))));
        } catch (NumberFormatException notSeconds) {
            try {
                var until = ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                var pause = Duration.between(Instant.now(), until);
                return Optional.of(pause.isNegative() ? Duration.ZERO : pause);
            } catch (DateTimeParseException notADate) {
                return Optional.empty();
            }
        }
    }
}
