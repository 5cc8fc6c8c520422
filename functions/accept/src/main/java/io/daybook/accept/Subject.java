package io.daybook.accept;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Operation;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.Optional;
import java.util.UUID;

/**
 * What an operation makes or changes that has an id of its own.
 *
 * @param actionItemId of an action item, {@code null} if it is about none
 * @param holdId of a hold, {@code null} if it is about none
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Subject(UUID actionItemId, UUID holdId) {

    static Subject of(Operation operation) {
        return switch (operation.kind()) {
            case ACTION_ITEM -> new Subject(made(operation), null);
            case ACTION_ITEM_UPDATE -> new Subject(named("action_item_id", operation), null);
            case HOLD -> new Subject(null, made(operation));
            case CAPTURE, RELEASE -> new Subject(null, named("hold_id", operation));
            default -> new Subject(null, null);
        };
    }

    /** Known by the id of the operation that made it, which is the first one of those that repeat each other. */
    private static UUID made(Operation operation) {
        return Optional.ofNullable(operation.duplicateOf()).orElse(operation.operationId());
    }

    private static UUID named(String field, Operation operation) {
        return UUID.fromString(operation.request().get(field).getStringValue());
    }
}
