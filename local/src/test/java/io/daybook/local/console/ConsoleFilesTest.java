package io.daybook.local.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import io.daybook.contract.Kind;
import io.daybook.local.path.Daybook;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the console, as the status function hands them to the gateway. */
class ConsoleFilesTest {
    private static final Context NO_CONTEXT = null;

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of());
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    private static APIGatewayProxyResponseEvent get(String path, Map<String, List<String>> headers) {
        var event = new APIGatewayProxyRequestEvent()
                .withHttpMethod("GET")
                .withPath(path)
                .withMultiValueHeaders(headers)
                .withRequestContext(new ProxyRequestContext());
        return daybook.functions().http("status").handleRequest(event, NO_CONTEXT);
    }

    private static APIGatewayProxyResponseEvent get(String path) {
        return get(path, Map.of());
    }

    private static String header(APIGatewayProxyResponseEvent answer, String name) {
        return answer.getMultiValueHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> header.getValue().getFirst())
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "/console,           text/html; charset=utf-8",
        "/console/base.css,  text/css; charset=utf-8",
        "/console/main.js,   text/javascript; charset=utf-8",
        "/console/mark.svg,  image/svg+xml",
    })
    void every_file_says_what_it_is_and_what_it_may_do(String path, String type) {
        var answer = get(path);
        assertThat(answer.getStatusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo(type);
        assertThat(answer.getIsBase64Encoded()).as("the gateway hands on text").isNotEqualTo(true);
        assertThat(header(answer, "Content-Security-Policy"))
                .startsWith("default-src 'self';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe", "http", "*", "data:");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
    }

    @Test
    void a_slash_behind_the_page_leads_to_it_wherever_it_is() {
        var answer = get("/console/");
        assertThat(answer.getStatusCode()).isEqualTo(308);
        assertThat(URI.create("https://example.com/stage/console/").resolve(header(answer, "Location")))
                .hasToString("https://example.com/stage/console");
    }

    @Test
    void the_page_names_no_other_host_and_has_nothing_inline() {
        assertThat(get("/console").getBody()).doesNotContain("http", "<style", "style=", "onclick", "<script>");
    }

    @Test
    void what_a_browser_has_is_not_sent_again() {
        var tag = header(get("/console/main.js"), "ETag");
        assertThat(get("/console/main.js", Map.of("If-None-Match", List.of(tag)))
                        .getStatusCode())
                .isEqualTo(304);
        assertThat(get("/console/main.js", Map.of("If-None-Match", List.of("\"0\"")))
                        .getStatusCode())
                .isEqualTo(200);
    }

    @Test
    void it_knows_every_kind_of_operation() {
        var kinds = Arrays.stream(Kind.values()).map("'%s'"::formatted).collect(Collectors.joining(", ", "[", "]"));
        assertThat(get("/console/words.js").getBody()).contains("export const KINDS = " + kinds + ";");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/no-such.js",
                "/console/index.html",
                "/console/..%2fopenapi.yaml",
                "/console/..%2fapplication.properties",
                "/console/%2e%2e%2flogback.xml",
                "/console/main.js%00",
                "/console/Main.js",
                "/console/main.class",
            })
    void nothing_else_is_there(String path) {
        assertThat(get(path).getStatusCode()).isEqualTo(404);
    }
}
