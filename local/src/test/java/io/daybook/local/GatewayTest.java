package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTest {

    private static final Duration TIMEOUT = Duration.ofMillis(400);

    private final HttpClient client = HttpClient.newHttpClient();
    private volatile BiFunction<APIGatewayProxyRequestEvent, Context, APIGatewayProxyResponseEvent> function =
            (event, context) -> ok("{}");
    private volatile APIGatewayProxyRequestEvent last;
    private volatile String lastFunction;
    private Gateway gateway;

    @BeforeEach
    void start() {
        start(TIMEOUT);
    }

    private void start(Duration timeout) {
        gateway = Gateway.bind(0, timeout);
        gateway.serve(Routes.daybook(), name -> (event, context) -> {
            lastFunction = name;
            last = event;
            return function.apply(event, context);
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
        client.close();
    }

    @Test
    void a_request_becomes_a_proxy_event_of_its_function() throws Exception {
        send(request("/v1/ledgers/l-1/deposits?dry=1")
                .header("Idempotency-Key", "k")
                .header("X-Many", "one")
                .header("X-Many", "two")
                .header("Content-Type", "application/json")
                .header("User-Agent", "test")
                .POST(BodyPublishers.ofString("{\"ä\": 1}")));

        assertThat(lastFunction).isEqualTo("intake");
        assertThat(last.getHttpMethod()).isEqualTo("POST");
        assertThat(last.getPath()).isEqualTo("/v1/ledgers/l-1/deposits");
        assertThat(last.getResource()).isEqualTo("/v1/{proxy+}");
        assertThat(last.getPathParameters()).containsEntry("proxy", "ledgers/l-1/deposits");
        assertThat(last.getBody()).isEqualTo("{\"ä\": 1}");
        assertThat(last.getIsBase64Encoded()).isFalse();
        assertThat(last.getMultiValueHeaders()).containsEntry("X-many", List.of("one", "two"));
        assertThat(last.getHeaders()).containsEntry("X-many", "two").containsEntry("Idempotency-key", "k");
        assertThat(last.getHeaders()).containsEntry("X-Forwarded-For", "127.0.0.1");
        assertThat(last.getRequestContext().getIdentity().getSourceIp()).isEqualTo("127.0.0.1");
        assertThat(last.getRequestContext().getIdentity().getUserAgent()).isEqualTo("test");
        assertThat(last.getRequestContext().getPath()).isEqualTo("/v1/ledgers/l-1/deposits");
        assertThat(last.getRequestContext().getStage()).isNotBlank();
    }

    @Test
    void query_parameters_are_decoded_and_the_last_of_many_counts() throws Exception {
        send(request("/v1/operations?status=a%26b&status=c+d%C3%A9&empty=&bare").GET());

        assertThat(last.getMultiValueQueryStringParameters())
                .containsEntry("status", List.of("a&b", "c dé"))
                .containsEntry("empty", List.of(""))
                .containsEntry("bare", List.of(""));
        assertThat(last.getQueryStringParameters()).containsEntry("status", "c dé");
    }

    @Test
    void a_request_without_query_or_body_has_none() throws Exception {
        send(request("/v1/operations").GET());

        assertThat(last.getQueryStringParameters()).isNull();
        assertThat(last.getMultiValueQueryStringParameters()).isNull();
        assertThat(last.getBody()).isNull();
    }

    @ParameterizedTest(name = "{0}: base64 {1}")
    @CsvSource({
        "application/json,                 false",
        "application/json; charset=UTF-8,  false",
        "application/problem+json,         false",
        "text/csv,                         false",
        "text/plain; charset=iso-8859-1,   true",
        "application/octet-stream,         true",
        "application/gzip,                 true",
    })
    void bodies_that_are_no_text_travel_as_base64(String contentType, boolean base64) throws Exception {
        send(request("/v1/ledgers/l/deposits")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString("body")));

        assertThat(last.getIsBase64Encoded()).isEqualTo(base64);
        assertThat(last.getBody()).isEqualTo(base64 ? "Ym9keQ==" : "body");
    }

    @Test
    void a_body_that_says_it_is_text_and_is_not_travels_as_base64() throws Exception {
        var body = new byte[] {'{', (byte) 0xff, '}'};
        send(request("/v1/ledgers/l/deposits")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(last.getIsBase64Encoded()).isTrue();
        assertThat(Base64.getDecoder().decode(last.getBody())).isEqualTo(body);
    }

    @Test
    void an_answer_comes_with_all_its_headers_and_the_gateways_request_id() throws Exception {
        function = (event, context) -> ok("{\"ä\": 1}")
                .withStatusCode(202)
                .withHeaders(Map.of("Location", "/v1/operations/1", "Link", "lost", "Content-Length", "3"))
                .withMultiValueHeaders(Map.of("Link", List.of("one", "two")));
        var response = send(request("/v1/ledgers/l/deposits").POST(BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(text(response)).isEqualTo("{\"ä\": 1}");
        assertThat(response.headers().allValues("Link")).containsExactly("one", "two");
        assertThat(response.headers().firstValue("Location")).hasValue("/v1/operations/1");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("x-amzn-RequestId"))
                .hasValue(last.getRequestContext().getRequestId());
    }

    @Test
    void a_binary_answer_arrives_byte_for_byte() throws Exception {
        var body = new byte[] {0, 1, (byte) 0xff};
        function = (event, context) -> ok(Base64.getEncoder().encodeToString(body))
                .withIsBase64Encoded(true)
                .withHeaders(Map.of("content-type", "application/octet-stream"));

        assertThat(send(request("/v1/x").GET()).body()).isEqualTo(body);
    }

    @Test
    void a_function_that_throws_is_a_502() throws Exception {
        function = (event, context) -> {
            throw new IllegalStateException("on purpose");
        };
        assertGatewayAnswer(send(request("/v1/x").GET()), 502, "Internal server error");
    }

    @Test
    void a_function_that_gives_no_answer_or_no_status_is_a_502() throws Exception {
        function = (event, context) -> null;
        assertGatewayAnswer(send(request("/v1/x").GET()), 502, "Internal server error");
        function = (event, context) -> new APIGatewayProxyResponseEvent().withBody("x");
        assertGatewayAnswer(send(request("/v1/x").GET()), 502, "Internal server error");
        function = (event, context) -> ok("not base64!").withIsBase64Encoded(true);
        assertGatewayAnswer(send(request("/v1/x").GET()), 502, "Internal server error");
    }

    @Test
    void a_function_past_its_time_is_a_504_and_goes_on() throws Exception {
        var finish = new CountDownLatch(1);
        var finished = new CompletableFuture<Boolean>();
        function = (event, context) -> {
            try {
                finish.await();
                finished.complete(true);
            } catch (InterruptedException e) {
                finished.complete(false);
            }
            return ok("late");
        };
        assertGatewayAnswer(send(request("/v1/x").GET()), 504, "Endpoint request timed out");
        finish.countDown();
        assertThat(finished.join()).isTrue();
    }

    @Test
    void a_function_knows_the_time_it_has_left() throws Exception {
        function = (event, context) -> ok(Integer.toString(context.getRemainingTimeInMillis()));
        assertThat(Integer.parseInt(text(send(request("/v1/x").GET())))).isBetween(1, (int) TIMEOUT.toMillis());
    }

    @Test
    void what_is_not_served_is_a_403_as_the_gateway_words_it() throws Exception {
        assertGatewayAnswer(send(request("/").GET()), 403, "Missing Authentication Token");
        assertThat(lastFunction).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "DELETE", "PUT"})
    void any_method_reaches_the_function_of_the_path(String method) throws Exception {
        function = (event, context) -> ok("").withStatusCode(405);
        assertThat(send(request("/v1/ledgers/l").method(method, BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
        assertThat(last.getHttpMethod()).isEqualTo(method);
    }

    @Test
    void ten_megabytes_pass_and_a_byte_more_is_a_413() throws Exception {
        function = (event, context) -> ok(Integer.toString(event.getBody().length()));
        var most = "x".repeat(10 << 20);

        var taken = send(request("/v1/ledgers/l/batches").POST(BodyPublishers.ofString(most)));
        assertThat(text(taken)).isEqualTo(Integer.toString(most.length()));

        lastFunction = null;
        var refused = send(request("/v1/ledgers/l/batches").POST(BodyPublishers.ofString(most + "x")));
        assertGatewayAnswer(refused, 413, "Request Too Long");
        assertThat(lastFunction).isNull();
    }

    @Test
    void one_connection_serves_requests_and_answers_of_every_shape_one_after_another() throws Exception {
        function = (event, context) -> switch (event.getPath()) {
            case "/v1/none" -> ok(null).withStatusCode(204);
            case "/v1/same" -> ok("must not be sent").withStatusCode(304).withHeaders(Map.of("ETag", "\"7\""));
            case "/v1/fails" -> throw new IllegalStateException("on purpose");
            default -> ok("body of " + event.getHttpMethod());
        };
        try (var socket = new Socket("127.0.0.1", gateway.url().getPort())) {
            socket.setSoTimeout(5000);
            assertThat(exchange(socket, "POST", "/v1/ledgers", "x".repeat(100_000)))
                    .endsWith("body of POST");
            assertThat(exchange(socket, "HEAD", "/v1/ledgers", ""))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-length: 12")
                    .endsWith("\r\n\r\n");
            assertThat(exchange(socket, "GET", "/v1/same", ""))
                    .startsWith("HTTP/1.1 304")
                    .containsIgnoringCase("etag: \"7\"")
                    .endsWith("\r\n\r\n");
            assertThat(exchange(socket, "GET", "/v1/none", ""))
                    .startsWith("HTTP/1.1 204")
                    .endsWith("\r\n\r\n");
            assertThat(exchange(socket, "POST", "/not/served", "ignored body")).startsWith("HTTP/1.1 403");
            assertThat(exchange(socket, "POST", "/v1/fails", "read, but for nothing"))
                    .startsWith("HTTP/1.1 502");
            assertThat(exchange(socket, "GET", "/v1/ledgers", "")).endsWith("body of GET");
        }
    }

    @Test
    void a_port_in_use_is_named() {
        var port = gateway.url().getPort();
        assertThatThrownBy(() -> Gateway.bind(port))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("Port " + port)
                .hasMessageContaining("in use");
    }

    @Test
    void closing_lets_a_running_request_end() throws Exception {
        var begun = new CountDownLatch(1);
        function = (event, context) -> {
            begun.countDown();
            pause(Duration.ofMillis(200));
            return ok("in time");
        };
        var response = client.sendAsync(request("/v1/x").GET().build(), BodyHandlers.ofByteArray());
        begun.await();
        gateway.close();
        assertThat(text(response.join())).isEqualTo("in time");
    }

    @Test
    void closing_wakes_whoever_only_waits() throws Exception {
        gateway.close();
        start(Duration.ofMinutes(1));
        var begun = new CountDownLatch(1);
        function = (event, context) -> {
            begun.countDown();
            try {
                Thread.sleep(Duration.ofMinutes(10));
                return ok("slept enough");
            } catch (InterruptedException e) {
                return ok("woken");
            }
        };
        var response = client.sendAsync(request("/v1/x").GET().build(), BodyHandlers.ofByteArray());
        begun.await();
        gateway.close();
        assertThat(text(response.join())).isEqualTo("woken");
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static APIGatewayProxyResponseEvent ok(String body) {
        return new APIGatewayProxyResponseEvent().withStatusCode(200).withBody(body);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path)).timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static void assertGatewayAnswer(HttpResponse<byte[]> response, int status, String message) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(text(response)).isEqualTo("{\"message\": \"" + message + "\"}");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("x-amzn-RequestId")).isPresent();
    }

    /** Sends a request and reads exactly what its answer announces, so that any byte too many spoils the next one. */
    private static String exchange(Socket socket, String method, String path, String body) throws IOException {
        socket.getOutputStream()
                .write("%s %s HTTP/1.1\r\nHost: local\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(method, path, body.length(), body)
                        .getBytes(StandardCharsets.US_ASCII));
        var head = head(socket.getInputStream());
        var length = head.lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .map(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst();
        var bodyless = method.equals("HEAD") || head.startsWith("HTTP/1.1 204") || head.startsWith("HTTP/1.1 304");
        return bodyless || length.isEmpty()
                ? head
                : head + new String(socket.getInputStream().readNBytes(length.get()), StandardCharsets.UTF_8);
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                throw new IOException("closed after: " + head);
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }
}
