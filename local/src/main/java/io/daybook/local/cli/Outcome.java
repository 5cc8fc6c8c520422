package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * How an operation ended.
 *
 * @param status {@code succeeded}, {@code failed}, {@code dead} or {@code discarded}
 * @param error why it did not succeed
 */
record Outcome(String operationId, String status, Optional<Problem> error) {
    boolean succeeded() {
        return status.equals("succeeded");
    }

    /** The failure's stable code, or the status of an operation that has none. */
    String code() {
        return error.map(Problem::code).orElse(status);
    }

    /** The outcome that an operation resource shows; empty while it has none. */
    static Optional<Outcome> of(JsonNode operation) {
        var status = operation.path("status").asText();
        var done = switch (status) {
            case "succeeded", "failed", "dead", "discarded" -> true;
            default -> operation.path("done").asBoolean(false);
        };
        if (!done) {
            return Optional.empty();
        }
        var error = operation.get("error");
        return Optional.of(new Outcome(
                operation.path("operation_id").asText(),
                status,
                error == null || error.isNull()
                        ? Optional.empty()
                        : Optional.of(Problem.of(error.path("status").asInt(0), error))));
    }
}
