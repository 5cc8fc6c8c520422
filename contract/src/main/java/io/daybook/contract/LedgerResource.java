package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;

/**
 * A ledger as clients see it.
 *
 * @param assets what the ledger counts besides the currencies of ISO 4217
 * @param onDeadLetter {@code continue} or {@code halt}
 * @param lastSequence how many transactions it has
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LedgerResource(
        String ledgerId, String name, List<Asset> assets, String onDeadLetter, long lastSequence, Instant createdAt) {}
