package io.daybook.accept;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.Map;
import java.util.UUID;

/** The body of {@code 202 Accepted}. */
@Serdeable(naming = SnakeCaseStrategy.class)
record AcceptedOperation(
        UUID operationId,
        @JsonUnwrapped Subject subject,
        OperationStatus status,
        String message,
        Map<String, String> links) {

    static AcceptedOperation of(Operation operation) {
        var kind = operation.kind().toString().replace('_', ' ');
        var message = operation.done()
                ? "The %s was accepted before and has %s".formatted(kind, operation.status())
                : "The %s was accepted and is being processed".formatted(kind);
        return new AcceptedOperation(
                operation.operationId(),
                Subject.of(operation),
                operation.status(),
                message,
                Map.of("operation", "/v1/operations/" + operation.operationId()));
    }
}
