package io.daybook.accept;

import io.daybook.contract.Operation;

/**
 * An operation that is safe on its queue.
 *
 * @param operation as far as it is known by now
 * @param replayed its key was used before, for the same request
 * @param awaited the client wanted its outcome in the answer, if it came in time
 */
record Accepted(Operation operation, boolean replayed, boolean awaited) {}
