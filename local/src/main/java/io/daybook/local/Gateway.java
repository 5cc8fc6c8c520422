package io.daybook.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * API Gateway on 127.0.0.1: gives requests to functions as REST proxy events (payload version 1), within the limits and
 * with the answers of its own that the gateway has.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html">Lambda
 *     proxy integrations</a>
 */
final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private static final int BODY_BYTES_MAX = 10 << 20;
    private static final long REFUSED_BODY_BYTES_MAX = 100L << 20;
    private static final Duration INTEGRATION_TIMEOUT = Duration.ofSeconds(29);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

    private final HttpServer server;
    private final Duration timeout;
    private final ProxyEvents events = new ProxyEvents(Clock.systemUTC());
    private final ExecutorService exchanges = Executors.newVirtualThreadPerTaskExecutor();
    // Platform threads: before JDK 24 a handler that blocks inside synchronized would hold one of the few carriers.
    private final ExecutorService invocations = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("invocation-", 0).daemon().factory());
    private final Phaser running = new Phaser(1);
    private volatile boolean closing;

    private Gateway(HttpServer server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    /**
     * Takes a port, so that connections queue up until {@link #serve}.
     *
     * @param port 0 for any free one
     * @throws StackException if somebody else has it
     */
    static Gateway bind(int port) {
        return bind(port, INTEGRATION_TIMEOUT);
    }

    static Gateway bind(int port, Duration timeout) {
        try {
            return new Gateway(HttpServers.bind(port), timeout);
        } catch (BindException e) {
            throw new StackException(
                    "Port %d of 127.0.0.1 is in use. Stop what listens there, or name another port.".formatted(port),
                    e);
        } catch (IOException e) {
            throw new StackException("Port %d of 127.0.0.1 cannot be used: %s".formatted(port, e), e);
        }
    }

    /** Begins to answer. */
    void serve(
            Routes routes,
            Function<String, RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent>> functions) {
        server.createContext("/", exchange -> {
            running.register();
            try (exchange) {
                var requestId = UUID.randomUUID().toString();
                var reply = reply(exchange, requestId, routes, functions);
                send(exchange, reply.with("x-amzn-RequestId", requestId));
            } catch (IOException e) {
                LOG.debug("The client of {} went away", path(exchange), e);
            } catch (RuntimeException e) {
                LOG.error("{} {}", exchange.getRequestMethod(), path(exchange), e);
            } finally {
                running.arriveAndDeregister();
            }
        });
        server.setExecutor(exchanges);
        server.start();
    }

    /** Without the query, which may have a ticket in it. */
    private static String path(HttpExchange exchange) {
        return exchange.getRequestURI().getRawPath();
    }

    private Reply reply(
            HttpExchange exchange,
            String requestId,
            Routes routes,
            Function<String, RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent>> functions)
            throws IOException {
        var body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (closing) {
            return Reply.message(503, "Service Unavailable").with("Connection", "close");
        }
        if (body.length > BODY_BYTES_MAX) {
            passOver(exchange.getRequestBody());
            return Reply.message(413, "Request Too Long").with("Connection", "close");
        }
        var route = routes.match(
                exchange.getRequestMethod(), exchange.getRequestURI().getRawPath());
        if (route.isEmpty()) {
            return Reply.message(403, "Missing Authentication Token");
        }
        var event = events.of(exchange, body, route.get(), requestId);
        var function = route.get().function();
        return invoke(function, functions.apply(function), event);
    }

    /** Clients send all of a body before they read an answer. JDK 21's stream would skip past its end, and wait. */
    private static void passOver(InputStream body) throws IOException {
        var buffer = new byte[1 << 16];
        var left = REFUSED_BODY_BYTES_MAX;
        for (var read = 0; read >= 0 && left > 0; left -= read) {
            read = body.read(buffer);
        }
    }

    private Reply invoke(
            String function,
            RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> handler,
            APIGatewayProxyRequestEvent event) {
        var invocation = CompletableFuture.supplyAsync(
                () -> handler.handleRequest(event, Invocation.of(function, timeout)), invocations);
        try {
            // Past the time the function goes on, as it does in AWS; only the client hears no more of it.
            return Reply.of(invocation.get(timeout.toMillis(), TimeUnit.MILLISECONDS))
                    .orElseGet(() -> failed(function, event, "gave an answer that is not one", null));
        } catch (TimeoutException e) {
            LOG.warn("{} took longer than {} for {} {}", function, timeout, event.getHttpMethod(), event.getPath());
            return Reply.message(504, "Endpoint request timed out");
        } catch (ExecutionException e) {
            return failed(function, event, "failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.message(503, "Service Unavailable");
        }
    }

    private static Reply failed(String function, APIGatewayProxyRequestEvent event, String how, Throwable cause) {
        LOG.error("{} {} for {} {}", function, how, event.getHttpMethod(), event.getPath(), cause);
        return Reply.message(502, "Internal server error");
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        var headers = exchange.getResponseHeaders();
        reply.headers().forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        var body = reply.body();
        if (exchange.getRequestMethod().equals("HEAD") && reply.mayHaveBody()) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(reply.status(), -1);
        } else if (body.length == 0 || !reply.mayHaveBody()) {
            exchange.sendResponseHeaders(reply.status(), -1);
        } else {
            exchange.sendResponseHeaders(reply.status(), body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Refuses new requests, lets running ones end within reason, and gives the port back. */
    @Override
    public void close() {
        closing = true;
        var phase = running.arrive();
        if (!ends(phase, PATIENCE)) {
            invocations.shutdownNow(); // whoever waits for something to happen has waited for long enough
            if (!ends(phase, CLOSE_MAX)) {
                LOG.warn("Requests are cut off that did not end within {}", CLOSE_MAX);
            }
        }
        // The server's own delay is waited for in full on older JDKs, whether anything runs or not.
        server.stop(0);
        exchanges.shutdownNow();
        invocations.shutdownNow();
    }

    private boolean ends(int phase, Duration within) {
        try {
            running.awaitAdvanceInterruptibly(phase, within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
