package io.daybook.simulation;

/** The end of the process: no code of it runs after this but what the machine does for it. */
final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash(Effect effect, Fault fault) {
        super(effect + " " + fault, null, false, false);
    }
}
