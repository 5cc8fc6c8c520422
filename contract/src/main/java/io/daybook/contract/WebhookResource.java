package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Where a tenant wants to be told of its events by HTTP.
 *
 * @param ledgerId only of this ledger; {@code null} for all, those to come among them
 * @param eventTypes only these; {@code null} for all
 * @param failingSince since when no attempt has succeeded; {@code null} after one that has
 * @param secret what signs; {@code null} in all answers but the one that tells it
 * @param previousSecretUntil how long the one before it signs, too
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WebhookResource(
        UUID webhookId,
        String url,
        String description,
        String ledgerId,
        List<String> eventTypes,
        WebhookStatus status,
        String disabledReason,
        Instant disabledAt,
        Instant failingSince,
        String secret,
        Instant previousSecretUntil,
        Instant createdAt,
        Instant updatedAt) {

    public WebhookResource withSecret(String told) {
        return new WebhookResource(
                webhookId,
                url,
                description,
                ledgerId,
                eventTypes,
                status,
                disabledReason,
                disabledAt,
                failingSince,
                told,
                previousSecretUntil,
                createdAt,
                updatedAt);
    }
}
