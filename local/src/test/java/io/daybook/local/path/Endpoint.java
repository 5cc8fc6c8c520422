package io.daybook.local.path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A tenant's own server, to which a webhook leads. */
final class Endpoint implements AutoCloseable {
    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Function<Request, Integer> mood = ignored -> 204;
    private volatile Duration delay = Duration.ZERO;

    /** What it was sent. */
    record Request(String path, HttpHeaders headers, String body) {
        String id() {
            return headers.firstValue("webhook-id").orElseThrow();
        }

        JsonNode event() {
            try {
                return Api.JSON.readTree(body);
            } catch (JsonProcessingException e) {
                throw new AssertionError(body, e);
            }
        }

        String type() {
            return event().path("type").asText();
        }

        /** By the official library. */
        boolean isSignedWith(String secret) {
            try {
                new Webhook(secret).verify(body, headers);
                return true;
            } catch (WebhookVerificationException e) {
                return false;
            }
        }
    }

    Endpoint() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:%d/hooks".formatted(port());
    }

    /** What it answers from here on. */
    void answers(Function<Request, Integer> mood) {
        this.mood = mood;
    }

    void answers(int status) {
        answers(ignored -> status);
    }

    /** How long it takes to. */
    void takes(Duration delay) {
        this.delay = delay;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The ids of the events that it was sent, as often as it was. */
    List<String> ids() {
        return requests.stream().map(Request::id).toList();
    }

    List<String> types() {
        return requests.stream().map(Request::type).toList();
    }

    void forget() {
        requests.clear();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true);
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var request = new Request(exchange.getRequestURI().getPath(), headers, body);
            requests.add(request);
            Thread.sleep(delay);
            var status = mood.apply(request);
            if (status >= 300 && status < 400) {
                exchange.getResponseHeaders().add("Location", "/elsewhere");
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
