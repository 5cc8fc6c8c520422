package io.daybook.ledger;

import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;

/** What has become of an operation; once it has succeeded or failed, it stays so for ever. */
public sealed interface Outcome {
    record Succeeded(Operation.Result result) implements Outcome {
        @Override
        public OperationStatus status() {
            return OperationStatus.SUCCEEDED;
        }
    }

    record Failed(Problem problem) implements Outcome {
        @Override
        public OperationStatus status() {
            return OperationStatus.FAILED;
        }
    }

    /**
     * Not yet either of them.
     *
     * @param status {@code pending}: it is decided when its message comes; {@code processing}, {@code compensating}: it
     *     is between two ledgers; {@code dead}, {@code discarded}: it is left alone
     */
    record Undecided(OperationStatus status) implements Outcome {}

    OperationStatus status();
}
