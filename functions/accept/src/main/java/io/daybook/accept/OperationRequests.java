package io.daybook.accept;

import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.Identifiers;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Problems;
import io.daybook.runtime.RawBody;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/** What every request for operations has in common: its key, what it prefers, and how it is answered. */
@Singleton
public final class OperationRequests {
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Intake intake;
    private final Preference.Reader preferences;
    private final int batchOperationsMax;

    OperationRequests(
            Intake intake,
            Preference.Reader preferences,
            @Value("${daybook.batch.operations-max}") int batchOperationsMax) {
        this.intake = intake;
        this.preferences = preferences;
        this.batchOperationsMax = batchOperationsMax;
    }

    /**
     * Answers {@code 202} once the operation is on the queue's disk, or with its outcome if the client waits and it comes
     * in time.
     *
     * @param command asked for when the request is known to have a key
     */
    public HttpResponse<?> accept(HttpRequest<?> request, Caller caller, String ledgerId, Supplier<Command> command) {
        mustBeLedgerId(ledgerId);
        var key = idempotencyKey(request);
        var wanted = command.get();
        var preference = preferences.of(request, wanted.kind());
        var accepted = intake.accept(caller, ledgerId, key, wanted, preference.waiting());
        var answer = answer(request, accepted);
        preference.applied().ifPresent(applied -> answer.header("Preference-Applied", applied));
        return marked(answer, accepted.replayed());
    }

    /** The same for many operations in one body; nobody waits for them. */
    public HttpResponse<?> acceptBatch(HttpRequest<?> request, Caller caller, String ledgerId, RawBody body) {
        mustBeLedgerId(ledgerId);
        var key = idempotencyKey(request);
        var batch = body.read(in -> Batch.read(in, ledgerId, key, batchOperationsMax));
        var accepted = intake.accept(caller, ledgerId, key, Codec.sha256().digest(body.bytes()), batch);
        var answer = HttpResponse.accepted()
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(AcceptedBatch.of(ledgerId, accepted));
        return marked(answer, accepted.stream().allMatch(Accepted::replayed));
    }

    /**
     * Answers with the outcome of an operation that is applied at once, without the queue; or as if it were waited for,
     * if its key was used before.
     */
    public HttpResponse<?> apply(
            HttpRequest<?> request, Caller caller, String ledgerId, Supplier<Command> command, Books books) {
        mustBeLedgerId(ledgerId);
        var key = idempotencyKey(request);
        var applied = intake.apply(caller, ledgerId, key, command.get(), preferences.waitDefault(), books);
        return marked(answer(request, applied), applied.replayed());
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

    private static MutableHttpResponse<?> marked(MutableHttpResponse<?> answer, boolean replayed) {
        return replayed ? answer.header("Idempotent-Replayed", "true") : answer;
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
