package io.daybook.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryingHttpClientTest {
    private static final int BROKEN = 0;
    private static final int ATTEMPTS = 4;
    private static final Backoff QUICK =
            new Backoff(ATTEMPTS, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofSeconds(1));

    private final Deque<Integer> replies = new ArrayDeque<>();
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private volatile String retryAfter;
    private HttpServer server;
    private RetryingHttpClient http;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
            exchange.getRequestBody().readAllBytes();
            var reply = replies.size() > 1 ? replies.poll() : replies.peek();
            if (reply != BROKEN) {
                if (retryAfter != null) {
                    exchange.getResponseHeaders().add("Retry-After", retryAfter);
                }
                exchange.sendResponseHeaders(reply, 2);
                exchange.getResponseBody().write("{}".getBytes());
            }
            exchange.close();
        });
        server.start();
        http = new RetryingHttpClient(DaybookClient.httpClient(), QUICK);
    }

    @AfterEach
    void stop() {
        http.close();
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504, BROKEN})
    void what_has_a_key_is_sent_again_under_it(int trouble) throws Exception {
        replies.addAll(List.of(trouble, trouble, 202));

        assertThat(http.send(deposit("k"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(202);
        assertThat(keys).hasSizeGreaterThanOrEqualTo(3).containsOnly("k");
        assertThat(http.retries()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/ledgers", "/live/v1/ledgers/main/accounts"})
    void an_opening_is_the_same_however_often_it_is_asked_for(String path) throws Exception {
        replies.addAll(List.of(503, 201));

        assertThat(http.send(post(path).build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(201);
    }

    @Test
    void what_could_be_done_twice_is_sent_again_only_if_nothing_was_done() throws Exception {
        var webhook = post("/v1/webhooks").build();

        replies.addAll(List.of(503, 201));
        assertThat(http.send(webhook, BodyHandlers.ofString()).statusCode()).isEqualTo(503);
        replies.clear();
        replies.addAll(List.of(429, 201));
        assertThat(http.send(webhook, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
        replies.clear();
        replies.addAll(List.of(BROKEN, 201));
        assertThatThrownBy(() -> http.send(webhook, BodyHandlers.ofString())).isInstanceOf(IOException.class);
        assertThat(keys).hasSize(4);
    }

    @Test
    void a_refusal_is_the_answer() throws Exception {
        replies.add(422);

        assertThat(http.send(deposit("k"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(422);
        assertThat(keys).hasSize(1);
    }

    @Test
    void patience_ends_and_the_last_answer_is_the_answer() throws Exception {
        replies.add(503);

        var answer = http.send(deposit("k"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(keys).hasSize(ATTEMPTS);
    }

    @Test
    void retry_after_is_heeded() throws Exception {
        replies.addAll(List.of(503, 202));
        retryAfter = "1";

        var began = System.nanoTime();
        http.send(deposit("k"), BodyHandlers.ofString());
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void an_answer_may_come_later() {
        replies.addAll(List.of(503, 200));

        assertThat(http.sendAsync(deposit("k"), BodyHandlers.ofInputStream()).thenApply(HttpResponse::statusCode))
                .succeedsWithin(Duration.ofSeconds(10))
                .isEqualTo(200);
    }

    @Test
    void where_nobody_ever_listened_it_is_given_up_soon() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + free)).build();

        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString())).isInstanceOf(ConnectException.class);
        assertThat(http.retries()).isEqualTo(2);
    }

    @Test
    void retry_after_may_be_a_date() {
        assertThat(Backoff.retryAfter("Wed, 21 Oct 2015 07:28:00 GMT")).contains(Duration.ZERO);
        assertThat(Backoff.retryAfter("7")).contains(Duration.ofSeconds(7));
        assertThat(Backoff.retryAfter("soon")).isEmpty();
    }

    private HttpRequest.Builder post(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
                .POST(BodyPublishers.ofString("{}"));
    }

    private HttpRequest deposit(String key) {
        return post("/v1/ledgers/main/deposits").header("Idempotency-Key", key).build();
    }
}
