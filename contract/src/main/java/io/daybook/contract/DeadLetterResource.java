package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.UUID;

/**
 * An operation that could not be processed, or a message that could not be read, as operators see it.
 *
 * @param operationId of a message that could not be read: an id of its own, under which there is no operation
 * @param letterId the operation whose letter it shares: they are redriven and discarded together
 * @param body of a message that could not be read
 * @param stack where it failed the last time; only with the operation that the letter is named by
 * @param resolution {@code redriven} or {@code discarded}; {@code null} while it waits
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeadLetterResource(
        UUID operationId,
        String ledgerId,
        UUID letterId,
        boolean readable,
        String cause,
        String stack,
        String body,
        int attempts,
        Instant deadAt,
        String resolution,
        String reason,
        String resolvedBy,
        Instant resolvedAt) {}
