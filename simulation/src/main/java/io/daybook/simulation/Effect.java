package io.daybook.simulation;

/** Where a function touches what others can see. */
enum Effect {
    BEGIN,
    COMMIT,
    REDIS,
    SEND,
    PUBLISH,
    HIDE
}
