package io.daybook.runtime;

import io.daybook.contract.Identifiers;
import io.daybook.contract.Trace;
import io.micronaut.function.aws.XRayUtils;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names in the log lines of a request its trace, and the ledger or the operation in its path. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class Subjects {
    private static final String X_RAY = "X-Amzn-Trace-Id";
    private static final String SUBJECT = "daybook.subject";
    private static final Pattern LEDGER = Pattern.compile("/v1/(?:sync/)?ledgers/(?<id>[^/]+).*");
    private static final Pattern OPERATION = Pattern.compile("/v1/(?:operations|dead-letters|holds)/(?<id>[^/]+).*");

    @RequestFilter
    void open(HttpRequest<?> request) {
        var subject = LogSubject.open();
        request.setAttribute(SUBJECT, subject);
        trace(request).map(Trace::id).ifPresent(subject::trace);
        var ledger = LEDGER.matcher(request.getPath());
        if (ledger.matches() && Identifiers.isLedgerId(ledger.group("id"))) {
            subject.ledger(ledger.group("id"));
        }
        var operation = OPERATION.matcher(request.getPath());
        if (operation.matches()) {
            Identifiers.daybookId(operation.group("id")).ifPresent(subject::operation);
        }
    }

    @ResponseFilter
    void close(HttpRequest<?> request) {
        request.getAttribute(SUBJECT, LogSubject.class).ifPresent(LogSubject::close);
    }

    /** The client's own, or the one that AWS has begun. */
    static Optional<Trace> trace(HttpRequest<?> request) {
        var headers = request.getHeaders();
        var own = headers.getAll("traceparent");
        return (own.size() == 1 ? Trace.parse(own.getFirst()) : Optional.<Trace>empty())
                .or(() -> Optional.ofNullable(System.getProperty(XRayUtils.LAMBDA_TRACE_HEADER_PROP))
                        .flatMap(Trace::ofXRay))
                .or(() -> Optional.ofNullable(System.getenv("_X_AMZN_TRACE_ID")).flatMap(Trace::ofXRay))
                .or(() -> Optional.ofNullable(headers.get(X_RAY)).flatMap(Trace::ofXRay));
    }
}
