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
 * @param halt why it stands still; {@code null} while it is running
 * @param lastSequence how many transactions it has
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LedgerResource(
        String ledgerId,
        String name,
        List<Asset> assets,
        String onDeadLetter,
        LedgerState state,
        Halt halt,
        long lastSequence,
        Instant createdAt) {

    /**
     * Why a ledger stands still.
     *
     * @param by who has halted it; {@code daybook} after a dead letter
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Halt(String reason, String by, Instant at) {}

    /** One that nothing has happened in. */
    public static LedgerResource opened(
            String ledgerId, String name, List<Asset> assets, String onDeadLetter, Instant at) {
        return new LedgerResource(ledgerId, name, assets, onDeadLetter, LedgerState.RUNNING, null, 0, at);
    }
}
