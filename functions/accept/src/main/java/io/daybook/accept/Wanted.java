package io.daybook.accept;

import io.daybook.contract.Claim;
import io.daybook.contract.Command;
import io.daybook.contract.Operation;
import java.util.UUID;

/**
 * An idempotency key that a request wants to claim, and for what.
 *
 * @param pending the operation as it will be first seen; {@code null} for the key of a whole batch, as is the command
 */
record Wanted(String key, UUID operationId, byte[] fingerprint, Command command, Operation pending) {

    /** @param first the id of the batch's first operation stands for the batch */
    static Wanted ofBatch(String key, UUID first, byte[] fingerprint) {
        return new Wanted(key, first, fingerprint, null, null);
    }

    boolean isOperation() {
        return pending != null;
    }

    Claim claim() {
        return Claim.of(operationId, fingerprint);
    }

    /** The same request, pending under the id that claimed its key first. */
    Operation pending(UUID id) {
        return Operation.pending(
                id, pending.ledgerId(), pending.idempotencyKey(), command, pending.request(), pending.createdAt());
    }
}
