package io.daybook.processor;

import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Says with every answer of the synchronous side since when it is deprecated
 * (<a href="https://www.rfc-editor.org/rfc/rfc9745">RFC 9745</a>), when it will be gone
 * (<a href="https://www.rfc-editor.org/rfc/rfc8594">RFC 8594</a>) and what comes in its place
 * (<a href="https://www.rfc-editor.org/rfc/rfc5829">RFC 5829</a>).
 */
@ServerFilter(Succession.PATH + "/**")
final class Succession {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    static final String PATH = "/v1/sync";

    private final String deprecation;
    private final String sunset;
    private final String successor;

    /** @throws IllegalArgumentException if it would be gone before it is deprecated, which RFC 9745 forbids */
    Succession(
            @Value("${daybook.sync.deprecation}") String deprecation,
            @Value("${daybook.sync.sunset}") String sunset,
            @Value("${daybook.sync.successor}") String successor) {
        var from = Instant.parse(deprecation);
        var until = Instant.parse(sunset);
        if (until.isBefore(from)) {
            throw new IllegalArgumentException("daybook.sync.sunset is before daybook.sync.deprecation");
        }
        this.deprecation = "@" + from.getEpochSecond();
        this.sunset = HTTP_DATE.format(until);
        this.successor = successor;
    }

    @ResponseFilter
    void announce(HttpRequest<?> request, MutableHttpResponse<?> answer) {
        answer.header("Deprecation", deprecation)
                .header("Sunset", sunset)
                .header("Link", "<%s>; rel=\"successor-version\"".formatted(successor(request)));
    }

    private String successor(HttpRequest<?> request) {
        return successor + request.getUri().getRawPath().substring(PATH.length());
    }
}
