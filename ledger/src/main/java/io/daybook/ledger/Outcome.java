package io.daybook.ledger;

import io.daybook.contract.Operation;
import io.daybook.contract.Problem;

/** How an operation ended; it stays so for ever. */
public sealed interface Outcome {
    record Succeeded(Operation.Result result) implements Outcome {}

    record Failed(Problem problem) implements Outcome {}
}
