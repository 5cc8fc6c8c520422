package io.daybook.processor;

import io.daybook.contract.Operation;
import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts what became of operations. */
@Singleton
final class Tally {
    private final Meter meter;

    Tally(Meter meter) {
        this.meter = meter;
    }

    private record Counted(Metric metric, List<String> labels) {}

    /** @param since what was decided earlier, and is here because it came a second time, was counted then */
    void count(Instant since, List<Operation> operations) {
        var start = since.truncatedTo(ChronoUnit.MICROS); // as PostgreSQL keeps times
        var fresh = operations.stream()
                .filter(operation -> !operation.transitions().getLast().at().isBefore(start))
                .toList();
        fresh.stream()
                .flatMap(Tally::counted)
                .collect(Collectors.groupingBy(counted -> counted, Collectors.counting()))
                .forEach((counted, number) -> meter.count(counted.metric(), number, counted.labels()));
        // One value for all that were committed together: the longest that one of them took.
        fresh.stream()
                .filter(operation -> operation.completedAt() != null)
                .map(operation -> Duration.between(operation.createdAt(), operation.completedAt()))
                .max(Duration::compareTo)
                .ifPresent(longest -> meter.sample(Metric.ACCEPT_TO_OUTCOME_SECONDS, longest));
    }

    private static Stream<Counted> counted(Operation operation) {
        var kind = operation.kind().toString();
        return switch (operation.status()) {
            case SUCCEEDED -> Stream.of(new Counted(Metric.APPLIED, List.of(kind)));
            case FAILED ->
                Stream.of(new Counted(
                        Metric.FAILED, List.of(kind, operation.error().code())));
            case DEAD -> Stream.of(new Counted(Metric.DEAD, List.of(kind)));
            case PENDING, PROCESSING, COMPENSATING, DISCARDED -> Stream.empty();
        };
    }
}
