package io.daybook.intake;

import io.daybook.accept.OperationRequests;
import io.daybook.contract.CommandReader;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Kind;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;

/** The requests that become operations of the ledger in their path. */
@Controller("/v1/ledgers/{ledgerId}")
@Secured(Scopes.WRITE)
final class IntakeController {
    private final OperationRequests requests;

    IntakeController(OperationRequests requests) {
        this.requests = requests;
    }

    @Post(uri = "/{kinds}", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> operation(
            HttpRequest<?> request,
            Caller caller,
            @PathVariable String ledgerId,
            @PathVariable String kinds,
            RawBody body) {
        var kind = Kind.ofPath(kinds)
                .orElseThrow(
                        () -> ProblemException.of(ProblemCode.NOT_FOUND, "There is no kind of operation " + kinds));
        return requests.accept(request, caller, ledgerId, () -> body.read(in -> CommandReader.read(kind, in)));
    }

    @Patch(uri = "/action-items/{actionItemId}", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> actionItemUpdate(
            HttpRequest<?> request,
            Caller caller,
            @PathVariable String ledgerId,
            @PathVariable String actionItemId,
            RawBody body) {
        if (Identifiers.daybookId(actionItemId).isEmpty()) {
            throw ProblemException.of(ProblemCode.ACTION_ITEM_NOT_FOUND, "There is no action item with this id");
        }
        return requests.accept(
                request,
                caller,
                ledgerId,
                () -> body.read(
                        in -> CommandReader.read(Kind.ACTION_ITEM_UPDATE, in.with("action_item_id", actionItemId))));
    }

    @Post(uri = "/batches", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> batch(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, RawBody body) {
        return requests.acceptBatch(request, caller, ledgerId, body);
    }
}
