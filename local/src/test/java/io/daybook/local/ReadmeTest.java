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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the guides tell people to paste works when pasted, and comes to what they say. */
final class ReadmeTest {
    @TempDir
    private Path folder;

    private static final Path REPOSITORY = Path.of("..");
    private static final Path README = Path.of("../README.md");
    private static final Path SECURITY = Path.of("../SECURITY.md");
    private static final Path CLI = Path.of("../docs/cli.md");
    private static final Path EVENTS = Path.of("../docs/events.md");
    private static final Path MIGRATING = Path.of("../docs/migrating.md");
    private static final Path WEBHOOKS = Path.of("../docs/webhooks.md");

    /** A block with this ahead of it is run, or every one of a page that says so. */
    private static final Pattern MARKED =
            Pattern.compile("<!-- run by ReadmeTest -->\\n```sh\\n(.*?)```", Pattern.DOTALL);

    private static final String WHOLE_PAGE = "<!-- ReadmeTest runs every sh block of this page";

    /** Commands, and what is said to come of them, if it is said. */
    private static final Pattern SHOWN = Pattern.compile("```sh\\n(.*?)```(?:\\s*```json\\n(.*?)```)?", Pattern.DOTALL);

    private static final Pattern COMMANDS = Pattern.compile(
            "(?:^ *<!-- (?<says>[^\\n]*) -->\\n)?^ *```sh\\n(?<commands>.*?)^ *```$",
            Pattern.DOTALL | Pattern.MULTILINE);

    /** What runs these very lines; or what comes to the same by another way, which is said then. */
    private static final Pattern RUN_BY = Pattern.compile("run by ([\\w./-]+)(?:: .*)?|covered by ([\\w./-]+): .+");

    private static final Set<String> SCRIPTS =
            Set.of(".ci/run", "fuzz/run", "client/languages/run", "localstack/deploy", "release/reproduce");

    /** What the runbook, whose test looks at the others, begins a block with that is for nobody's own machine. */
    private static final List<String> NOT_HERE = List.of("# AWS only", "# to be filled in");

    private static final Pattern STATUS = Pattern.compile("HTTP/1.1 ([0-9]{3})");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    /** What the script of that name does, for the stack of the test. */
    private static final String DAYBOOK = """
            ./daybook() {
              case $1 in
                token) echo '%1$s' ;;
                completion) '%2$s' -cp '%3$s' io.daybook.local.cli.Daybook "$@" ;;
                *) '%2$s' -cp '%3$s' io.daybook.local.cli.Daybook "$@" --url '%4$s' --token '%1$s' ;;
              esac
            }
            """;

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

    @Test
    void the_heads_of_chains_are_signed_kept_and_held_against_them() throws Exception {
        var output = run(marked(README) + marked(SECURITY));

        assertThat(output)
                .contains("Signature Verified Successfully")
                .contains("kept heads")
                .contains("The books hold.");
    }

    @Test
    void the_stream_of_the_events_guide_tells_what_the_readme_has_done() throws Exception {
        assertThat(run(marked(README) + marked(EVENTS)))
                .contains("daybook.deposit.completed")
                .contains("daybook.withdrawal.completed");
    }

    @Test
    void the_endpoint_of_the_webhooks_guide_is_told() throws Exception {
        var receiver = Path.of("examples/WebhookReceiver.java");
        Files.createDirectory(folder.resolve(receiver.getParent()));
        Files.copy(REPOSITORY.resolve(receiver), folder.resolve(receiver));

        assertThat(run(marked(WEBHOOKS).replace("9000", Integer.toString(Ports.free()))))
                .contains("whsec_")
                .contains("daybook.webhook.test")
                .contains("listening on")
                .contains("\"status\":\"delivered\"");
    }

    @Test
    void the_shell_completes_what_the_command_line_guide_says_it_does() throws Exception {
        assertThat(run(marked(CLI) + "complete -p daybook\n")).contains("complete");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_block_of_commands_says_by_what_it_is_run_or_why_it_is_not(Path page) throws IOException {
        var text = Files.readString(page);
        if (text.contains(WHOLE_PAGE)) {
            return;
        }
        var runners = runners();
        assertThat(COMMANDS.matcher(text).results()).allSatisfy(block -> {
            var commands = block.group("commands").strip();
            if (NOT_HERE.stream().noneMatch(commands::startsWith)) {
                assertThat(block.group("says")).as(commands).isNotNull();
                var by = RUN_BY.matcher(block.group("says"));
                if (by.matches()) {
                    assertThat(runners).as(commands).contains(by.group(1) == null ? by.group(2) : by.group(1));
                } else {
                    assertThat(block.group("says")).as(commands).startsWith("not run: ");
                }
            }
        });
    }

    /** The tests by their names, and the scripts by their paths. */
    private static Set<String> runners() throws IOException {
        var runners = SCRIPTS.stream()
                .filter(script -> Files.isExecutable(REPOSITORY.resolve(script)))
                .collect(Collectors.toSet());
        try (var modules = Files.walk(REPOSITORY, 2)) {
            for (var tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (var files = Files.walk(tests)) {
                    files.map(file -> file.getFileName().toString().replace(".java", ""))
                            .forEach(runners::add);
                }
            }
        }
        return runners;
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
                            Stream.of(README, SECURITY, Path.of("../infra/terraform/README.md")),
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
        var blocks = MARKED.matcher(Files.readString(page)).results().toList();
        assertThat(blocks).as("%s has its calls", page).isNotEmpty();
        return blocks.stream().map(block -> block.group(1)).collect(Collectors.joining());
    }

    /** As somebody pastes it who has started Daybook. */
    private String run(String commands) throws Exception {
        Shell.mustHaveAllOf(commands);
        try (var stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), MicronautFunctions::create)) {
            var token = stack.tokens().mint("demo", "ledger:read ledger:write ledger:admin", Duration.ofMinutes(5));
            var script = DAYBOOK.formatted(
                            token,
                            Path.of(System.getProperty("java.home"), "bin", "java"),
                            System.getProperty("java.class.path"),
                            stack.url())
                    + commands.replace("http://127.0.0.1:8080", stack.url().toString());
            var output = folder.resolve("output");
            var process = new ProcessBuilder("bash", "-eu")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (var in = process.outputWriter(UTF_8)) {
                in.write(script);
            }
            var ended = process.waitFor(60, TimeUnit.SECONDS);
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            assertThat(ended).as(Files.readString(output)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
            return Files.readString(output);
        }
    }
}
