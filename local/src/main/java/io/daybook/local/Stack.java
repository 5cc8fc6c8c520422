package io.daybook.local;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of Daybook in this process and its child processes: servers, functions, poller and HTTP front. When {@link #start}
 * returns it serves requests. Whoever starts it closes it; what was accepted is safe even if they do not.
 */
public final class Stack implements AutoCloseable {

    /**
     * @param data the folder to keep everything in over restarts; a temporary one if empty
     * @param port the port of the HTTP front; any free one if 0
     * @param durableQueue whether the queue writes each message to the disk before it accepts it
     */
    public record Options(Optional<Path> data, int port, boolean durableQueue) {}

    private static final Logger LOG = LoggerFactory.getLogger(Stack.class);

    private static final Duration RELAY_EVERY = Duration.ofMinutes(1);

    private static final Duration WEBHOOKS_EVERY = Duration.ofMillis(250);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private DataFolder folder;
    private Gateway gateway;
    private Tokens tokens;
    private Postgres postgres;
    private Redis redis;
    private Queue queue;
    private EventSource eventSource;

    /** Whether it was closed, which ends a start that is under way at its next step. */
    private volatile boolean closed;

    /** One that does not run yet. */
    public Stack() {}

    /**
     * Starts a stack, or nothing.
     *
     * @throws StackException if the port or the data folder is in use, or a server does not start
     */
    public static Stack start(Options options, Functions.Factory functions) {
        var stack = new Stack();
        stack.open(options, functions);
        return stack;
    }

    /**
     * Starts this one, or nothing: as {@link #start}, for who must be able to {@link #close} it meanwhile.
     *
     * @throws StackException also if it is closed meanwhile
     */
    public synchronized void open(Options options, Functions.Factory functions) {
        try {
            openAll(options, functions);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void openAll(Options options, Functions.Factory factory) {
        folder = opened(options.data().map(DataFolder::open).orElseGet(DataFolder::temporary));
        // Taken before the slow part, so that a port in use is known at once.
        gateway = opened(Gateway.bind(options.port()));
        tokens = Tokens.in(folder.root());
        // Redis by itself: a program cannot be run in the moment between its writing and another process's fork.
        redis = opened(Redis.start(folder.redis()));
        startTogether(
                () -> postgres = Postgres.start(folder.postgres()),
                () -> queue = Queue.start(
                        options.durableQueue() ? Queue.Settings.durable(folder.queue()) : Queue.Settings.inMemory()));
        var functions = opened(factory.create(settings()));
        functions.migrate();
        eventSource = opened(EventSource.start(queue, functions.processor(), EventSource.Settings.DEFAULT));
        opened(EventSource.ofDeadLetters(queue, functions.deadLetters()));
        opened(Schedule.start(functions::relay, RELAY_EVERY));
        opened(Schedule.start(functions::webhooks, WEBHOOKS_EVERY));
        gateway.serve(Routes.daybook(), functions::http);
        // Closed first, though opened early.
        open.remove(gateway);
        open.push(gateway);
    }

    private FunctionSettings settings() {
        return new FunctionSettings(
                postgres.jdbcUrl(),
                postgres.user(),
                postgres.password(),
                redis.uri(),
                false,
                queue.url(),
                queue.endpoint(),
                Queue.REGION,
                tokens.jwks(),
                Tokens.ISSUER,
                Tokens.AUDIENCE);
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.push(closeable);
        checkNotClosed();
        return closeable;
    }

    private void checkNotClosed() {
        if (closed) {
            throw new StackException("The stack was stopped while it started.");
        }
    }

    private void startTogether(Supplier<? extends AutoCloseable> one, Supplier<? extends AutoCloseable> other) {
        var first = CompletableFuture.supplyAsync(one);
        var second = CompletableFuture.supplyAsync(other);
        try {
            CompletableFuture.allOf(first, second).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            for (var started : List.of(first, second)) {
                if (!started.isCompletedExceptionally()) {
                    open.push(started.join());
                }
            }
        }
        checkNotClosed();
    }

    /** Where the API is: {@code /v1} is below it. */
    public URI url() {
        return gateway.url();
    }

    /** The issuer of the tokens that this stack's functions accept. */
    public Tokens tokens() {
        return tokens;
    }

    /** The folder that everything is in. */
    public Path data() {
        return folder.root();
    }

    public Postgres postgres() {
        return postgres;
    }

    public Redis redis() {
        return redis;
    }

    public Queue queue() {
        return queue;
    }

    public EventSource eventSource() {
        return eventSource;
    }

    /**
     * Stops in the order in which work flows: requests, invocations, functions, then the servers that they use. Waits for
     * the step of a start that is under way: a server that has half started would stay behind.
     */
    @Override
    public void close() {
        closed = true;
        closeAll();
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            var next = open.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.warn("{} does not close", next.getClass().getSimpleName(), e);
            }
        }
    }
}
