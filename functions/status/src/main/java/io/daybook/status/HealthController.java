package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.LedgerState;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Backlogs;
import io.daybook.runtime.Backlogs.Backlog;
import io.daybook.runtime.Redis;
import io.daybook.store.Database;
import io.daybook.store.DatabaseException;
import io.daybook.store.Levels;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Whether the function lives, and whether what it needs answers. Tells nothing that needs a token. */
@Controller("/v1/health")
@Secured(SecurityRule.IS_ANONYMOUS)
final class HealthController {
    private final Database database;
    private final Redis redis;
    private final Levels levels;
    private final Backlogs backlogs;
    private final Clock clock;
    private final int ledgersMax;
    private final Duration backlogEvery;
    private volatile Measured measured;

    HealthController(
            Database database,
            Redis redis,
            Levels levels,
            Backlogs backlogs,
            Clock clock,
            @Value("${daybook.metrics.ledgers-max}") int ledgersMax,
            @Value("${daybook.health.backlog-every}") Duration backlogEvery) {
        this.database = database;
        this.redis = redis;
        this.levels = levels;
        this.backlogs = backlogs;
        this.clock = clock;
        this.ledgersMax = ledgersMax;
        this.backlogEvery = backlogEvery;
    }

    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Health(String status, Map<String, Dependency> dependencies, Ledgers ledgers, Lag lag) {}

    /** @param latencyMs how long it took to answer */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Dependency(String status, long latencyMs) {
        private boolean isDown() {
            return status.equals("down");
        }
    }

    /**
     * Those of all tenants that do not apply what comes.
     *
     * @param parked how many messages wait for them
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Ledgers(long halted, long resuming, long parked) {}

    /**
     * How far what is done is behind what was asked for, over all tenants. What Redis alone knows is not told without it.
     *
     * @param operations how many are on their way
     * @param oldestOperationSeconds how long the oldest has waited, of those whose ledger applies what comes
     * @param outboxAgeSeconds how long the oldest event or message has waited to be sent
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Lag(Long operations, Long oldestOperationSeconds, long outboxAgeSeconds) {}

    /** Anybody may ask for it at any rate, and it asks much of Redis. */
    private record Measured(List<Backlog> backlogs, Instant at) {}

    @Get("/live")
    Health live() {
        return new Health("up", null, null, null);
    }

    /** {@code 503} without PostgreSQL; without Redis it is slower, and says so. */
    @Get("/ready")
    HttpResponse<Health> ready() {
        var dependencies = new TreeMap<String, Dependency>();
        dependencies.put("postgresql", probe(() -> database.transaction(connection -> connection.isValid(1))));
        dependencies.put("redis", probe(() -> redis.call(RedisClusterAsyncCommands::ping)));
        if (dependencies.get("postgresql").isDown()) {
            return HttpResponse.<Health>status(HttpStatus.SERVICE_UNAVAILABLE)
                    .body(new Health("down", dependencies, null, null));
        }
        var now = database.transaction(connection -> levels.read(connection, ledgersMax));
        var ledgers = new Ledgers(now.in(LedgerState.HALTED), now.in(LedgerState.RESUMING), now.parked());
        var known = dependencies.get("redis").isDown() ? Optional.<List<Backlog>>empty() : backlogs(now);
        var lag = new Lag(
                known.map(all -> all.stream().mapToLong(Backlog::operations).sum())
                        .orElse(null),
                known.map(all -> seconds(oldest(all, now))).orElse(null),
                seconds(now.oldestUnsent()));
        return HttpResponse.ok(new Health(known.isPresent() ? "up" : "degraded", dependencies, ledgers, lag));
    }

    private Optional<List<Backlog>> backlogs(Levels.Now now) {
        try {
            var last = measured;
            if (last == null || !last.at().plus(backlogEvery).isAfter(clock.instant())) {
                last = new Measured(backlogs.of(now.ledgers()), clock.instant());
                measured = last;
            }
            return Optional.of(last.backlogs());
        } catch (RedisException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> oldest(List<Backlog> all, Levels.Now now) {
        return all.stream()
                .filter(backlog -> now.isRunning(backlog.ledger()))
                .flatMap(backlog -> backlog.since().stream())
                .min(Comparator.naturalOrder());
    }

    private long seconds(Optional<Instant> since) {
        return since.map(oldest ->
                        Math.max(0, Duration.between(oldest, clock.instant()).toSeconds()))
                .orElse(0L);
    }

    private static Dependency probe(Runnable probe) {
        var start = System.nanoTime();
        var status = "up";
        try {
            probe.run();
        } catch (ServiceAway | DatabaseException | RedisException e) {
            status = "down";
        }
        return new Dependency(status, (System.nanoTime() - start) / 1_000_000);
    }
}
