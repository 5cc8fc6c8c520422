package io.daybook.runtime;

import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Takes Daybook's own numbers to whoever shows them. */
@Singleton
public final class Meter {
    private final List<Sink> sinks;

    Meter(List<Sink> sinks) {
        this.sinks = sinks;
    }

    /** Where numbers are shown. Any number of threads may tell it some at once. */
    public interface Sink {
        /** So many more. */
        void count(Metric metric, long number, List<String> labels);

        /** One more of many. */
        void sample(Metric metric, double value);

        /** How things stand by label, or under no label at all; what is not there is not known or not worth naming. */
        void level(Metric metric, Map<List<String>, Double> values);

        /** An invocation ends. */
        void flush();
    }

    public void count(Metric metric, long number) {
        count(metric, number, List.of());
    }

    /** @param labels as many as the metric has */
    public void count(Metric metric, long number, List<String> labels) {
        sinks.forEach(sink -> sink.count(metric, number, labels));
    }

    public void sample(Metric metric, long value) {
        sinks.forEach(sink -> sink.sample(metric, value));
    }

    public void sample(Metric metric, Duration time) {
        sinks.forEach(sink -> sink.sample(metric, time.toNanos() / 1e9));
    }

    public void level(Metric metric, long value) {
        sinks.forEach(sink -> sink.level(metric, Map.of(List.of(), (double) value)));
    }

    public void level(Metric metric, Duration time) {
        sinks.forEach(sink -> sink.level(metric, Map.of(List.of(), time.toMillis() / 1e3)));
    }

    /** All values of a metric with one label; none where nothing is known. */
    public void levels(Metric metric, Map<String, Long> values) {
        var byLabels = values.entrySet().stream()
                .collect(Collectors.toMap(value -> List.of(value.getKey()), value -> (double) value.getValue()));
        sinks.forEach(sink -> sink.level(metric, byLabels));
    }

    /** To be called at the end of each invocation. */
    public void flush() {
        sinks.forEach(Sink::flush);
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
