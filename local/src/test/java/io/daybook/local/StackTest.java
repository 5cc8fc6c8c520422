package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.local.cli.Daybook;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

class StackTest {

    @TempDir
    private Path data;

    /** The least that can be done with every server: intake queues the path, the processor stores it, status reads it. */
    private static final class SmallLedger implements Functions {

        private final FunctionSettings settings;
        private final List<String> calls;
        private final SqsClient sqs;

        SmallLedger(FunctionSettings settings, List<String> calls) {
            this.settings = settings;
            this.calls = calls;
            this.sqs = SqsClient.builder()
                    .endpointOverride(settings.awsEndpoint())
                    .region(Region.of(settings.awsRegion()))
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("x", "x")))
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build();
        }

        @Override
        public RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name) {
            return switch (name) {
                case "intake" ->
                    (event, context) -> {
                        sqs.sendMessage(
                                request -> request.queueUrl(settings.queueUrl().toString())
                                        .messageGroupId("ledger")
                                        .messageDeduplicationId(event.getPath())
                                        .messageBody(event.getPath()));
                        return new APIGatewayProxyResponseEvent().withStatusCode(202);
                    };
                case "status" ->
                    (event, context) -> new APIGatewayProxyResponseEvent()
                            .withStatusCode(200)
                            .withBody(Integer.toString(stored()));
                default -> (event, context) -> new APIGatewayProxyResponseEvent().withStatusCode(501);
            };
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> deadLetters() {
            return (event, context) -> null;
        }

        @Override
        public void relay() {
            calls.add("relay");
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> processor() {
            return (event, context) -> {
                try (var connection = connect();
                        var statement = connection.createStatement();
                        var redis = new Jedis(URI.create(settings.redisUri()))) {
                    for (var message : event.getRecords()) {
                        statement.execute("INSERT INTO entry VALUES ('" + message.getBody() + "')");
                        redis.set(message.getBody(), "done");
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                return null;
            };
        }

        @Override
        public void webhooks() {}

        @Override
        public void migrate() {
            calls.add("migrate");
            try (var connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS entry (path text PRIMARY KEY)");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            // Only while the servers still run.
            calls.add("close with " + stored());
            sqs.close();
        }

        private int stored() {
            try (var connection = connect();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM entry")) {
                rows.next();
                return rows.getInt(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private Connection connect() throws SQLException {
            return DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        }
    }

    @Test
    void what_is_sent_to_the_api_goes_through_the_whole_stack_and_outlives_it() throws Exception {
        var calls = new CopyOnWriteArrayList<String>();
        var options = new Stack.Options(Optional.of(data), 0, true);
        try (var stack = Stack.start(options, settings -> new SmallLedger(settings, calls))) {
            assertThat(calls).containsExactly("migrate");
            assertThat(send(stack, "POST", "/v1/ledgers/l/deposits")).isEqualTo("202 ");
            await().untilAsserted(
                            () -> assertThat(send(stack, "GET", "/v1/anything")).isEqualTo("200 1"));
            assertThat(stack.tokens().jwks()).startsWith(stack.data()).isRegularFile();
            assertThatThrownBy(() -> Stack.start(options, settings -> new SmallLedger(settings, calls)))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("in use");
        }
        assertThat(calls).containsExactly("migrate", "close with 1");
        try (var again = Stack.start(options, settings -> new SmallLedger(settings, calls))) {
            assertThat(send(again, "GET", "/v1/anything")).isEqualTo("200 1");
        }
    }

    @Test
    void a_port_in_use_is_known_before_any_server_starts_and_leaves_nothing_open() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var options = new Stack.Options(Optional.of(data), taken.getLocalPort(), true);
            assertThatThrownBy(() -> Stack.start(options, settings -> {
                        throw new AssertionError("not to be reached");
                    }))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort());
            assertThat(data.resolve("postgres")).doesNotExist();
        }
        DataFolder.open(data).close();
    }

    @Test
    void a_process_that_is_told_to_stop_while_it_starts_leaves_no_server_behind() throws Exception {
        var redis = data.resolve("redis/redis.pid");
        var postgres = data.resolve("postgres/data/postmaster.pid");
        try (var process = OtherProcess.run(Daybook.class, "up", "--port", "0", "--data", data.toString())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(redis));
            var handle = ProcessHandle.of(process.pid()).orElseThrow();
            handle.destroy();
            handle.onExit().get(1, TimeUnit.MINUTES);
        }
        assertThat(ServerProcess.of(redis, "redis-server")).isEmpty();
        assertThat(ServerProcess.of(postgres, "postgres")).isEmpty();
    }

    @Test
    void functions_that_do_not_start_leave_nothing_open_and_nothing_behind() {
        var started = new CopyOnWriteArrayList<FunctionSettings>();
        var options = new Stack.Options(Optional.empty(), 0, false);
        assertThatThrownBy(() -> Stack.start(options, settings -> {
                    started.add(settings);
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
        var settings = started.getFirst();
        assertThat(settings.jwksPath().getParent().getParent()).doesNotExist();
        assertThatThrownBy(() -> DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password())
                        .close())
                .isInstanceOf(SQLException.class);
    }

    private static String send(Stack stack, String method, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(
                    HttpRequest.newBuilder(URI.create(stack.url() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        }
    }
}
