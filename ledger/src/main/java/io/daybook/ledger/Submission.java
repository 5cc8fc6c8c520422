package io.daybook.ledger;

import io.daybook.contract.Command;
import io.daybook.contract.QueueMessage;
import java.util.List;
import java.util.UUID;

/**
 * An operation that waits for its decision, or one of its steps.
 *
 * @param step {@code null} for the request itself
 */
public record Submission(
        UUID operationId,
        String idempotencyKey,
        byte[] fingerprint,
        String caller,
        Command command,
        QueueMessage.Step step) {

    public Submission(UUID operationId, String idempotencyKey, byte[] fingerprint, String caller, Command command) {
        this(operationId, idempotencyKey, fingerprint, caller, command, null);
    }

    /** Every account that it names, and of Daybook's own what it may need; see {@link Needs} for all it may touch. */
    public List<String> accounts() {
        return Rules.accounts(command);
    }
}
