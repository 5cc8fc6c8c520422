package io.daybook.local;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** EventBridge Scheduler, for one function: calls it from time to time, whatever became of the last call. */
final class Schedule implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("schedule").daemon().factory());

    private Schedule() {}

    static Schedule start(Runnable function, Duration every) {
        var schedule = new Schedule();
        Runnable call = () -> {
            try {
                function.run();
            } catch (RuntimeException e) {
                LOG.warn("The scheduled function failed", e);
            }
        };
        schedule.thread.scheduleWithFixedDelay(call, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
        return schedule;
    }

    /** Returns when a call that runs has ended. */
    @Override
    public void close() {
        thread.close();
    }
}
