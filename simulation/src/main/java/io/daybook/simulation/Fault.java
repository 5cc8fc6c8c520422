package io.daybook.simulation;

/** What may go wrong at an {@link Effect}. */
enum Fault {
    /** The process dies before it. */
    CRASH_BEFORE,
    /** It takes place, and the process dies. */
    CRASH_AFTER,
    /** It is refused, or does not get there. */
    REFUSED,
    /** It takes place, and the answer is lost. */
    UNANSWERED,
    /** The process stands still until others have worked in the meantime. */
    PAUSE
}
