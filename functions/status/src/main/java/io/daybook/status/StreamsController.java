package io.daybook.status;

import io.daybook.contract.Codec;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Scopes;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Server-sent events behind a gateway that hands an answer on only when it is whole: a request is answered when there is
 * something behind the {@code Last-Event-ID}, and the browser comes straight back for more.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent events</a>
 */
@Controller("/v1")
@Secured(Scopes.READ)
final class StreamsController {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    /** Milliseconds until the browser comes back. */
    private static final String RETRY = "retry: 100\n";

    private static final String NOTHING_NEW = RETRY + ": nothing new\n\n";

    private final Streams streams;
    private final Books books;
    private final Codec codec;

    StreamsController(Streams streams, Books books, Codec codec) {
        this.streams = streams;
        this.books = books;
        this.codec = codec;
    }

    /** Each event is the operation as it stands, by its version; when it is done, that is the end. */
    @Get("/operations/{operationId}/events")
    @Produces(MediaType.TEXT_EVENT_STREAM)
    HttpResponse<?> operation(
            HttpRequest<?> request,
            Caller caller,
            @PathVariable String operationId,
            @Nullable @QueryValue("last_event_id") String lastEventId) {
        var id = Ids.parse(operationId, ProblemCode.OPERATION_NOT_FOUND, "This is no id of an operation");
        var known = known(request, lastEventId).orElse(0);
        var operation = streams.operation(caller.tenant(), id, known);
        if (operation.version() > known) {
            return answer(
                    RETRY + event(operation.version(), new String(codec.write(operation), StandardCharsets.UTF_8)));
        }
        return operation.done() ? HttpResponse.noContent() : answer(NOTHING_NEW);
    }

    /** Each event is a CloudEvent, by its number in the ledger; without a number to go on from, those to come. */
    @Get("/ledgers/{ledgerId}/events")
    @Produces(MediaType.TEXT_EVENT_STREAM)
    HttpResponse<?> ledger(
            HttpRequest<?> request,
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue("last_event_id") String lastEventId) {
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var known = known(request, lastEventId);
        if (known.isEmpty()) {
            return answer(RETRY + "id: " + streams.newest(ledger.key()) + "\n\n");
        }
        var body = new StringBuilder(RETRY);
        var events = streams.events(ledger.key(), known.getAsLong());
        events.forEach(row -> body.append(event(row.number(), row.body())));
        return answer(events.isEmpty() ? NOTHING_NEW : body.toString());
    }

    private static String event(long id, String json) {
        return "id: " + id + "\ndata: " + json + "\n\n";
    }

    private static HttpResponse<String> answer(String body) {
        return HttpResponse.ok(body)
                .contentType(MediaType.TEXT_EVENT_STREAM_TYPE)
                .header("Cache-Control", "no-store");
    }

    /** The browser's own, or, when it begins, the page's. */
    private static OptionalLong known(HttpRequest<?> request, String first) {
        var text = request.getHeaders().get("Last-Event-ID", String.class, first);
        if (text == null || text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!NUMBER.matcher(text).matches()) {
            throw ProblemException.of(
                    ProblemCode.MALFORMED_REQUEST, "The id of the last event must be one that an event had, or 0");
        }
        return OptionalLong.of(Long.parseLong(text));
    }
}
