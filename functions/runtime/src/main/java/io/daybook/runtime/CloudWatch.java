package io.daybook.runtime;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.model.DimensionSet;
import software.amazon.lambda.powertools.metrics.model.MetricUnit;
import software.amazon.lambda.powertools.metrics.provider.EmfMetricsProvider;

/**
 * CloudWatch's metrics as lines on standard output, those of an invocation together
 * (<a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">embedded
 * metric format</a>). All have the dimension {@code Service}; what is counted by labels is told once more with those as
 * dimensions, in a line of its own.
 */
@Singleton
@Requires(property = "daybook.metrics.namespace", pattern = ".+")
final class CloudWatch implements Meter.Sink {
    private static final String SERVICE = "Service";

    private final String namespace;
    private final String service;
    /** Of this invocation, by their dimensions. */
    private final Map<Map<String, String>, Metrics> lines = new LinkedHashMap<>();

    CloudWatch(
            @Value("${daybook.metrics.namespace}") String namespace,
            @Value("${daybook.metrics.service}") String service) {
        this.namespace = namespace;
        this.service = service;
    }

    @Override
    public void count(Metric metric, long number, List<String> labels) {
        add(metric, number, List.of());
        if (!labels.isEmpty()) {
            add(metric, number, labels);
        }
    }

    @Override
    public void sample(Metric metric, double value) {
        add(metric, value, List.of());
    }

    @Override
    public void level(Metric metric, Map<List<String>, Double> values) {
        values.forEach((labels, value) -> add(metric, value, labels));
    }

    private synchronized void add(Metric metric, double value, List<String> labels) {
        var dimensions = new LinkedHashMap<>(Map.of(SERVICE, service));
        for (var i = 0; i < labels.size(); i++) {
            var name = metric.labels().get(i);
            dimensions.put(Character.toUpperCase(name.charAt(0)) + name.substring(1), labels.get(i));
        }
        lines.computeIfAbsent(dimensions, this::line)
                .addMetric(metric.inCamelCase(), value, metric.isInSeconds() ? MetricUnit.SECONDS : MetricUnit.COUNT);
    }

    private Metrics line(Map<String, String> dimensions) {
        // Not by its factory, which on a snapshot loads classes of AspectJ that are not there.
        var metrics = new EmfMetricsProvider().getMetricsInstance();
        metrics.setNamespace(namespace);
        metrics.setDefaultDimensions(DimensionSet.of(dimensions));
        return metrics;
    }

    @Override
    public synchronized void flush() {
        lines.values().forEach(Metrics::flush);
        lines.clear();
    }
}
