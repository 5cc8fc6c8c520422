package io.daybook.processor;

import io.daybook.contract.LedgerState;
import io.daybook.runtime.Backlogs;
import io.daybook.runtime.Backlogs.Backlog;
import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import io.daybook.store.Database;
import io.daybook.store.Levels;
import io.lettuce.core.RedisException;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Measures how things stand. */
@Singleton
final class Watch {
    private final Database database;
    private final Levels levels;
    private final Backlogs backlogs;
    private final Meter meter;
    private final Clock clock;
    private final int ledgersMax;
    private final int ledgersNamedMax;

    Watch(
            Database database,
            Levels levels,
            Backlogs backlogs,
            Meter meter,
            Clock clock,
            @Value("${daybook.metrics.ledgers-max}") int ledgersMax,
            @Value("${daybook.metrics.ledgers-named-max}") int ledgersNamedMax) {
        this.database = database;
        this.levels = levels;
        this.backlogs = backlogs;
        this.meter = meter;
        this.clock = clock;
        this.ledgersMax = ledgersMax;
        this.ledgersNamedMax = ledgersNamedMax;
    }

    /**
     * What is left to do.
     *
     * @param outboxAge how long the oldest event or message has waited that is not sent yet
     */
    record Left(Duration outboxAge, int deadLetters, long haltedLedgers, int parked) {}

    Left measure() {
        var now = database.transaction(connection -> levels.read(connection, ledgersMax));
        var left = new Left(age(now.oldestUnsent()), now.deadLetters(), now.in(LedgerState.HALTED), now.parked());
        meter.level(Metric.OUTBOX_AGE_SECONDS, left.outboxAge());
        meter.level(Metric.DEAD_LETTERS, left.deadLetters());
        meter.level(Metric.HALTED_LEDGERS, left.haltedLedgers());
        meter.level(Metric.PARKED, left.parked());
        measureBacklogs(now);
        return left;
    }

    /** Redis alone knows of them. */
    private void measureBacklogs(Levels.Now now) {
        try {
            var all = backlogs.of(now.ledgers());
            meter.level(Metric.REDIS_AWAY, 0);
            meter.level(
                    Metric.BACKLOG, all.stream().mapToLong(Backlog::operations).sum());
            meter.level(
                    Metric.CONSUMER_LAG_SECONDS,
                    age(all.stream()
                            .filter(backlog -> now.isRunning(backlog.ledger()))
                            .flatMap(backlog -> backlog.since().stream())
                            .min(Comparator.naturalOrder())));
            meter.levels(
                    Metric.LEDGER_BACKLOG,
                    all.stream()
                            .sorted(Comparator.comparingLong(Backlog::operations)
                                    .reversed())
                            .limit(ledgersNamedMax)
                            .collect(
                                    Collectors.toMap(backlog -> backlog.ledger().toString(), Backlog::operations)));
        } catch (RedisException e) {
            meter.level(Metric.REDIS_AWAY, 1);
            meter.levels(Metric.BACKLOG, Map.of());
            meter.levels(Metric.CONSUMER_LAG_SECONDS, Map.of());
            meter.levels(Metric.LEDGER_BACKLOG, Map.of());
        }
    }

    private Duration age(Optional<Instant> since) {
        return since.map(oldest -> Duration.between(oldest, clock.instant()))
                .filter(Duration::isPositive)
                .orElse(Duration.ZERO);
    }
}
