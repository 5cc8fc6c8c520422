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
import java.time.Duration;
import java.util.List;
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
    private final String retentionSeconds;

    Publisher(
            Redis redis, ReadModels readModels, Codec codec, @Value("${daybook.status.retention}") Duration retention) {
        this.redis = redis;
        this.readModels = readModels;
        this.codec = codec;
        this.retentionSeconds = Long.toString(retention.toSeconds());
    }

    void publish(String tenant, String ledgerId, List<Operation> operations) {
        try {
            var commands = redis.commands();
            var answers = operations.stream()
                    .map(operation -> publish(commands, tenant, ledgerId, operation))
                    .toList();
            for (var i = 0; i < answers.size(); i++) {
                confirm(answers.get(i), tenant, ledgerId, operations.get(i));
            }
            readModels.refreshIfAbsent(tenant, ledgerId);
        } catch (RedisException e) {
            LOG.warn("{} status(es) of {} did not reach Redis: {}", operations.size(), ledgerId, e.toString());
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
            operation.operationId().toString()
        };
    }
}
