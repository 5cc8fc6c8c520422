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
    private Meter meter;

    /** As Lambda makes it. */
    public RelayHandler() {}

    public RelayHandler(ApplicationContext context) {
        super(context);
    }

    /** @return what was done, and what is left */
    @Override
    public Map<String, Object> execute(Map<String, Object> ignored) {
        var report = relay.run();
        meter.seconds("OutboxAgeSeconds", report.outboxAgeSeconds());
        meter.count("DeadLetters", report.deadLetters());
        meter.flush();
        return Map.of(
                "sent", report.sent(),
                "statuses_repaired", report.statusesRepaired(),
                "holds_expired", report.holdsExpired(),
                "steps_resent", report.stepsResent(),
                "operations_forgotten", report.operationsForgotten(),
                "outbox_age_seconds", report.outboxAgeSeconds(),
                "dead_letters", report.deadLetters());
    }
}
