package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.UUID;

/**
 * An event on its way to a webhook.
 *
 * @param ledgerId {@code null} of a test
 * @param eventId what its {@code webhook-id} says
 * @param nextAttemptAt while it is pending
 * @param lastStatus what the endpoint answered at last; {@code null} if it did not
 * @param lastError why the last attempt was none that counts
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeliveryResource(
        UUID deliveryId,
        UUID webhookId,
        String ledgerId,
        String eventId,
        String eventType,
        DeliveryStatus status,
        int attempts,
        Instant createdAt,
        Instant nextAttemptAt,
        Instant lastAttemptAt,
        Integer lastStatus,
        String lastError) {}
