package io.daybook.webhooks;

import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;
import java.util.Map;

/** Called by the schedule, each minute; it is at work for most of it if anybody wants to be told anything. */
public final class WebhooksHandler extends MicronautRequestHandler<Map<String, Object>, Map<String, Object>> {
    @Inject
    private Webhooks webhooks;

    @Inject
    private Meter meter;

    /** As Lambda makes it. */
    public WebhooksHandler() {}

    public WebhooksHandler(ApplicationContext context) {
        super(context);
    }

    /** @return what was done */
    @Override
    public Map<String, Object> execute(Map<String, Object> ignored) {
        var report = webhooks.run();
        meter.count(Metric.WEBHOOKS_DELIVERED, report.delivered());
        meter.count(Metric.WEBHOOK_FAILURES, report.failures());
        meter.count(Metric.WEBHOOKS_DISABLED, report.disabled());
        meter.flush();
        return Map.of("delivered", report.delivered(), "failures", report.failures(), "disabled", report.disabled());
    }
}
