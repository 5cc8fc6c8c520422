package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Follow-up work as clients see it.
 *
 * @param version rises with every update
 * @param operationId what it is about, if it is about an operation
 * @param exceptions what went wrong with it in processing, the oldest first
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ActionItemResource(
        UUID actionItemId,
        String ledgerId,
        ActionItemStatus status,
        int version,
        String title,
        String details,
        String assignee,
        Instant dueAt,
        UUID operationId,
        List<Fault> exceptions,
        Instant createdAt,
        Instant updatedAt) {

    /** What became of an operation that should have made or changed the item, or that it is about. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Fault(Instant at, String code, String message, UUID operationId) {}
}
