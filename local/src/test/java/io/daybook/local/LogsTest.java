package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.read.ListAppender;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The logs as the functions write them on Lambda, by the file that is in their zips. */
final class LogsTest {
    private static final String CONFIGURATION = "../functions/logback.xml";

    private final LoggerContext logging = new LoggerContext();

    LogsTest() {
        logging.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void stop() {
        logging.stop();
        MDC.clear();
    }

    @Test
    void a_line_is_one_object_with_all_that_is_known() throws JoranException, IOException {
        var mdc = logging.getMDCAdapter();
        mdc.put("AWSRequestId", "request-1");
        mdc.put("AWS-XRAY-TRACE-ID", "1-5759e988-bd862e3fe1be46a994272793");
        mdc.put("AWSFunctionArn", "not wanted");
        mdc.put("ledger_id", "main");
        mdc.put("operation_id", "0198");
        var lines = lines(Map.of(), log -> {
            log.info("Says \"{}\"\nand goes on", "hello");
            log.error("It failed", new IllegalStateException("because", new IOException("of this")));
        });
        assertThat(lines).hasSize(2);
        assertThat(Instant.parse(lines.getFirst().path("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
        assertThat(lines.getFirst().path("level").asText()).isEqualTo("INFO");
        assertThat(lines.getFirst().path("logger").asText()).isEqualTo("io.daybook.accept.Intake");
        assertThat(lines.getFirst().path("message").asText()).isEqualTo("Says \"hello\"\nand goes on");
        assertThat(lines.getFirst().path("aws_request_id").asText()).isEqualTo("request-1");
        assertThat(lines.getFirst().path("xray_trace_id").asText()).isEqualTo("1-5759e988-bd862e3fe1be46a994272793");
        assertThat(lines.getFirst().path("ledger_id").asText()).isEqualTo("main");
        assertThat(lines.getFirst().path("operation_id").asText()).isEqualTo("0198");
        assertThat(lines.getFirst().size()).as(lines.getFirst().toString()).isEqualTo(8);
        assertThat(lines.getLast().path("exception").asText())
                .contains("IllegalStateException: because", "LogsTest", "Caused by: java.io.IOException: of this");
    }

    @Test
    void the_level_is_the_functions_own_or_the_one_that_is_set_for_all() throws JoranException, IOException {
        assertThat(lines(Map.of(), LogsTest::allLevels)).hasSize(3);
        assertThat(lines(Map.of("AWS_LAMBDA_LOG_LEVEL", "WARN"), LogsTest::allLevels))
                .hasSize(2);
        assertThat(lines(Map.of("AWS_LAMBDA_LOG_LEVEL", "WARN", "DAYBOOK_LOG_LEVEL", "DEBUG"), LogsTest::allLevels))
                .hasSize(4);
    }

    @Test
    void no_line_of_a_request_has_the_token_in_it(@TempDir Path folder) throws JoranException, IOException {
        var tokens = Tokens.in(folder);
        var token = tokens.mint("demo", "ledger:write", Duration.ofMinutes(5));
        var events = new ListAppender<ILoggingEvent>();
        var root = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        var level = root.getLevel();
        root.setLevel(ch.qos.logback.classic.Level.DEBUG);
        events.start();
        root.addAppender(events);
        try (var intake = LambdaContexts.intake(Map.of(
                "daybook.redis.uri",
                "redis://localhost:1",
                "daybook.queue.url",
                "http://localhost:1/queue",
                "daybook.queue.endpoint",
                "http://localhost:1",
                "micronaut.security.token.jwt.signatures.jwks-static.issuer.path",
                "file:" + tokens.jwks()))) {
            var answer = new ApiGatewayProxyRequestEventFunction(intake)
                    .handleRequest(
                            new APIGatewayProxyRequestEvent()
                                    .withHttpMethod("POST")
                                    .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext())
                                    .withPath("/v1/ledgers/main/deposits")
                                    .withHeaders(Map.of(
                                            "Authorization",
                                            "Bearer " + token,
                                            "Content-Type",
                                            "application/json",
                                            "Idempotency-Key",
                                            "key"))
                                    .withBody("{\"account_id\": \"a\", \"amount\": \"1.00\", \"currency\": \"EUR\"}"),
                            Invocation.of("intake", Duration.ofSeconds(29)));
            assertThat(answer.getStatusCode()).isEqualTo(503);
        } finally {
            root.detachAppender(events);
            root.setLevel(level);
        }
        configure(Map.of("DAYBOOK_LOG_LEVEL", "DEBUG"));
        var encoder = ((ConsoleAppender<ILoggingEvent>)
                        logging.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDOUT"))
                .getEncoder();
        var requestIds = new ArrayList<String>();
        var written = events.list.stream()
                .filter(event -> logging.getLogger(event.getLoggerName()).isEnabledFor(event.getLevel()))
                .toList();
        for (var event : written) {
            var line = new String(encoder.encode(event), StandardCharsets.UTF_8);
            assertThat(line).doesNotContain(token.substring(token.lastIndexOf('.')));
            requestIds.add(
                    new ObjectMapper().readTree(line).path("aws_request_id").asText());
        }
        assertThat(requestIds)
                .as("lines of the invocation")
                .anySatisfy(id -> assertThat(id).hasSize(36));
    }

    private static void allLevels(Logger log) {
        log.debug("debug");
        log.info("info");
        log.warn("warn");
        log.error("error");
    }

    private List<JsonNode> lines(Map<String, String> environment, Consumer<Logger> work)
            throws JoranException, IOException {
        var stdout = System.out;
        var captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            configure(environment);
            work.accept(logging.getLogger("io.daybook.accept.Intake"));
        } finally {
            System.setOut(stdout);
        }
        var lines = new ArrayList<JsonNode>();
        for (var line : captured.toString(StandardCharsets.UTF_8).split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private void configure(Map<String, String> environment) throws JoranException {
        logging.reset();
        environment.forEach(logging::putProperty);
        var configurator = new JoranConfigurator();
        configurator.setContext(logging);
        configurator.doConfigure(CONFIGURATION);
    }
}
