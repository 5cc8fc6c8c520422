package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.UUID;

/**
 * Money that is kept back on an account, as clients see it.
 *
 * @param holdId that of the operation that made it
 * @param remaining what has not been captured of it
 * @param saga it belongs to an operation between two ledgers, and ends with it
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HoldResource(
        UUID holdId,
        String ledgerId,
        String accountId,
        String currency,
        Amount amount,
        Amount remaining,
        HoldStatus status,
        Instant expiresAt,
        boolean saga) {}
