package io.daybook.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the guides tell people to paste works when pasted, and comes to what they say. */
final class ReadmeTest {
    private static final Path README = Path.of("../README.md");
    private static final Path MIGRATING = Path.of("../docs/migrating.md");

    /** A block with this ahead of it is run, or every one of a page that says so. */
    private static final Pattern MARKED =
            Pattern.compile("<!-- run by ReadmeTest -->\\n```sh\\n(.*?)```", Pattern.DOTALL);

    private static final String WHOLE_PAGE = "<!-- ReadmeTest runs every sh block of this page";

    /** Commands, and what is said to come of them, if it is said. */
    private static final Pattern SHOWN = Pattern.compile("```sh\\n(.*?)```(?:\\s*```json\\n(.*?)```)?", Pattern.DOTALL);

    private static final Pattern STATUS = Pattern.compile("HTTP/1.1 ([0-9]{3})");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final String NEXT_BLOCK = "=== the next block ===";

    /** @param answers the parts of its output that are the same each time, without blanks; empty if none are shown */
    private record Block(String commands, List<String> answers) {

        /** Shown with {@code …} for what is different each time. */
        static Block of(MatchResult found) {
            var answers = Optional.ofNullable(found.group(2)).stream()
                    .flatMap(shown -> Stream.of(shown.split("[…\\n]")))
                    .map(Block::withoutBlanks)
                    .filter(part -> !part.isEmpty())
                    .toList();
            return new Block(found.group(1), answers);
        }

        static String withoutBlanks(String text) {
            return text.replaceAll("\\s", "");
        }
    }

    @Test
    void the_calls_of_the_readme_send_money() throws Exception {
        var output = run(marked(README));

        assertThat(output)
                .contains("\"ledger_id\":\"shop\"")
                .contains("\"status\":\"pending\"")
                .contains("\"balance_after\":\"237.66\"")
                .contains("\"balance\":\"237.66\"")
                .doesNotContain("urn:daybook:problem");
    }

    @Test
    void the_calls_of_the_migration_guide_send_the_same_money_by_both_sides() throws Exception {
        var output = run(marked(MIGRATING));

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

    @ParameterizedTest
    @MethodSource("guides")
    void every_block_of_a_guide_comes_to_what_stands_behind_it(Path guide) throws Exception {
        var blocks =
                SHOWN.matcher(Files.readString(guide)).results().map(Block::of).toList();
        assertThat(blocks).anySatisfy(block -> assertThat(block.answers()).isNotEmpty());

        var outputs = run(blocks.stream()
                        .map(Block::commands)
                        .collect(Collectors.joining("echo '%s'\n".formatted(NEXT_BLOCK))))
                .split(NEXT_BLOCK, -1);

        assertThat(outputs).hasSameSizeAs(blocks);
        assertThat(IntStream.range(0, outputs.length).boxed()).allSatisfy(i -> {
            var block = blocks.get(i);
            assertThat(Block.withoutBlanks(outputs[i]))
                    .as(block.commands())
                    .satisfies(output -> inOrder(output, block.answers()));
        });
    }

    private static void inOrder(String output, List<String> parts) {
        var from = 0;
        for (var part : parts) {
            var at = output.indexOf(part, from);
            assertThat(at)
                    .as("%s, behind what was found before, in %s", part, output)
                    .isNotNegative();
            from = at + part.length();
        }
    }

    static List<Path> guides() throws IOException {
        var guides = new ArrayList<Path>();
        for (var page : pages()) {
            if (Files.readString(page).contains(WHOLE_PAGE)) {
                guides.add(page);
            }
        }
        return guides;
    }

    static List<Path> pages() throws IOException {
        try (var docs = Files.walk(Path.of("../docs"))) {
            return Stream.concat(
                            Stream.of(README, Path.of("../SECURITY.md")),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void the_links_lead_somewhere(Path page) throws IOException {
        var links = LINK.matcher(Files.readString(page)).results().map(link -> link.group(1));

        assertThat(links)
                .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void the_links_lead_to_headings_that_are_there(Path page) throws IOException {
        var links = Pattern.compile("]\\(([^)#:]*)#([^)]+)\\)")
                .matcher(Files.readString(page))
                .results();

        assertThat(links).allSatisfy(link -> {
            var target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
            if (target.toString().endsWith(".md")) {
                assertThat(headings(target)).as("%s of %s", link.group(), page).contains(link.group(2));
            }
        });
    }

    /** As GitHub names them. */
    private static List<String> headings(Path page) throws IOException {
        return Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
                .matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String marked(Path page) throws IOException {
        var block = MARKED.matcher(Files.readString(page));
        assertThat(block.find()).as("%s has its calls", page).isTrue();
        return block.group(1);
    }

    /** As somebody pastes it who has started Daybook. */
    private static String run(String commands) throws Exception {
        try (var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create)) {
            var token = stack.tokens().mint("demo", "ledger:read ledger:write ledger:admin", Duration.ofMinutes(5));
            var script = commands.replace("http://127.0.0.1:8080", stack.url().toString())
                    .replace("$(./daybook token)", token);
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
}
