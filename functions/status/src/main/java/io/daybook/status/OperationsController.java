package io.daybook.status;

import io.daybook.contract.DaybookId;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Scopes;
import io.daybook.store.OperationTable;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.util.Arrays;

/** Where operations stand. */
@Controller("/v1")
@Secured(Scopes.READ)
final class OperationsController {
    private final Operations operations;
    private final Books books;

    OperationsController(Operations operations, Books books) {
        this.operations = operations;
        this.books = books;
    }

    @Get("/operations/{operationId}")
    HttpResponse<Operation> operation(HttpRequest<?> request, Caller caller, @PathVariable String operationId) {
        var operation = operations
                .find(
                        caller.tenant(),
                        Ids.parse(operationId, ProblemCode.OPERATION_NOT_FOUND, "This is no id of an operation"))
                .orElseThrow(() ->
                        ProblemException.of(ProblemCode.OPERATION_NOT_FOUND, "There is no operation with this id"));
        var tag = "\"" + operation.version() + "\"";
        if (isKnown(request, tag)) {
            return HttpResponse.<Operation>notModified().header(HttpHeaders.ETAG, tag);
        }
        var answer = HttpResponse.ok(operation).header(HttpHeaders.ETAG, tag);
        return operation.done() ? answer : answer.header(HttpHeaders.RETRY_AFTER, "1");
    }

    @Get("/ledgers/{ledgerId}/operations")
    Page<Operation> operations(
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String kind,
            @Nullable @QueryValue("reference_id") String referenceId,
            @Nullable @QueryValue String from,
            @Nullable @QueryValue String to,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var start = Times.parse("from", from);
        var end = Times.parse("to", to);
        Window.mustNotRunBackwards(start, end);
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var filter = new OperationTable.Filter(
                Page.choice("status", status, OperationStatus.values()),
                Page.choice("kind", kind, Kind.values()),
                Page.text("reference_id", referenceId));
        var behind = after == null
                ? OperationTable.GREATEST
                : Ids.parse(after, ProblemCode.MALFORMED_REQUEST, "after must be the next of another page");
        var between = new Operations.Between(
                start == null ? OperationTable.LEAST : DaybookId.first(start.toEpochMilli()),
                end == null ? behind : Operations.older(behind, DaybookId.first(end.toEpochMilli())));
        var found = operations.list(ledger, filter, between, Page.limit(limit) + 1);
        return Page.of(found, limit, operation -> operation.operationId().toString());
    }

    private static boolean isKnown(HttpRequest<?> request, String tag) {
        return request.getHeaders().getAll(HttpHeaders.IF_NONE_MATCH).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .anyMatch(known -> known.equals(tag) || known.equals("W/" + tag) || known.equals("*"));
    }
}
