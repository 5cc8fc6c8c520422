package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.sun.net.httpserver.HttpServer;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The issuer's public keys, in both ways that a deployment gives them. */
final class IssuerKeysTest {
    private static final String STATIC = "micronaut.security.token.jwt.signatures.jwks-static.issuer.path";
    private static final String URL = "micronaut.security.token.jwt.signatures.jwks.issuer.url";

    private final Tokens issuer;
    private final Tokens somebody;

    IssuerKeysTest(@TempDir Path issuer, @TempDir Path somebody) {
        this.issuer = Tokens.in(issuer);
        this.somebody = Tokens.in(somebody);
    }

    @Test
    void a_token_is_accepted_by_keys_that_the_deployment_holds() throws IOException {
        var keys = Base64.getEncoder().encodeToString(Files.readAllBytes(issuer.jwks()));
        System.setProperty(STATIC, "base64:" + keys); // as JAVA_TOOL_OPTIONS do
        try (var intake = LambdaContexts.intake(Map.of())) {
            assertThat(isAccepted(intake, issuer)).isTrue();
            assertThat(isAccepted(intake, somebody)).isFalse();
        } finally {
            System.clearProperty(STATIC);
        }
    }

    @Test
    void a_token_is_accepted_by_keys_at_the_issuers_url() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Content-Type", "application/jwk-set+json");
                exchange.sendResponseHeaders(200, Files.size(issuer.jwks()));
                Files.copy(issuer.jwks(), exchange.getResponseBody());
            }
        });
        server.start();
        var url = "http://localhost:%d/keys".formatted(server.getAddress().getPort());
        try (var intake = LambdaContexts.intake(Map.of(URL, url))) {
            assertThat(isAccepted(intake, issuer)).isTrue();
            assertThat(isAccepted(intake, somebody)).isFalse();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void without_the_issuers_keys_no_token_is_accepted() {
        try (var intake = LambdaContexts.intake(Map.of(URL, "http://localhost:1/keys"))) {
            assertThat(isAccepted(intake, issuer)).isFalse();
        }
    }

    /** Whether it is let through to where it is found that there is no such kind of operation. */
    private static boolean isAccepted(ApplicationContext intake, Tokens tokens) {
        var token = tokens.mint("demo", "ledger:write", Duration.ofMinutes(5));
        var answer = new ApiGatewayProxyRequestEventFunction(intake)
                .handleRequest(
                        new APIGatewayProxyRequestEvent()
                                .withHttpMethod("POST")
                                .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext())
                                .withPath("/v1/ledgers/a-ledger/nothings")
                                .withHeaders(
                                        Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"))
                                .withBody("{}"),
                        Invocation.of("intake", Duration.ofSeconds(29)));
        assertThat(answer.getStatusCode()).isIn(404, 401);
        return answer.getStatusCode() == 404;
    }
}
