package io.daybook.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README and the guides tell people to paste works when pasted. */
final class ReadmeTest {
    private static final Path README = Path.of("../README.md");
    private static final Path MIGRATING = Path.of("../docs/migrating.md");
    private static final Pattern BLOCK =
            Pattern.compile("<!-- run by ReadmeTest -->\\n```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern STATUS = Pattern.compile("HTTP/1.1 ([0-9]{3})");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

    @Test
    void the_calls_of_the_readme_send_money() throws Exception {
        try (var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create)) {
            var token = stack.tokens().mint("demo", "ledger:read ledger:write", Duration.ofMinutes(5));
            var script = block(README)
                    .replace("http://127.0.0.1:8080", stack.url().toString())
                    .replace("$(./daybook token)", token);

            var output = run(script);

            assertThat(output)
                    .contains("\"ledger_id\":\"shop\"")
                    .contains("\"status\":\"pending\"")
                    .contains("\"balance_after\":\"237.66\"")
                    .contains("\"balance\":\"237.66\"")
                    .doesNotContain("urn:daybook:problem");
        }
    }

    @Test
    void the_calls_of_the_migration_guide_send_the_same_money_by_both_sides() throws Exception {
        try (var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create)) {
            var token = stack.tokens().mint("demo", "ledger:read ledger:write", Duration.ofMinutes(5));
            var script = block(MIGRATING)
                    .replace("http://127.0.0.1:8080", stack.url().toString())
                    .replace("$(./daybook token)", token);

            var output = run(script);

            assertThat(STATUS.matcher(output).results().map(status -> status.group(1)))
                    .containsExactly("200", "202", "200", "200", "200");
            assertThat(output)
                    .containsIgnoringCase("Deprecation: @")
                    .containsIgnoringCase("Sunset: ")
                    .contains("</v1/ledgers/bank/deposits>; rel=\"successor-version\"")
                    .containsIgnoringCase("Idempotent-Replayed: true")
                    .contains("\"balance\":\"150.00\"")
                    .doesNotContain("urn:daybook:problem");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../README.md", "../docs/migrating.md", "../docs/runbook.md"})
    void the_links_lead_somewhere(Path document) throws IOException {
        var links = LINK.matcher(Files.readString(document)).results().map(link -> link.group(1));

        assertThat(links)
                .isNotEmpty()
                .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
    }

    private static String block(Path document) throws IOException {
        var block = BLOCK.matcher(Files.readString(document));
        assertThat(block.find()).as("%s has its calls", document).isTrue();
        return block.group(1);
    }

    private static String run(String script) throws Exception {
        var process =
                new ProcessBuilder("bash", "-eu").redirectErrorStream(true).start();
        try (var in = process.outputWriter(UTF_8)) {
            in.write(script);
        }
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
