package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.daybook.client.Backoff;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientTest {
    private static final Backoff QUICK =
            new Backoff(4, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofSeconds(1));

    private record Reply(int status, String body) {}

    private final Deque<Reply> replies = new ArrayDeque<>();
    private final List<String> paths = Collections.synchronizedList(new ArrayList<>());
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            paths.add(exchange.getRequestURI().getPath());
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
            exchange.getRequestBody().readAllBytes();
            var reply = replies.size() > 1 ? replies.poll() : replies.peek();
            var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        client = new Client(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "token", QUICK);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    @Test
    void an_address_may_end_in_a_path_as_a_gateways_stage_does() {
        reply(202, "{\"operation_id\":\"o\",\"status\":\"pending\"}");
        var root = "http://127.0.0.1:" + server.getAddress().getPort();

        for (var stage : List.of("/live", "/live/")) {
            client = new Client(URI.create(root + stage), "token", QUICK);
            submit();
        }

        assertThat(paths).hasSize(2).allMatch(path -> path.startsWith("/live/v1/ledgers/"));
    }

    @Test
    void an_operation_is_sent_to_the_collection_of_its_kind() {
        reply(202, "{\"operation_id\":\"o\",\"status\":\"pending\"}");

        client.submit("l", "action_item", Json.object(), Optional.of("k"));

        assertThat(paths).containsExactly("/v1/ledgers/l/action-items");
    }

    @Test
    void patience_ends_and_the_last_problem_is_the_answer() {
        reply(503, "{\"code\":\"unavailable\",\"detail\":\"the queue does not answer\"}");

        var refused = (Submission.Refused) submit();

        assertThat(refused.problem()).hasToString("503 unavailable: the queue does not answer");
        assertThat(keys).hasSize(4);
    }

    @Test
    void a_refusal_is_not_retried_and_names_each_fault() {
        reply(422, """
                {"code":"validation_failed","detail":"not valid","errors":[{"pointer":"/amount","detail":"is required"}]}
                """);

        var refused = (Submission.Refused) submit();

        assertThat(refused.problem()).hasToString("422 validation_failed: not valid (/amount is required)");
        assertThat(keys).hasSize(1);
    }

    @Test
    void a_refusal_that_names_an_operation_is_the_outcome_of_an_accepted_one() {
        reply(422, "{\"code\":\"insufficient_funds\",\"operation_id\":\"o\"}");

        var accepted = (Submission.Accepted) submit();

        assertThat(accepted.operationId()).isEqualTo("o");
        assertThat(accepted.outcome().orElseThrow().code()).isEqualTo("insufficient_funds");
    }

    @Test
    void an_answer_with_the_outcome_needs_no_waiting() {
        reply(200, "{\"operation_id\":\"o\",\"status\":\"succeeded\",\"done\":true}");
        assertThat(((Submission.Accepted) submit()).outcome().orElseThrow().succeeded())
                .isTrue();
    }

    @Test
    void a_refused_batch_says_what_is_wrong_with_which_item() {
        reply(422, """
                {"code":"validation_failed","errors":[
                  {"pointer":"/operations/1/amount","detail":"is required"},
                  {"pointer":"/operations/1/colour","detail":"unknown field"},
                  {"pointer":"/operations/12","detail":"must be an object"}]}
                """);

        var refused = (Client.BatchSubmission.Refused) client.submitBatch("l", List.of(Json.object()), "k");

        assertThat(refused.problem().reasonsByItem())
                .containsEntry(1, "validation_failed: /amount is required; /colour unknown field")
                .containsEntry(12, "validation_failed: must be an object")
                .hasSize(2);
    }

    @Test
    void nothing_that_listens_is_said_so() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (var nobody = new Client(URI.create("http://127.0.0.1:" + free), "token", QUICK)) {
            assertThatThrownBy(() -> nobody.operation("o"))
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("nothing listens there");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void what_may_do_at_another_time_is_no_refusal(int status) {
        reply(status, "{\"code\":\"unavailable\",\"detail\":\"the database does not answer\"}");

        for (var request : List.<ThrowingCallable>of(
                () -> client.openLedger(Json.object()),
                () -> client.openAccount("l", Json.object()),
                () -> client.operation("o"),
                () -> client.audit("l", Optional.empty()),
                () -> client.ledgers())) {
            assertThatThrownBy(request)
                    .isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("the database does not answer");
        }
    }

    @Test
    void what_the_api_will_not_have_is_a_refusal() {
        reply(409, "{\"code\":\"account_exists\"}");

        assertThatThrownBy(() -> client.openAccount("l", Json.object())).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> client.audit("l", Optional.empty())).isInstanceOf(RefusedException.class);
    }

    private void reply(int status, String body) {
        replies.add(new Reply(status, body));
    }

    private Submission submit() {
        return client.submit("l", "deposit", Json.object(), Optional.of("k"));
    }
}
