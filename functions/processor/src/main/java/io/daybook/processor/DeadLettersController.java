package io.daybook.processor;

import io.daybook.contract.DeadLetterResource;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import java.util.UUID;

/** What an operator does about operations that are dead. */
@Controller("/v1/dead-letters/{operationId}")
@Secured(Scopes.ADMIN)
final class DeadLettersController {
    private static final int ID_LENGTH = 36;

    private final DeadLetters deadLetters;

    DeadLettersController(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    @Post("/redrive")
    @Consumes(MediaType.ALL)
    HttpResponse<DeadLetterResource> redrive(Caller caller, @PathVariable String operationId) {
        var letter = deadLetters.redrive(caller.tenant(), id(operationId), caller.subject());
        var answer = HttpResponse.accepted().body(letter);
        return letter.readable()
                ? answer.header(HttpHeaders.LOCATION, "/v1/operations/" + letter.operationId())
                        .header(HttpHeaders.RETRY_AFTER, "1")
                : answer;
    }

    @Post(uri = "/discard", consumes = MediaType.APPLICATION_JSON)
    DeadLetterResource discard(Caller caller, @PathVariable String operationId, RawBody body) {
        var reason = body.read(in -> {
            var text = Reason.read(in);
            return in.build(() -> text);
        });
        return deadLetters.discard(caller.tenant(), id(operationId), reason, caller.subject());
    }

    private static UUID id(String text) {
        try {
            if (text.length() == ID_LENGTH) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // the same answer as to a text of another length
        }
        throw ProblemException.of(ProblemCode.OPERATION_NOT_FOUND, "This is no id of an operation");
    }
}
