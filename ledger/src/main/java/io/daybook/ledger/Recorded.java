package io.daybook.ledger;

import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import java.util.List;
import java.util.UUID;

/**
 * An operation that the ledger knows.
 *
 * @param ownsKey its idempotency key is taken by it, rather than by the operation that it repeats or collides with
 * @param ownsReference likewise
 * @param outcome as far as it has one; a pending one has its key and reference already, and is decided when it comes
 * @param duplicateOf the operation whose outcome this one repeats, or {@code null}
 * @param steps those that it has taken, in their order, if it has several
 */
public record Recorded(
        UUID operationId,
        String idempotencyKey,
        byte[] fingerprint,
        String referenceId,
        boolean ownsKey,
        boolean ownsReference,
        UUID duplicateOf,
        Outcome outcome,
        List<Operation.Step> steps) {

    public Recorded(
            UUID operationId,
            String idempotencyKey,
            byte[] fingerprint,
            String referenceId,
            boolean ownsKey,
            boolean ownsReference,
            UUID duplicateOf,
            Outcome outcome) {
        this(
                operationId,
                idempotencyKey,
                fingerprint,
                referenceId,
                ownsKey,
                ownsReference,
                duplicateOf,
                outcome,
                List.of());
    }

    boolean is(OperationStatus status) {
        return outcome.status() == status;
    }

    /** The same operation, where it stands now. */
    public Recorded with(Outcome outcome, List<Operation.Step> steps) {
        return new Recorded(
                operationId,
                idempotencyKey,
                fingerprint,
                referenceId,
                ownsKey,
                ownsReference,
                duplicateOf,
                outcome,
                steps);
    }
}
