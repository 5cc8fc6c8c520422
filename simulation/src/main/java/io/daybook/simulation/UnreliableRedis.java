package io.daybook.simulation;

import io.daybook.runtime.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The real one, which may be away for a moment. */
@Singleton
@Replaces(Redis.class)
final class UnreliableRedis extends Redis {
    UnreliableRedis(
            @Value("${daybook.redis.uri}") String uri,
            @Value("${daybook.redis.cluster}") boolean cluster,
            @Value("${daybook.redis.timeout}") Duration timeout,
            @Value("${daybook.redis.connect-timeout}") Duration connectTimeout) {
        super(uri, cluster, timeout, connectTimeout);
    }

    @Override
    public RedisClusterAsyncCommands<String, String> commands() {
        try {
            return Invocation.effect(Effect.REDIS, super::commands, new RedisException("simulated"));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
