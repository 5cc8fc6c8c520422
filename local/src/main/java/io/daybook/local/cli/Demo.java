package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Send every kind of operation and a bank's month to embedded servers, and check the books.")
final class Demo implements Callable<Integer> {
    static final String LINES_FILE = "bank-month.jsonl";
    static final String EXPECTED_FILE = "bank-month.expected.json";

    private static final int ANY_FREE_PORT = 0;

    private final Terminal terminal;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "where the data goes and stays (default: a folder that is deleted in the end)")
    private Path data;

    Demo(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var examples = Path.of(System.getProperty("daybook.home", "."), "examples");
        var lines = new ArrayList<Line>();
        new LineFile(examples.resolve(LINES_FILE), Optional.empty()).read(lines::add);
        var expected = expected(examples.resolve(EXPECTED_FILE));

        try (var stack = RunningStack.start(
                        terminal, new Stack.Options(Optional.ofNullable(data), ANY_FREE_PORT, true));
                var client = new Client(stack.url(), token(stack))) {
            terminal.complain("Watch it at " + stack.url() + "/console, with this token: " + token(stack));
            var tourGood = new Tour(terminal, client).run();
            var summary = rehearse(client, lines, expected);
            summary.print();
            return tourGood && summary.good() ? 0 : Daybook.WRONG;
        }
    }

    private static String token(RunningStack stack) {
        return stack.tokens().mint(Access.TENANT, Access.ALL_SCOPES, Access.TOKEN_VALIDITY);
    }

    /** The demo's work, on whatever API the client speaks to. */
    Summary rehearse(Client client, List<Line> lines, JsonNode expected) {
        var operations =
                lines.stream().filter(line -> line instanceof Line.Operation).count();
        Rehearsal.Report report;
        try (var outcomes = new Outcomes(client);
                var progress = Progress.of(terminal, "A bank's month", operations)) {
            report = new Rehearsal(client, outcomes, progress).run(lines);
        }
        var books = new ArrayList<ClosingBooks>();
        expected.properties().forEach(ledger -> books.add(ClosingBooks.of(client, ledger.getKey(), ledger.getValue())));
        return new Summary(terminal, report, books);
    }

    private static JsonNode expected(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (JsonProcessingException notJson) {
            throw new EnvironmentException(file + " is not JSON: " + notJson.getOriginalMessage(), notJson);
        } catch (IOException unreadable) {
            throw new EnvironmentException("cannot read " + file, unreadable);
        }
    }
}
