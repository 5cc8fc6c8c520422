package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.local.Functions;
import io.daybook.local.MicronautFunctions;
import io.daybook.local.Stack;
import io.lettuce.core.RedisClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A whole Daybook in this process, the queue in memory. The benchmark calls the functions itself: what comes through the
 * queue goes elsewhere.
 */
final class Daybook implements AutoCloseable {
    static final String TENANT = "bench";

    private final Ending ending;
    private final Functions functions;

    private Daybook(Stack stack, Functions functions) {
        this.ending = Ending.of(stack);
        this.functions = functions;
    }

    static Daybook start() {
        return start(event -> allDone());
    }

    /** @param atTheQueue takes what comes through the queue instead of the processor */
    static Daybook start(AtTheQueue atTheQueue) {
        var functions = new AtomicReference<Functions>();
        var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), settings -> {
            // What is accepted here and never applied is no reason to refuse more.
            functions.set(MicronautFunctions.create(settings, Map.of("daybook.backlog.operations-max", 100_000_000)));
            return new Diverted(functions.get(), atTheQueue);
        });
        return new Daybook(stack, functions.get());
    }

    /** What takes the processor's place at the queue. */
    @FunctionalInterface
    interface AtTheQueue {
        SQSBatchResponse handle(SQSEvent event);
    }

    static SQSBatchResponse allDone() {
        return new SQSBatchResponse(List.of());
    }

    private record Diverted(Functions functions, AtTheQueue atTheQueue) implements Functions {
        @Override
        public RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name) {
            return functions.http(name);
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> processor() {
            return (event, context) -> atTheQueue.handle(event);
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> deadLetters() {
            return functions.deadLetters();
        }

        @Override
        public void relay() {
            functions.relay();
        }

        @Override
        public void webhooks() {
            functions.webhooks();
        }

        @Override
        public void migrate() {
            functions.migrate();
        }

        @Override
        public void close() {
            functions.close();
        }
    }

    Stack stack() {
        return ending.stack();
    }

    /** The function behind the gateway; it does without a context. */
    RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name) {
        return functions.http(name);
    }

    /**
     * Hands the processor one event after the other.
     *
     * @return the seconds it took
     */
    double apply(List<SQSEvent> events) {
        var processor = functions.processor();
        var began = System.nanoTime();
        for (var event : events) {
            if (!processor.handleRequest(event, null).getBatchItemFailures().isEmpty()) {
                throw new BrokenBooksException("The processor did not apply what it was given");
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    Api api() {
        return new Api(stack().url(), token());
    }

    String token() {
        return stack().tokens().mint(TENANT, "ledger:read ledger:write ledger:admin", Duration.ofHours(12));
    }

    /** A connection that commits each statement. */
    Connection database() throws SQLException {
        var postgres = stack().postgres();
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    /** Settles what the database does by itself, so that it does not fall into a measurement. */
    void settle() throws SQLException {
        try (var connection = database();
                var statement = connection.createStatement()) {
            statement.execute("vacuum analyze");
            statement.execute("checkpoint");
        }
    }

    /** Redis may lose everything at any time; here, so that it does not fill the memory. */
    void forgetInRedis() {
        try (var client = RedisClient.create(stack().redis().uri());
                var connection = client.connect()) {
            connection.sync().flushall();
        }
    }

    @Override
    public void close() {
        ending.close();
    }
}
