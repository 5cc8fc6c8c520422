package io.daybook.processor;

import io.daybook.accept.OperationRequests;
import io.daybook.contract.Command;
import io.daybook.contract.CommandReader;
import io.daybook.contract.Kind;
import io.daybook.runtime.Caller;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;

/** The old synchronous side, for clients that have not moved yet: what they ask for is done when they are answered. */
@Controller("/v1/sync/ledgers/{ledgerId}")
@Secured(Scopes.WRITE)
final class SyncController {
    private final OperationRequests requests;
    private final SyncBooks books;

    SyncController(OperationRequests requests, SyncBooks books) {
        this.requests = requests;
        this.books = books;
    }

    @Post(uri = "/deposits", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> deposit(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, RawBody body) {
        return apply(request, caller, ledgerId, Kind.DEPOSIT, body);
    }

    @Post(uri = "/withdrawals", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> withdraw(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, RawBody body) {
        return apply(request, caller, ledgerId, Kind.WITHDRAWAL, body);
    }

    @Post(uri = "/transfers", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> transfer(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, RawBody body) {
        return apply(request, caller, ledgerId, Kind.TRANSFER, body);
    }

    private HttpResponse<?> apply(HttpRequest<?> request, Caller caller, String ledgerId, Kind kind, RawBody body) {
        return requests.apply(request, caller, ledgerId, () -> command(ledgerId, kind, body), books);
    }

    /** One transaction is in one ledger: what takes its steps in two cannot be done within the request. */
    private static Command command(String ledgerId, Kind kind, RawBody body) {
        return body.read(in -> {
            var command = CommandReader.read(kind, in);
            if (command != null && command.leaves(ledgerId)) {
                in.error(
                        "to_ledger_id",
                        "must be this ledger; to another one, POST /v1/ledgers/%s/%s"
                                .formatted(ledgerId, kind.path().orElseThrow()));
            }
            return command;
        });
    }
}
