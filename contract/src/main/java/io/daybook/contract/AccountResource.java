package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.Map;

/**
 * An account as clients see it.
 *
 * @param minimumBalance what {@code available} may not fall below; {@code null} for no floor
 * @param available {@code balance - held}
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
public record AccountResource(
        String ledgerId,
        String accountId,
        String currency,
        AccountType type,
        AccountStatus status,
        Amount minimumBalance,
        Amount balance,
        Amount held,
        Amount available,
        Map<String, String> metadata,
        Instant createdAt) {}
