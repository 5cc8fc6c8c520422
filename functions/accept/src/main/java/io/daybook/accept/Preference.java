package io.daybook.accept;

import io.daybook.contract.Kind;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long an answer waits for the outcome: by the kind of the operation, or as the client prefers
 * (<a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>, {@code Prefer: respond-async} and
 * {@code Prefer: wait=N}, seconds; of both, the answer waits so long and is {@code 202} then).
 *
 * @param waiting nothing to answer at once
 * @param applied the value of {@code Preference-Applied}
 */
record Preference(Optional<Duration> waiting, Optional<String> applied) {
    private static final Pattern WAIT = Pattern.compile("wait *= *\"?([0-9]{1,6})\"?");

    private static final String RESPOND_ASYNC = "respond-async";

    @Singleton
    static final class Reader {
        private final Duration waitDefault;
        private final Duration waitMax;

        Reader(@Value("${daybook.wait.default}") Duration waitDefault, @Value("${daybook.wait.max}") Duration waitMax) {
            this.waitDefault = waitDefault;
            this.waitMax = waitMax;
        }

        Duration waitDefault() {
            return waitDefault;
        }

        Preference of(HttpRequest<?> request, Kind kind) {
            var preferences = request.getHeaders().getAll("Prefer").stream()
                    .flatMap(header -> Stream.of(header.toLowerCase(Locale.ROOT).split(",")))
                    .map(String::strip)
                    .toList();
            return preferences.stream()
                    .map(WAIT::matcher)
                    .filter(Matcher::matches)
                    .findFirst()
                    .map(seconds -> waiting(Long.parseLong(seconds.group(1))))
                    .or(() -> Optional.of(RESPOND_ASYNC)
                            .filter(preferences::contains)
                            .map(async -> new Preference(Optional.empty(), Optional.of(async))))
                    .orElseGet(() -> new Preference(
                            kind.confirmed() ? Optional.of(waitDefault) : Optional.empty(), Optional.empty()));
        }

        private Preference waiting(long seconds) {
            var wanted = Duration.ofSeconds(Math.min(seconds, waitMax.toSeconds()));
            return new Preference(
                    Optional.of(wanted).filter(Duration::isPositive), Optional.of("wait=" + wanted.toSeconds()));
        }
    }
}
