package io.daybook.ledger;

import java.util.UUID;

/**
 * An operation that the ledger already knows.
 *
 * @param ownsKey its idempotency key is taken by it, rather than by the operation that it repeats or collides with
 * @param ownsReference likewise
 * @param outcome {@code null} while it has none: it has its key and reference already, and is decided when it comes
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
