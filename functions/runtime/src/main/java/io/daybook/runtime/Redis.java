package io.daybook.runtime;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micronaut.context.annotation.Value;
import io.micronaut.crac.OrderedResource;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.crac.Context;
import org.crac.Resource;

/**
 * The connection to Redis, made when it is first needed and again when it was lost.
 *
 * <p>Redis may be away at any moment. Then every call fails with a {@link RedisException} within the configured time,
 * and at once while the last attempt to connect is less than a second old: nobody waits for it twice.
 */
@Singleton
public class Redis implements OrderedResource {
    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

    private final Server server;
    private final Duration timeout;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile Connection connection;
    private volatile long failedAtNanos = System.nanoTime() - RECONNECT_AFTER.toNanos();

    protected Redis(
            @Value("${daybook.redis.uri}") String uri,
            @Value("${daybook.redis.cluster}") boolean cluster,
            @Value("${daybook.redis.timeout}") Duration timeout,
            @Value("${daybook.redis.connect-timeout}") Duration connectTimeout) {
        var address = RedisURI.create(uri);
        address.setTimeout(connectTimeout);
        var socket = SocketOptions.builder()
                .connectTimeout(connectTimeout)
                .keepAlive(true)
                .build();
        this.server = cluster ? new Cluster(address, socket) : new Standalone(address, socket);
        this.timeout = timeout;
    }

    /** What differs between one server and a cluster: the client. The commands are the same. */
    private sealed interface Server {
        Connection connect();

        StatefulRedisPubSubConnection<String, String> connectPubSub();

        AbstractRedisClient client();
    }

    private record Connection(
            StatefulConnection<String, String> made, RedisClusterAsyncCommands<String, String> commands) {}

    private record Standalone(RedisClient client, RedisURI uri) implements Server {
        Standalone(RedisURI uri, SocketOptions socket) {
            this(RedisClient.create(), uri);
            client.setOptions(ClientOptions.builder()
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                    .socketOptions(socket)
                    .build());
        }

        @Override
        public Connection connect() {
            var made = client.connect(uri);
            return new Connection(made, made.async());
        }

        @Override
        public StatefulRedisPubSubConnection<String, String> connectPubSub() {
            return client.connectPubSub(uri);
        }
    }

    private record Cluster(RedisClusterClient client) implements Server {
        Cluster(RedisURI uri, SocketOptions socket) {
            this(RedisClusterClient.create(uri));
            client.setOptions(ClusterClientOptions.builder()
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                    .socketOptions(socket)
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enableAllAdaptiveRefreshTriggers()
                            .build())
                    .build());
        }

        @Override
        public Connection connect() {
            var made = client.connect();
            return new Connection(made, made.async());
        }

        @Override
        public StatefulRedisPubSubConnection<String, String> connectPubSub() {
            return client.connectPubSub();
        }
    }

    /** Runs commands and waits for their answer. */
    public <T> T call(Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> commands) {
        return get(commands.apply(commands()));
    }

    /** Runs a script that all servers know by its digest after its first call. */
    public <T> T call(Script script, ScriptOutputType type, List<String> keys, List<String> arguments) {
        var redis = commands();
        var keyArray = keys.toArray(String[]::new);
        var argumentArray = arguments.toArray(String[]::new);
        try {
            return get(redis.evalsha(script.digest(), type, keyArray, argumentArray));
        } catch (RedisNoScriptException e) {
            return get(redis.eval(script.body(), type, keyArray, argumentArray));
        }
    }

    /** For commands whose answers are collected later, or by nobody. */
    public RedisClusterAsyncCommands<String, String> commands() {
        return connected();
    }

    /** A connection of its own that listens to a channel for as long as the process lives, reconnecting by itself. */
    public StatefulRedisPubSubConnection<String, String> listen(
            String channel, RedisPubSubAdapter<String, String> listener) {
        var subscription = server.connectPubSub();
        try {
            subscription.addListener(listener);
            subscription.sync().subscribe(channel);
            return subscription;
        } catch (RedisException e) {
            subscription.closeAsync(); // nobody else knows of it, and each call makes another
            throw e;
        }
    }

    /** The answer of a command, within the configured time. */
    public <T> T get(RedisFuture<T> answer) {
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException cause ? cause : new RedisException(e.getCause());
        } catch (TimeoutException e) {
            throw new RedisException("no answer within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisException(e);
        }
    }

    private RedisClusterAsyncCommands<String, String> connected() {
        var current = connection;
        if (current != null) {
            return current.commands();
        }
        connecting.lock();
        try {
            if (connection == null) {
                if (System.nanoTime() - failedAtNanos < RECONNECT_AFTER.toNanos()) {
                    throw new RedisException("could not connect a moment ago");
                }
                try {
                    connection = server.connect();
                } catch (RedisException e) {
                    failedAtNanos = System.nanoTime();
                    throw e;
                }
            }
            return connection.commands();
        } finally {
            connecting.unlock();
        }
    }

    /** A snapshot of the function must hold no connection: whoever is restored from it makes one of its own. */
    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        connecting.lock();
        try {
            if (connection != null) {
                connection.made().close();
                connection = null;
            }
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}

    @PreDestroy
    void close() {
        server.client().shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
