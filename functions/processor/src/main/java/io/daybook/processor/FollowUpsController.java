package io.daybook.processor;

import io.daybook.accept.OperationRequests;
import io.daybook.contract.Codec;
import io.daybook.contract.CommandReader;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import java.util.Optional;

/** The requests that follow on an operation whose ledger they do not name. They are accepted like all others. */
@Controller("/v1")
@Secured(Scopes.WRITE)
final class FollowUpsController {
    private final OperationRequests requests;
    private final OperationLocator locator;
    private final Codec codec;

    FollowUpsController(OperationRequests requests, OperationLocator locator, Codec codec) {
        this.requests = requests;
        this.locator = locator;
        this.codec = codec;
    }

    @Post(uri = "/operations/{operationId}/reversals", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> reverse(HttpRequest<?> request, Caller caller, @PathVariable String operationId, RawBody body) {
        var ledgerId = find(caller, operationId)
                .map(this::whereItsMoneyIs)
                .orElseThrow(() ->
                        ProblemException.of(ProblemCode.OPERATION_NOT_FOUND, "There is no operation with this id"));
        return accept(request, caller, ledgerId, Kind.REVERSAL, "operation_id", operationId, body);
    }

    @Post(uri = "/holds/{holdId}/captures", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> capture(HttpRequest<?> request, Caller caller, @PathVariable String holdId, RawBody body) {
        return accept(request, caller, ledgerOfHold(caller, holdId), Kind.CAPTURE, "hold_id", holdId, body);
    }

    @Post(uri = "/holds/{holdId}/releases", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> release(HttpRequest<?> request, Caller caller, @PathVariable String holdId, RawBody body) {
        return accept(request, caller, ledgerOfHold(caller, holdId), Kind.RELEASE, "hold_id", holdId, body);
    }

    private HttpResponse<?> accept(
            HttpRequest<?> request,
            Caller caller,
            String ledgerId,
            Kind kind,
            String idField,
            String id,
            RawBody body) {
        return requests.accept(
                request, caller, ledgerId, () -> body.readIfAny(in -> CommandReader.read(kind, in.with(idField, id))));
    }

    private String ledgerOfHold(Caller caller, String holdId) {
        return find(caller, holdId)
                .filter(operation -> operation.kind() == Kind.HOLD)
                .map(Operation::ledgerId)
                .orElseThrow(() -> ProblemException.of(ProblemCode.HOLD_NOT_FOUND, "There is no hold with this id"));
    }

    private Optional<Operation> find(Caller caller, String id) {
        return Identifiers.daybookId(id).flatMap(known -> locator.find(caller.tenant(), known));
    }

    /** What has gone to another ledger is there to be given back. */
    private String whereItsMoneyIs(Operation operation) {
        return Codec.command(operation.kind(), codec.write(operation.request()))
                .destination()
                .orElse(operation.ledgerId());
    }
}
