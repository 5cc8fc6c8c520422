package io.daybook.local.cli;

import java.util.Optional;

/** What came of sending an operation. */
sealed interface Submission {
    /**
     * The operation is safe, and may have its outcome already.
     *
     * @param replayed an earlier request with the same key made it
     * @param outcome present when the answer waited for it
     */
    record Accepted(String operationId, boolean replayed, Optional<Outcome> outcome) implements Submission {}

    /** Nothing was accepted. */
    record Refused(Problem problem) implements Submission {}
}
