package io.daybook.bench;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what takes its time, but not for ever. */
final class Patience {
    private static final Duration MAX = Duration.ofMinutes(5);
    private static final Duration EVERY = Duration.ofMillis(20);

    private Patience() {}

    /** @return whether it became true within five minutes */
    static boolean until(Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + MAX.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(EVERY);
        }
        return true;
    }
}
