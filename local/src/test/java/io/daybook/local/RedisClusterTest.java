package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/** The functions on a Redis in cluster mode, as ElastiCache Serverless is: it refuses scripts whose keys lie apart. */
final class RedisClusterTest {
    private static final int SLOTS = 16_384;
    private static final Duration FUNCTION_TIMEOUT = Duration.ofSeconds(30);

    private static RedisServer cluster;
    private static Postgres postgres;
    private static Queue queue;
    private static Functions functions;
    private static EventSource eventSource;
    private static String token;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        var port = portForCluster();
        cluster = startCluster(port);
        postgres = Postgres.start(folder.resolve("postgres"));
        queue = Queue.start(Queue.Settings.inMemory());
        var tokens = Tokens.in(folder);
        token = tokens.mint("acme", "ledger:read ledger:write", Duration.ofMinutes(10));
        functions = MicronautFunctions.create(new FunctionSettings(
                postgres.jdbcUrl(),
                postgres.user(),
                postgres.password(),
                "redis://127.0.0.1:" + port,
                true,
                queue.url(),
                queue.endpoint(),
                Queue.REGION,
                tokens.jwks(),
                Tokens.ISSUER,
                Tokens.AUDIENCE));
        functions.migrate();
        eventSource = EventSource.start(queue, functions.processor(), EventSource.Settings.DEFAULT);
    }

    @AfterAll
    static void stop() throws IOException {
        eventSource.close();
        functions.close();
        queue.close();
        postgres.close();
        cluster.stop();
    }

    @Test
    void keys_are_claimed_outcomes_awaited_and_statuses_read() {
        openLedgerWithAccount("shop");

        var accepted = call("intake", "POST", "/v1/ledgers/shop/deposits", "k1", deposit("10.00"));
        var replayed = call("intake", "POST", "/v1/ledgers/shop/deposits", "k1", deposit("10.00"));
        var awaited = call("intake", "POST", "/v1/ledgers/shop/withdrawals", "k2", deposit("4.00"));
        var unknown = call(
                "intake",
                "POST",
                "/v1/ledgers/shop/deposits",
                "k3",
                deposit("1.00").replace("till", "nobody"));

        assertThat(accepted.getStatusCode()).isEqualTo(202);
        assertThat(replayed.getMultiValueHeaders().get("Idempotent-Replayed")).containsExactly("true");
        assertThat(awaited.getStatusCode()).as(awaited.getBody()).isEqualTo(200);
        assertThat(awaited.getBody()).contains("\"balance_after\":\"6.00\"");
        assertThat(unknown.getBody()).contains("account_not_found").doesNotContain("operation_id");
    }

    @Test
    void a_batch_of_a_thousand_is_claimed_in_one_script() {
        openLedgerWithAccount("mill");
        var items = IntStream.range(0, 1_000)
                .mapToObj(i -> deposit("1.00").replace("{", "{\"kind\": \"deposit\", "))
                .collect(Collectors.joining(", ", "{\"operations\": [", "]}"));

        var accepted = call("intake", "POST", "/v1/ledgers/mill/batches", "all", items);

        assertThat(accepted.getStatusCode()).as(accepted.getBody()).isEqualTo(202);
        Awaitility.await()
                .untilAsserted(() -> assertThat(call("status", "GET", "/v1/ledgers/mill/accounts/till", null, null)
                                .getBody())
                        .contains("\"balance\":\"1000.00\""));
    }

    private static void openLedgerWithAccount(String ledgerId) {
        call("sync", "POST", "/v1/ledgers", null, "{\"ledger_id\": \"%s\", \"name\": \"x\"}".formatted(ledgerId));
        var opened = call(
                "sync",
                "POST",
                "/v1/ledgers/%s/accounts".formatted(ledgerId),
                null,
                "{\"account_id\": \"till\", \"currency\": \"EUR\", \"type\": \"asset\"}");
        assertThat(opened.getStatusCode()).isEqualTo(201);
    }

    private static String deposit(String amount) {
        return "{\"account_id\": \"till\", \"amount\": \"%s\", \"currency\": \"EUR\"}".formatted(amount);
    }

    private static APIGatewayProxyResponseEvent call(
            String function, String method, String path, String key, String body) {
        var headers = new HashMap<>(
                Map.of("Authorization", List.of("Bearer " + token), "Content-Type", List.of("application/json")));
        if (key != null) {
            headers.put("Idempotency-Key", List.of(key));
        }
        var event = new APIGatewayProxyRequestEvent()
                .withHttpMethod(method)
                .withPath(path)
                .withMultiValueHeaders(headers)
                .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext())
                .withBody(body);
        return functions.http(function).handleRequest(event, Invocation.of(function, FUNCTION_TIMEOUT));
    }

    /** The cluster's own traffic uses a port 10,000 above. */
    private static int portForCluster() {
        return IntStream.generate(Ports::free)
                .filter(port -> port + 10_000 <= 65_535)
                .findFirst()
                .orElseThrow();
    }

    private static RedisServer startCluster(int port) throws IOException {
        var server = RedisServer.newRedisServer()
                .port(port)
                .setting("cluster-enabled yes")
                .setting("cluster-config-file nodes-%d.conf".formatted(port))
                .setting("save \"\"")
                .build();
        server.start();
        var client = RedisClient.create("redis://127.0.0.1:" + port);
        try (var connection = client.connect()) {
            connection.sync().clusterAddSlots(IntStream.range(0, SLOTS).toArray());
            Awaitility.await().until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
        } finally {
            client.shutdown();
        }
        return server;
    }
}
