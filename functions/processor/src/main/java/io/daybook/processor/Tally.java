package io.daybook.processor;

import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.runtime.Meter;
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

    /** @param since what was decided earlier, and is here because it came a second time, was counted then */
    void count(Instant since, List<Operation> operations) {
        var start = since.truncatedTo(ChronoUnit.MICROS); // as PostgreSQL keeps times
        var fresh = operations.stream()
                .filter(operation -> operation.completedAt() != null
                        && !operation.completedAt().isBefore(start))
                .toList();
        fresh.stream()
                .flatMap(Tally::metrics)
                .collect(Collectors.groupingBy(metric -> metric, Collectors.summingInt(one -> 1)))
                .forEach(meter::count);
        // One value for all that were committed together: the longest that one of them took.
        fresh.stream()
                .mapToLong(operation -> Duration.between(operation.createdAt(), operation.completedAt())
                        .toMillis())
                .max()
                .ifPresent(longest -> meter.milliseconds("AcceptToOutcomeMilliseconds", longest));
    }

    private static Stream<String> metrics(Operation operation) {
        return operation.status() == OperationStatus.SUCCEEDED
                ? Stream.of("Applied")
                : Stream.of("Failed", "Failed." + operation.error().code());
    }
}
