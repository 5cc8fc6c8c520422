package io.daybook.accept;

import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import java.util.Optional;
import java.util.UUID;

/** Whoever can apply an operation without the queue. */
public interface Books {
    /**
     * Applies a message of one operation, or throws; then nothing has changed, or the operation is known by its key.
     *
     * @return the operation with its outcome
     */
    Operation apply(QueueMessage message);

    /** The operation as the books have it; nothing as long as it is on the queue only. */
    Optional<Operation> find(UUID operationId);
}
