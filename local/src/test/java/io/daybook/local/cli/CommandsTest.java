package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandsTest {
    private static final String ESCAPE = "\u001b[";
    private static final Path EXAMPLES = Path.of("..", "examples");

    @TempDir
    private Path folder;

    private final FakeDaybook daybook = new FakeDaybook();
    private final Console console = new Console();

    @AfterEach
    void stop() {
        daybook.close();
    }

    @Test
    void the_version_is_that_of_the_build_and_of_the_described_api() throws IOException {
        var build = Files.readString(Path.of("..", "pom.xml")).replaceFirst("(?s).*?<version>(.*?)</version>.*", "$1");
        var api = Files.readString(Path.of("..", "docs", "openapi.yaml"))
                .replaceFirst("(?s)^openapi:.*?\\n  version: (\\S+)\\n.*", "$1");

        assertThat(Daybook.run(console.terminal, "--version")).isZero();

        assertThat(console.out()).startsWith("daybook %s, Java ".formatted(build));
        assertThat(build).isIn(api, api + "-SNAPSHOT");
    }

    @Test
    void a_month_comes_to_what_its_lines_say() throws IOException {
        var lines = new ArrayList<Line>();
        new LineFile(EXAMPLES.resolve(Demo.LINES_FILE), Optional.empty()).read(lines::add);
        var expected = Json.parse(Files.readString(EXAMPLES.resolve(Demo.EXPECTED_FILE)));

        try (var client = new Client(daybook.url(), "good")) {
            var summary = new Demo(console.terminal).rehearse(client, lines, expected);
            summary.print();
            assertThat(summary.report().surprises()).isEmpty();
            assertThat(summary.good()).as(console.out()).isTrue();
        }
        assertThat(console.out()).contains("The books hold.").doesNotContain("✗");
        assertThat(console.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void a_month_that_comes_to_something_else_is_told() throws IOException {
        var lines = new ArrayList<Line>();
        var file = write("a.jsonl", """
                {"open":"ledger","ledger_id":"l"}
                {"open":"account","ledger_id":"l","account_id":"a","currency":"EUR","minimum_balance":"0.00"}
                {"ledger_id":"l","kind":"withdrawal","idempotency_key":"1","account_id":"a","amount":"1.00","currency":"EUR"}
                """);
        new LineFile(file, Optional.empty()).read(lines::add);
        var expected = Json.parse("{\"l\":{\"a\":{\"currency\":\"EUR\",\"balance\":\"-1.00\"}}}");

        try (var client = new Client(daybook.url(), "good")) {
            var summary = new Demo(console.terminal).rehearse(client, lines, expected);
            summary.print();
            assertThat(summary.good()).isFalse();
        }
        assertThat(console.out())
                .contains("line 3: expected succeeded, got 422 insufficient_funds")
                .contains("a must have -1.00 and has 0.00")
                .contains("Something is wrong:");
    }

    @Test
    void an_import_sends_a_file_in_batches_and_in_order() throws IOException {
        var file = write("a.jsonl", OPEN + deposits(1, 25));

        assertThat(importing(file, "--batch", "10")).as(console.err()).isZero();

        assertThat(daybook.batches)
                .extracting(batch -> batch.path("operations").size())
                .containsExactly(10, 10, 5);
        assertThat(daybook.operations())
                .extracting(operation -> operation.at("/request/amount").asText())
                .startsWith("1.00", "2.00", "3.00");
        assertThat(console.out()).contains("25 succeeded, 0 failed, 0 lines not accepted");
    }

    @Test
    void importing_the_same_file_again_doubles_nothing() throws IOException {
        var file = write("a.jsonl", OPEN + deposits(1, 25));

        assertThat(importing(file)).isZero();
        assertThat(importing(file, "--batch", "7")).isZero();

        assertThat(daybook.operations()).hasSize(25);
        assertThat(daybook.books().balance("l", "a")).isEqualByComparingTo("325.00");
        assertThat(console.out()).contains("25 of them sent before");
    }

    @Test
    void bad_and_refused_and_failed_lines_are_named_and_the_rest_is_done() throws IOException {
        var file = write("a.jsonl", OPEN + """
                        {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"5.00","currency":"EUR"}
                        this is not JSON
                        {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"-5.00","currency":"EUR"}
                        {"ledger_id":"l","kind":"withdrawal","account_id":"a","amount":"7.00","currency":"EUR"}
                        {"ledger_id":"l","kind":"deposit","account_id":"nobody","amount":"5.00","currency":"EUR"}
                        {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"5.00","currency":"EUR","colour":"red"}
                        {"ledger_id":"none","kind":"deposit","account_id":"a","amount":"5.00","currency":"EUR"}
                        {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"1.00","currency":"EUR"}
                        """);

        assertThat(importing(file)).isEqualTo(1);

        assertThat(console.err())
                .contains("line 4: not JSON")
                .contains("line 5: validation_failed: /amount is wrong")
                .contains("line 6: failed: 422 insufficient_funds")
                .contains("line 7: 404 account_not_found")
                .contains("line 8: validation_failed: /colour is wrong")
                .contains("line 9: 404 ledger_not_found")
                .doesNotContain("line 3:")
                .doesNotContain("line 10:");
        assertThat(daybook.books().balance("l", "a")).isEqualByComparingTo("6.00");
        assertThat(console.out()).contains("2 succeeded, 1 failed, 5 lines not accepted");
    }

    @Test
    void an_import_that_stops_on_error_sends_nothing_behind_it() throws IOException {
        var file = write("a.jsonl", OPEN + deposits(1, 3) + "oops\n" + deposits(4, 5));

        assertThat(importing(file, "--stop-on-error")).isEqualTo(1);

        assertThat(daybook.books().balance("l", "a")).isEqualByComparingTo("6.00");
    }

    @Test
    void an_import_that_stops_on_a_refused_line_sends_what_is_before_it() throws IOException {
        var refused =
                "{\"ledger_id\":\"l\",\"kind\":\"deposit\",\"account_id\":\"a\",\"amount\":5,\"currency\":\"EUR\"}\n";
        var file = write("a.jsonl", OPEN + deposits(1, 3) + refused + deposits(4, 5));

        assertThat(importing(file, "--stop-on-error")).isEqualTo(1);

        assertThat(daybook.books().balance("l", "a")).isEqualByComparingTo("6.00");
    }

    @Test
    void an_import_that_stops_on_error_sends_nothing_of_what_waits_behind_it() throws IOException {
        importing(write("open.jsonl", OPEN + """
                        {"open":"ledger","ledger_id":"m"}
                        {"open":"account","ledger_id":"m","account_id":"b","currency":"EUR"}
                        """));
        var file = write("a.jsonl", """
                {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"1.00","currency":"EUR"}
                {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"-1.00","currency":"EUR"}
                {"ledger_id":"m","kind":"deposit","account_id":"b","amount":"2.00","currency":"EUR"}
                {"open":"account","ledger_id":"m","account_id":"c","currency":"EUR"}
                {"ledger_id":"m","kind":"deposit","account_id":"b","amount":"4.00","currency":"EUR"}
                """);
        daybook.ahead = path -> {
            if (path.endsWith("/accounts")) {
                await().until(() -> console.err().contains("line 2:"));
            }
        };

        assertThat(importing(file, "--stop-on-error", "--batch", "2")).isEqualTo(1);

        assertThat(daybook.books().balance("l", "a")).isEqualByComparingTo("1.00");
        assertThat(daybook.books().balance("m", "b")).isZero();
    }

    @Test
    void an_operation_that_nobody_knows_yet_is_asked_for_again() throws IOException {
        var known = new AtomicBoolean();
        daybook.ahead = path -> {
            if (path.startsWith("/v1/operations/") && !known.getAndSet(true)) {
                throw new FakeDaybook.Refusal(404, "operation_not_found");
            }
        };

        assertThat(importing(write("a.jsonl", OPEN + deposits(1, 1))))
                .as(console.err())
                .isZero();

        assertThat(console.out()).contains("1 succeeded");
    }

    @Test
    void an_import_that_finds_the_api_away_while_it_opens_accounts_sends_nothing_to_them() throws IOException {
        daybook.ahead = path -> {
            if (path.endsWith("/accounts")) {
                throw new FakeDaybook.Refusal(500, "internal");
            }
        };

        assertThat(importing(write("a.jsonl", OPEN + deposits(1, 3)))).isEqualTo(2);

        assertThat(console.err()).contains("account a").doesNotContain("line ");
        assertThat(daybook.batches).isEmpty();
    }

    @Test
    void an_import_reads_csv() throws IOException {
        importing(write("open.jsonl", OPEN + """
                        {"open":"account","ledger_id":"l","account_id":"b","currency":"EUR","minimum_balance":"0.00"}
                        """));
        var file = write("a.csv", """
                kind,transaction,account_id,amount,currency
                deposit,,a,10.00,EUR
                journal,t,a,-4.00,EUR
                journal,t,b,4.00,EUR
                """);

        assertThat(importing(file, "--ledger", "l")).as(console.err()).isZero();

        assertThat(daybook.books().balance("l", "b")).isEqualByComparingTo("4.00");
    }

    @Test
    void a_file_that_is_missing_is_the_environments_fault() {
        assertThat(importing(folder.resolve("none.jsonl"))).isEqualTo(2);
        assertThat(console.err()).contains("there is no such file").doesNotContain("\tat ");
    }

    @Test
    void a_token_that_does_not_do_is_the_environments_fault() throws IOException {
        var file = write("a.jsonl", OPEN);
        assertThat(console.run("import", file.toString(), "--url", daybook.url().toString(), "--token", "bad"))
                .isEqualTo(2);
        assertThat(console.err()).contains("401 unauthorized");
    }

    @Test
    void a_token_may_end_as_a_line_of_a_file_does() {
        openLedger("sound");
        assertThat(console.run("verify", "sound", "--url", daybook.url().toString(), "--token", " good\r\n"))
                .as(console.err())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret\r\nX-Other: 1", "secret key", "sécret", "secret\u0000"})
    void a_token_that_no_header_can_carry_is_refused_and_not_shown(String token) {
        assertThat(console.run("verify", "l", "--url", daybook.url().toString(), "--token", token))
                .isEqualTo(2);
        assertThat(console.err()).contains("the token").doesNotContain("cret");
    }

    @Test
    void a_token_in_the_environment_is_in_nobodys_list_of_processes() throws Exception {
        openLedger("sound");
        var verify = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Daybook.class.getName(),
                        "verify",
                        "sound",
                        "--url",
                        daybook.url().toString())
                .redirectErrorStream(true);
        verify.environment().put("DAYBOOK_TOKEN", "good");
        var process = verify.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("The books hold.");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void another_machine_needs_a_token() {
        assertThat(console.run("verify", "l", "--url", "https://books.example.com"))
                .isEqualTo(2);
        assertThat(console.err()).contains("give a --token");
    }

    @Test
    void books_that_hold_are_verified_over_all_pages() {
        openLedger("sound");
        assertThat(verifying("sound")).isZero();
        assertThat(console.out())
                .containsPattern("transactions +4")
                .contains("chain head    bb, from transaction 1 to 4")
                .contains("The books hold.");
    }

    @Test
    void books_that_do_not_hold_are_told_with_where_they_break() {
        openLedger("forged");
        assertThat(verifying("forged")).isEqualTo(1);
        assertThat(console.out())
                .contains("transaction 4, hash: does not follow")
                .contains("do not hold");
    }

    @Test
    void a_ledger_that_is_not_there_is_wrong() {
        assertThat(verifying("nowhere")).isEqualTo(1);
        assertThat(console.err()).contains("404 ledger_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "heads"})
    void books_that_nobody_could_look_at_are_not_said_to_be_wrong(String command) {
        daybook.ahead = path -> {
            throw new FakeDaybook.Refusal(500, "internal");
        };
        assertThat(console.run(command, "l", "--url", daybook.url().toString(), "--token", "good"))
                .isEqualTo(2);
        assertThat(console.err()).contains("500 internal");
    }

    @Test
    void wrong_usage_is_told_from_work_that_failed() {
        assertThat(console.run("import")).isEqualTo(2);
        assertThat(console.run("reticulate")).isEqualTo(2);
        assertThat(console.run()).isEqualTo(2);
        assertThat(console.run("import", "x.jsonl", "--batch", "1001")).isEqualTo(2);
        assertThat(console.run("chaos", "--operations", "0")).isEqualTo(2);
        assertThat(console.run("chaos", "--faults", "-1")).isEqualTo(2);
        assertThat(console.run("--help")).isZero();
        assertThat(console.run("demo", "--help")).isZero();
    }

    @Test
    void a_command_that_is_mistyped_is_suggested() {
        assertThat(console.run("verfy", "l")).isEqualTo(2);
        assertThat(console.err()).contains("'verfy'").contains("Did you mean").contains("daybook verify");
    }

    @Test
    void an_option_that_is_mistyped_is_suggested() {
        assertThat(console.run("up", "--prot", "8080")).isEqualTo(2);
        assertThat(console.err()).contains("'--prot'").contains("--port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo", "up", "token", "import", "verify", "heads", "chaos", "completion"})
    void every_help_tells_the_exit_codes(String command) {
        var arguments = Stream.of(command, "--help").filter(Predicate.not(String::isEmpty));
        assertThat(console.run(arguments.toArray(String[]::new))).isZero();
        assertThat(console.out())
                .contains("Exit codes:")
                .containsPattern("0 +the work is done")
                .containsPattern("1 +it is not")
                .containsPattern("2 +it could not be begun")
                .doesNotContain(ESCAPE);
    }

    @Test
    void colours_are_for_terminals() {
        var colourful = new Console(true);
        assertThat(colourful.run("--help")).isZero();
        assertThat(colourful.out()).contains(ESCAPE);
        assertThat(colourful.terminal.good("fine")).contains(ESCAPE);
        assertThat(console.terminal.good("fine")).isEqualTo("fine");
    }

    @Test
    void what_the_script_does_not_call_a_terminal_has_no_colours() {
        assertThat(System.getProperty("daybook.terminal.out")).isNull();
        assertThat(Terminal.ofThisProcess().colours()).isFalse();
        assertThat(Terminal.ofThisProcess().live()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "daybook ver,         verify",
        "daybook co,          completion",
        "./daybook import --s,  --stop-on-error",
        "daybook up --p,      --port",
    })
    void a_shell_completes_commands_and_options(String typed, String completed) throws Exception {
        assertThat(console.run("completion")).isZero();
        var words = typed.split(" ");
        var script = console.out() + """

                COMP_WORDS=(%s)
                COMP_CWORD=%d
                _complete_daybook
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(typed, words.length - 1);
        var shell =
                new ProcessBuilder("bash", "--norc").redirectErrorStream(true).start();
        try (var in = shell.outputWriter()) {
            in.write(script);
        }
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .map(String::strip)
                .contains(completed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Acme Ltd", "", "-acme"})
    void a_token_is_for_a_tenant_that_there_can_be(String tenant) {
        var data = folder.resolve("data");
        assertThat(console.run("token", "--data", data.toString(), "--tenant", tenant))
                .isEqualTo(2);
        assertThat(console.err()).contains("--tenant").contains("\"" + tenant + "\"");
        assertThat(console.out()).isEmpty();
        assertThat(data).doesNotExist();
    }

    @Test
    void a_token_is_printed_alone() {
        assertThat(console.run("token", "--data", folder.resolve("data").toString()))
                .isZero();
        assertThat(console.out().strip()).matches("\\S+\\.\\S+\\.\\S+");
        assertThat(console.err()).isEmpty();
    }

    private static final String OPEN = """
            {"open":"ledger","ledger_id":"l","name":"L"}
            {"open":"account","ledger_id":"l","account_id":"a","currency":"EUR","minimum_balance":"0.00"}
            """;

    private static String deposits(int from, int to) {
        var lines = new StringBuilder();
        for (var i = from; i <= to; i++) {
            lines.append("""
                    {"ledger_id":"l","kind":"deposit","account_id":"a","amount":"%d.00","currency":"EUR"}
                    """.formatted(i));
        }
        return lines.toString();
    }

    private int importing(Path file, String... more) {
        var arguments = new ArrayList<>(
                List.of("import", file.toString(), "--url", daybook.url().toString(), "--token", "good"));
        arguments.addAll(List.of(more));
        return console.run(arguments.toArray(String[]::new));
    }

    private int verifying(String ledgerId) {
        return console.run("verify", ledgerId, "--url", daybook.url().toString(), "--token", "good");
    }

    private void openLedger(String ledgerId) {
        try (var client = new Client(daybook.url(), "good")) {
            client.openLedger(Json.object().put("ledger_id", ledgerId));
        }
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
