package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.RedisKeys;
import io.daybook.runtime.Redis;
import io.daybook.runtime.Script;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Redis what has been committed: the statuses, of which the newest version wins, and those who wait are woken.
 * What does not arrive is lost for Redis only; PostgreSQL has it.
 */
@Singleton
final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final Script PUBLISH = Script.beside(Publisher.class, "publish.lua");

    private final Redis redis;
    private final ReadModels readModels;
    private final Codec codec;
    private final Clock clock;
    private final String retentionSeconds;

    Publisher(
            Redis redis,
            ReadModels readModels,
            Codec codec,
            Clock clock,
            @Value("${daybook.status.retention}") Duration retention) {
        this.redis = redis;
        this.readModels = readModels;
        this.codec = codec;
        this.clock = clock;
        this.retentionSeconds = Long.toString(retention.toSeconds());
    }

    /** @return whether all arrived */
    boolean publish(String tenant, String ledgerId, List<Operation> operations) {
        if (!tell(tenant, ledgerId, operations)) {
            return false;
        }
        try {
            readModels.refreshIfAbsent(tenant, ledgerId);
        } catch (RedisException e) {
            LOG.warn("The read model of {} is not up to date: {}", ledgerId, e.toString());
        }
        return true;
    }

    /** The statuses alone. */
    boolean tell(String tenant, String ledgerId, List<Operation> operations) {
        try {
            var commands = redis.commands();
            var answers = operations.stream()
                    .map(operation -> publish(commands, tenant, ledgerId, operation))
                    .toList();
            for (var i = 0; i < answers.size(); i++) {
                confirm(answers.get(i), tenant, ledgerId, operations.get(i));
            }
            return true;
        } catch (RedisException e) {
            LOG.warn("{} status(es) of {} did not reach Redis: {}", operations.size(), ledgerId, e.toString());
            return false;
        }
    }

    /** Tells that operations were tried and will be tried again, as far as Redis knows them. PostgreSQL does not. */
    void retried(String tenant, String ledgerId, List<UUID> ids, int attempt) {
        try {
            var commands = redis.commands();
            var answers = ids.stream()
                    .map(id -> commands.hget(RedisKeys.operation(id), "d"))
                    .toList();
            var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            var waiting = answers.stream()
                    .map(redis::get)
                    .filter(Objects::nonNull)
                    .map(json -> codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class))
                    .filter(operation -> !operation.done())
                    .map(operation -> operation.attempted(operation.version() + 1, attempt, now))
                    .toList();
            tell(tenant, ledgerId, waiting);
        } catch (RedisException e) {
            LOG.warn("{} attempt(s) at operations of {} are not told: {}", ids.size(), ledgerId, e.toString());
        }
    }

    /** Whether Redis knows the operation to be one of the tenant's. */
    boolean knows(String tenant, UUID id) {
        try {
            return tenant.equals(redis.call(commands -> commands.hget(RedisKeys.operation(id), "t")));
        } catch (RedisException e) {
            return false;
        }
    }

    private RedisFuture<Long> publish(
            RedisClusterAsyncCommands<String, String> commands, String tenant, String ledgerId, Operation operation) {
        return commands.evalsha(
                PUBLISH.digest(),
                ScriptOutputType.INTEGER,
                new String[] {RedisKeys.operation(operation.operationId()), RedisKeys.pending(tenant, ledgerId)},
                arguments(tenant, operation));
    }

    private void confirm(RedisFuture<Long> answer, String tenant, String ledgerId, Operation operation) {
        try {
            redis.get(answer);
        } catch (RedisNoScriptException e) {
            redis.call(
                    PUBLISH,
                    ScriptOutputType.INTEGER,
                    List.of(RedisKeys.operation(operation.operationId()), RedisKeys.pending(tenant, ledgerId)),
                    List.of(arguments(tenant, operation)));
        }
    }

    private String[] arguments(String tenant, Operation operation) {
        return new String[] {
            Integer.toString(operation.version()),
            operation.status().toString(),
            operation.done() ? "done" : "",
            new String(codec.write(operation), StandardCharsets.UTF_8),
            tenant,
            retentionSeconds,
            operation.operationId().toString(),
            operation.status().isFinal() ? "final" : ""
        };
    }
}
