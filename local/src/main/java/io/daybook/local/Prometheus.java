package io.daybook.local;

import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Daybook's own numbers as Prometheus reads them.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format">its text format</a>
 */
final class Prometheus implements Meter.Sink {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String PREFIX = "daybook_";
    private static final double[] SECONDS = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400
    };
    private static final double[] SIZES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Metric, DistributionSummary> samples = new EnumMap<>(Metric.class);
    private final Map<Metric, MultiGauge> levels = new EnumMap<>(Metric.class);

    Prometheus() {
        // All at once, so that what has not happened yet is 0, and not unknown.
        for (var metric : Metric.values()) {
            switch (metric.sort()) {
                case COUNT -> {
                    if (metric.labels().isEmpty()) {
                        counter(metric, List.of());
                    }
                }
                case SAMPLE ->
                    samples.put(
                            metric,
                            DistributionSummary.builder(name(metric))
                                    .serviceLevelObjectives(metric.isInSeconds() ? SECONDS : SIZES)
                                    .register(registry));
                case LEVEL ->
                    levels.put(metric, MultiGauge.builder(name(metric)).register(registry));
            }
        }
    }

    private static String name(Metric metric) {
        return PREFIX + metric.inSnakeCase();
    }

    private Counter counter(Metric metric, List<String> labels) {
        return registry.counter(name(metric), tags(metric, labels));
    }

    private static Tags tags(Metric metric, List<String> labels) {
        return Tags.of(IntStream.range(0, labels.size())
                .mapToObj(i -> Tag.of(metric.labels().get(i), labels.get(i)))
                .toList());
    }

    @Override
    public void count(Metric metric, long number, List<String> labels) {
        counter(metric, labels).increment(number);
    }

    @Override
    public void sample(Metric metric, double value) {
        samples.get(metric).record(value);
    }

    @Override
    public void level(Metric metric, Map<List<String>, Double> values) {
        var rows = values.entrySet().stream()
                .map(value -> MultiGauge.Row.of(tags(metric, value.getKey()), value.getValue()))
                .toList();
        levels.get(metric).register(List.copyOf(rows), true);
    }

    /** Until they are told anew. */
    void forgetLevels() {
        Arrays.stream(Metric.values())
                .filter(metric -> metric.sort() == Metric.Sort.LEVEL)
                .forEach(metric -> level(metric, Map.of()));
    }

    @Override
    public void flush() {}

    String text() {
        return registry.scrape();
    }
}
