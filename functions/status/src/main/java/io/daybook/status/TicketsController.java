package io.daybook.status;

import io.daybook.contract.Fields;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.regex.Pattern;

/** Lets a browser's {@code EventSource} in, which cannot send a bearer token. */
@Controller("/v1/tickets")
@Secured(Scopes.READ)
final class TicketsController {
    private static final Pattern STREAM = Pattern.compile("/v1/(ledgers|operations)/([^/]+)/events");

    private final Tickets tickets;
    private final Books books;
    private final Operations operations;

    TicketsController(Tickets tickets, Books books, Operations operations) {
        this.tickets = tickets;
        this.books = books;
        this.operations = operations;
    }

    /**
     * @param ticket to be sent as the query parameter of this name
     * @param path the one that it is good for
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Issued(String ticket, String path, Instant expiresAt) {}

    @Post(consumes = MediaType.APPLICATION_JSON)
    HttpResponse<Issued> issue(Caller caller, RawBody body) {
        var path = body.read(TicketsController::path);
        mustBeThere(caller.tenant(), path);
        var ticket = tickets.issue(caller, path);
        return HttpResponse.created(new Issued(ticket.text(), path, ticket.expiresAt()))
                .header("Cache-Control", "no-store");
    }

    private static String path(Fields in) {
        var path = in.text(
                "path",
                text -> STREAM.matcher(text).matches(),
                "must be the path of a stream: /v1/ledgers/main/events");
        return in.build(() -> path);
    }

    private void mustBeThere(String tenant, String path) {
        var stream = STREAM.matcher(path);
        stream.matches();
        if (stream.group(1).equals("ledgers")) {
            books.ledger(tenant, stream.group(2));
        } else {
            operations
                    .find(
                            tenant,
                            Ids.parse(
                                    stream.group(2), ProblemCode.OPERATION_NOT_FOUND, "This is no id of an operation"))
                    .orElseThrow(() ->
                            ProblemException.of(ProblemCode.OPERATION_NOT_FOUND, "There is no operation with this id"));
        }
    }
}
