package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.LedgerState;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Redis;
import io.daybook.store.Database;
import io.daybook.store.DatabaseException;
import io.daybook.store.LedgerTable;
import io.daybook.store.ParkedTable;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Whether the function lives, and whether what it needs answers. Tells nothing that needs a token. */
@Controller("/v1/health")
@Secured(SecurityRule.IS_ANONYMOUS)
final class HealthController {
    private final Database database;
    private final Redis redis;
    private final LedgerTable ledgers;
    private final ParkedTable parked;

    HealthController(Database database, Redis redis, LedgerTable ledgers, ParkedTable parked) {
        this.database = database;
        this.redis = redis;
        this.ledgers = ledgers;
        this.parked = parked;
    }

    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Health(String status, Map<String, Dependency> dependencies, Ledgers ledgers) {}

    /** @param latencyMs how long it took to answer */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Dependency(String status, long latencyMs) {}

    /**
     * Those of all tenants that do not apply what comes.
     *
     * @param parked how many messages wait for them
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Ledgers(long halted, long resuming, long parked) {}

    @Get("/live")
    Health live() {
        return new Health("up", null, null);
    }

    /** {@code 503} without PostgreSQL; without Redis it is slower, and says so. */
    @Get("/ready")
    HttpResponse<Health> ready() {
        var dependencies = new TreeMap<String, Dependency>();
        dependencies.put("postgresql", probe(() -> database.transaction(connection -> connection.isValid(1))));
        dependencies.put("redis", probe(() -> redis.call(RedisClusterAsyncCommands::ping)));
        var down = dependencies.get("postgresql").status().equals("down");
        var degraded = dependencies.get("redis").status().equals("down");
        var health = new Health(down ? "down" : degraded ? "degraded" : "up", dependencies, down ? null : ledgers());
        return HttpResponse.<Health>status(down ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK)
                .body(health);
    }

    private Ledgers ledgers() {
        return database.transaction(connection -> {
            var states = ledgers.standing(connection).stream()
                    .collect(Collectors.groupingBy(LedgerTable.Standing::state, Collectors.counting()));
            return new Ledgers(
                    states.getOrDefault(LedgerState.HALTED, 0L),
                    states.getOrDefault(LedgerState.RESUMING, 0L),
                    parked.count(connection));
        });
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
