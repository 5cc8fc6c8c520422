package io.daybook.accept;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.RedisKeys;
import io.daybook.runtime.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micronaut.crac.OrderedResource;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.crac.Context;
import org.crac.Resource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes those who wait for an outcome. Each process listens to one channel of its own; who waits for an operation
 * leaves that channel's name with it, and the processor tells the outcome there.
 */
@Singleton
final class Outcomes implements OrderedResource {
    private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);
    /** A message can get lost while a connection is made anew: the status is looked up so often besides. */
    private static final Duration LOOK_UP_EVERY = Duration.ofSeconds(1);

    private final Redis redis;
    private final Codec codec;
    private final Map<UUID, CompletableFuture<Operation>> waiting = new ConcurrentHashMap<>();
    private final ReentrantLock connecting = new ReentrantLock();
    private StatefulRedisPubSubConnection<String, String> subscription;
    private String channel;

    Outcomes(Redis redis, Codec codec) {
        this.redis = redis;
        this.codec = codec;
    }

    /** To be called before the operation is sent, so that its outcome cannot be missed. */
    Expectation expect(UUID operationId) {
        String mine;
        try {
            mine = listen();
        } catch (RedisException e) {
            LOG.warn("Nobody can wait for outcomes: {}", e.toString());
            return Expectation.none();
        }
        var outcome = waiting.computeIfAbsent(operationId, ignored -> new CompletableFuture<>());
        return new Expectation() {
            @Override
            public Optional<String> channel() {
                return Optional.of(mine);
            }

            @Override
            public Optional<Operation> await(Duration wait) {
                return Outcomes.this.await(operationId, outcome, wait);
            }

            @Override
            public void close() {
                waiting.remove(operationId, outcome);
            }
        };
    }

    /** Somebody who waits for one operation. */
    interface Expectation extends AutoCloseable {
        static Expectation none() {
            return new Expectation() {
                @Override
                public Optional<String> channel() {
                    return Optional.empty();
                }

                @Override
                public Optional<Operation> await(Duration wait) {
                    return Optional.empty();
                }

                @Override
                public void close() {}
            };
        }

        Optional<String> channel();

        /** The operation when it is done; nothing if that takes longer. */
        Optional<Operation> await(Duration wait);

        @Override
        void close();
    }

    private Optional<Operation> await(UUID id, CompletableFuture<Operation> outcome, Duration wait) {
        var deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            var left = deadline - System.nanoTime();
            try {
                return Optional.of(outcome.get(Math.min(left, LOOK_UP_EVERY.toNanos()), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                var seen = lookUp(id).filter(Operation::done);
                if (seen.isPresent() || deadline - System.nanoTime() <= 0) {
                    return seen;
                }
            } catch (ExecutionException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    private Optional<Operation> lookUp(UUID id) {
        try {
            return Optional.ofNullable(redis.call(commands -> commands.hget(RedisKeys.operation(id), "d")))
                    .map(this::parse);
        } catch (RedisException e) {
            return Optional.empty();
        }
    }

    private Operation parse(String json) {
        return codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class);
    }

    private String listen() {
        connecting.lock();
        try {
            if (subscription == null) {
                redis.commands(); // fails at once while Redis is known to be away
                channel = "daybook:outcomes:" + UUID.randomUUID();
                subscription = redis.listen(channel, new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String json) {
                        var operation = parse(json);
                        Optional.ofNullable(waiting.get(operation.operationId()))
                                .ifPresent(outcome -> outcome.complete(operation));
                    }
                });
            }
            return channel;
        } finally {
            connecting.unlock();
        }
    }

    /** Each process that is restored from a snapshot listens to a channel of its own. */
    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        close();
        subscription = null;
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}

    @PreDestroy
    void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
