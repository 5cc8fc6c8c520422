package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.List;
import java.util.UUID;

/**
 * What went wrong, for a client: <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> with a stable
 * {@code code}.
 *
 * @param operationId the operation that failed, if there is one
 * @param firstOperationId the operation that had the key or the reference before
 * @param item the index of the item in its batch that is the cause
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        List<FieldError> errors,
        UUID operationId,
        UUID firstOperationId,
        Integer item) {

    public Problem {
        errors = errors == null ? List.of() : List.copyOf(errors);
    }

    public static Problem of(ProblemCode code, String detail) {
        return new Problem(
                code.type(), code.title(), code.status(), detail, null, code.toString(), List.of(), null, null, null);
    }

    public Problem withErrors(List<FieldError> errors) {
        return new Problem(type, title, status, detail, instance, code, errors, operationId, firstOperationId, item);
    }

    public Problem withInstance(String instance) {
        return new Problem(type, title, status, detail, instance, code, errors, operationId, firstOperationId, item);
    }

    public Problem withOperationId(UUID operationId) {
        return new Problem(type, title, status, detail, instance, code, errors, operationId, firstOperationId, item);
    }

    public Problem withFirstOperationId(UUID firstOperationId) {
        return new Problem(type, title, status, detail, instance, code, errors, operationId, firstOperationId, item);
    }

    public Problem withItem(int item) {
        return new Problem(type, title, status, detail, instance, code, errors, operationId, firstOperationId, item);
    }
}
