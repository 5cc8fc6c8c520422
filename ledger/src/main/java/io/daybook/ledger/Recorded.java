package io.daybook.ledger;

import java.util.UUID;

/**
 * An operation that the ledger has already decided.
 *
 * @param ownsKey its idempotency key is taken by it, rather than by the operation that it repeats or collides with
 * @param ownsReference likewise
 * @param duplicateOf the operation whose outcome this one repeats, or {@code null}
 */
public record Recorded(
        UUID operationId,
        String idempotencyKey,
        byte[] fingerprint,
        String referenceId,
        boolean ownsKey,
        boolean ownsReference,
        UUID duplicateOf,
        Outcome outcome) {}
