package io.daybook.processor;

import io.daybook.runtime.Meter;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;
import java.util.Map;

/** Called by the schedule, each minute. */
public final class RelayHandler extends MicronautRequestHandler<Map<String, Object>, Map<String, Object>> {
    @Inject
    private Relay relay;

    @Inject
    private Watch watch;

    @Inject
    private Meter meter;

    /** As Lambda makes it. */
    public RelayHandler() {}

    public RelayHandler(ApplicationContext context) {
        super(context);
    }

    /** @return what was done, and what is left */
    @Override
    public Map<String, Object> execute(Map<String, Object> ignored) {
        measure(); // a run that does not come to its end has told how things stand
        var report = relay.run();
        var left = watch.measure();
        meter.flush();
        return Map.ofEntries(
                Map.entry("sent", report.sent()),
                Map.entry("statuses_repaired", report.statusesRepaired()),
                Map.entry("holds_expired", report.holdsExpired()),
                Map.entry("steps_resent", report.stepsResent()),
                Map.entry("parked_applied", report.parkedApplied()),
                Map.entry("forgotten", report.forgotten()),
                Map.entry("outbox_age_seconds", left.outboxAge().toSeconds()),
                Map.entry("dead_letters", left.deadLetters()),
                Map.entry("halted_ledgers", left.haltedLedgers()),
                Map.entry("parked", left.parked()));
    }

    /** Measures how things stand, between two calls of the schedule. */
    public void measure() {
        watch.measure();
        meter.flush();
    }
}
