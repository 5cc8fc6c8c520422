package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.RedisKeys;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Redis;
import io.daybook.runtime.Script;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    /** Statuses in one step of Redis, which does nothing else meanwhile. */
    private static final int AT_ONCE = 100;

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
        } catch (RedisException | ServiceAway e) { // what is committed stays so
            LOG.warn("The read model of {} is not up to date: {}", ledgerId, e.toString());
        }
        return true;
    }

    /** The statuses alone. */
    boolean tell(String tenant, String ledgerId, List<Operation> operations) {
        try {
            for (var first = 0; first < operations.size(); first += AT_ONCE) {
                var end = Math.min(first + AT_ONCE, operations.size());
                publishTogether(tenant, ledgerId, operations.subList(first, end));
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

    private void publishTogether(String tenant, String ledgerId, List<Operation> operations) {
        var keys = new ArrayList<String>();
        var arguments = new ArrayList<String>();
        keys.add(RedisKeys.pending(tenant, ledgerId));
        arguments.add(tenant);
        arguments.add(retentionSeconds);
        for (var operation : operations) {
            keys.add(RedisKeys.operation(operation.operationId()));
            arguments.add(operation.operationId().toString());
            arguments.add(Integer.toString(operation.version()));
            arguments.add(operation.status().toString());
            arguments.add(operation.done() ? "done" : "");
            arguments.add(operation.status().isFinal() ? "final" : "");
            arguments.add(new String(codec.write(operation), StandardCharsets.UTF_8));
        }
        redis.call(PUBLISH, ScriptOutputType.INTEGER, keys, arguments);
    }
}
