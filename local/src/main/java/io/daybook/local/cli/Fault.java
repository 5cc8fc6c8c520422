package io.daybook.local.cli;

/** What happens to a stack under chaos. */
enum Fault {
    /** {@code SIGKILL} of the server and all its backends. */
    POSTGRESQL("PostgreSQL"),
    /** {@code SIGKILL}: what it was told in its last second may be lost. */
    REDIS("Redis"),
    /** It is part of the stack's process, and stopped in the middle of whatever it does. */
    QUEUE("the queue"),
    /** {@code SIGKILL} of the process with the functions, the queue and the HTTP front. */
    PROCESS("the process"),
    /** {@code SIGKILL} of that process and of both servers. */
    EVERYTHING("everything");

    private final String what;

    Fault(String what) {
        this.what = what;
    }

    /** As it stands in a sentence. */
    @Override
    public String toString() {
        return what;
    }
}
