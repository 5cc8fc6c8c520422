package io.daybook.accept;

import io.daybook.contract.Kind;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How long an answer waits for the outcome: by the kind of the operation, or as the client prefers
 * (<a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>, {@code Prefer: respond-async} and
 * {@code Prefer: wait=N}, seconds).
 *
 * @param waiting nothing to answer at once
 * @param applied the value of {@code Preference-Applied}
 */
record Preference(Optional<Duration> waiting, Optional<String> applied) {
    private static final Pattern WAIT = Pattern.compile("wait *= *\"?([0-9]{1,6})\"?");

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
            var wait = kind.confirmed() ? Optional.of(waitDefault) : Optional.<Duration>empty();
            for (var header : request.getHeaders().getAll("Prefer")) {
                for (var preference : header.toLowerCase(Locale.ROOT).split(",")) {
                    var text = preference.strip();
                    var seconds = WAIT.matcher(text);
                    if (text.equals("respond-async")) {
                        return new Preference(Optional.empty(), Optional.of(text));
                    }
                    if (seconds.matches()) {
                        var wanted = Math.min(Long.parseLong(seconds.group(1)), waitMax.toSeconds());
                        return new Preference(
                                wanted == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(wanted)),
                                Optional.of("wait=" + wanted));
                    }
                }
            }
            return new Preference(wait, Optional.empty());
        }
    }
}
