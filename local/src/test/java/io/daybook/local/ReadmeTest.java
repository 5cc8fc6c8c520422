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

/** What the README tells people to paste works when pasted. */
final class ReadmeTest {
    private static final Path README = Path.of("../README.md");
    private static final Pattern BLOCK =
            Pattern.compile("<!-- run by ReadmeTest -->\\n```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

    @Test
    void the_calls_of_the_readme_send_money() throws Exception {
        try (var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create)) {
            var token = stack.tokens().mint("demo", "ledger:read ledger:write", Duration.ofMinutes(5));
            var script = block().replace("http://127.0.0.1:8080", stack.url().toString())
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
    void the_links_of_the_readme_lead_somewhere() throws IOException {
        var links = LINK.matcher(Files.readString(README)).results().map(link -> link.group(1));

        assertThat(links)
                .isNotEmpty()
                .allSatisfy(link -> assertThat(README.resolveSibling(link)).exists());
    }

    private static String block() throws IOException {
        var block = BLOCK.matcher(Files.readString(README));
        assertThat(block.find()).as("the README has its calls").isTrue();
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
