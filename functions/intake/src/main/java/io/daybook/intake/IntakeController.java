package io.daybook.intake;

import io.daybook.contract.Codec;
import io.daybook.contract.CommandReader;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Kind;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Problems;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;

/** The requests that become operations. */
@Controller("/v1/ledgers/{ledgerId}")
@Secured(Scopes.WRITE)
final class IntakeController {
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Intake intake;
    private final Preference.Reader preferences;
    private final int batchOperationsMax;

    IntakeController(
            Intake intake,
            Preference.Reader preferences,
            @Value("${daybook.batch.operations-max}") int batchOperationsMax) {
        this.intake = intake;
        this.preferences = preferences;
        this.batchOperationsMax = batchOperationsMax;
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
        mustBeLedgerId(ledgerId);
        var key = idempotencyKey(request);
        var command = body.read(in -> CommandReader.read(kind, in));
        var preference = preferences.of(request, kind);
        var accepted = intake.accept(caller, ledgerId, key, command, preference.waiting());
        var answer = answer(request, accepted);
        preference.applied().ifPresent(applied -> answer.header("Preference-Applied", applied));
        if (accepted.replayed()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer;
    }

    @Post(uri = "/batches", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<?> batch(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, RawBody body) {
        mustBeLedgerId(ledgerId);
        var key = idempotencyKey(request);
        var batch = body.read(in -> Batch.read(in, ledgerId, key, batchOperationsMax));
        var accepted = intake.accept(caller, ledgerId, key, Codec.sha256().digest(body.bytes()), batch);
        var answer = HttpResponse.accepted()
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(AcceptedBatch.of(ledgerId, accepted));
        if (accepted.stream().allMatch(Accepted::replayed)) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer;
    }

    private static MutableHttpResponse<?> answer(HttpRequest<?> request, Accepted accepted) {
        var operation = accepted.operation();
        if (accepted.awaited() && operation.status() == OperationStatus.SUCCEEDED) {
            return HttpResponse.ok(ConfirmedOperation.of(operation));
        }
        if (accepted.awaited() && operation.done()) {
            return Problems.answer(request, operation.error().withOperationId(operation.operationId()));
        }
        return HttpResponse.accepted()
                .header(HttpHeaders.LOCATION, "/v1/operations/" + operation.operationId())
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(AcceptedOperation.of(operation));
    }

    private static void mustBeLedgerId(String ledgerId) {
        if (!Identifiers.isLedgerId(ledgerId)) {
            throw ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger with this id");
        }
    }

    private static String idempotencyKey(HttpRequest<?> request) {
        var keys = request.getHeaders().getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            throw ProblemException.of(
                    ProblemCode.IDEMPOTENCY_KEY_MISSING,
                    "Send an Idempotency-Key of your own, the same when you retry");
        }
        if (keys.size() > 1 || !Identifiers.isIdempotencyKey(keys.getFirst())) {
            throw ProblemException.of(
                    ProblemCode.MALFORMED_REQUEST, "The Idempotency-Key must have 1 to 255 printable ASCII characters");
        }
        return keys.getFirst();
    }
}
