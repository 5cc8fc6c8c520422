package io.daybook.runtime;

import io.micronaut.context.annotation.Value;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import jakarta.inject.Singleton;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.model.DimensionSet;
import software.amazon.lambda.powertools.metrics.model.MetricUnit;
import software.amazon.lambda.powertools.metrics.provider.EmfMetricsProvider;

/**
 * What CloudWatch is told of Daybook's own doings, all of an invocation together
 * (<a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">embedded
 * metric format</a>). Without a namespace, as on the local stack, it is told nothing.
 */
@Singleton
public final class Meter {
    private final String namespace;
    private final DimensionSet dimensions;
    /** Of this invocation. */
    private Metrics metrics;

    Meter(
            @Value("${daybook.metrics.namespace}") String namespace,
            @Value("${daybook.metrics.service}") String service) {
        this.namespace = namespace;
        this.dimensions = DimensionSet.of("Service", service);
    }

    public void count(String name, int number) {
        add(name, number, MetricUnit.COUNT);
    }

    public void seconds(String name, long duration) {
        add(name, duration, MetricUnit.SECONDS);
    }

    public void milliseconds(String name, long duration) {
        add(name, duration, MetricUnit.MILLISECONDS);
    }

    private synchronized void add(String name, long value, MetricUnit unit) {
        if (namespace.isEmpty()) {
            return;
        }
        if (metrics == null) {
            // Not by its factory, which on a snapshot loads classes of AspectJ that are not there.
            metrics = new EmfMetricsProvider().getMetricsInstance();
            metrics.setNamespace(namespace);
            metrics.setDefaultDimensions(dimensions);
        }
        metrics.addMetric(name, value, unit);
    }

    /** To be called at the end of each invocation. */
    public synchronized void flush() {
        if (metrics != null) {
            metrics.flush();
            metrics = null;
        }
    }

    /** The framework tells nobody of the end of an invocation by HTTP. */
    @ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
    static final class AfterRequest {
        private final Meter meter;

        AfterRequest(Meter meter) {
            this.meter = meter;
        }

        @ResponseFilter
        void flush() {
            meter.flush();
        }
    }
}
