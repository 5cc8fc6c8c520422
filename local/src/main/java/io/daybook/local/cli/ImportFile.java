package io.daybook.local.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Send a file of operations, JSON Lines or CSV (by its extension).",
            "Lines without an idempotency_key get one from the file's content and their number, so that sending the"
                    + " same file again doubles nothing."
        })
final class ImportFile implements Callable<Integer> {
    private static final int BATCH_SIZE_MAX = 1_000;

    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "*.csv, or else JSON Lines")
    private Path file;

    @Mixin
    private Access access;

    @Option(names = "--ledger", paramLabel = "LEDGER", description = "the ledger of lines that name none")
    private String ledger;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "100",
            description = "operations per request, at most 1000 (default: ${DEFAULT-VALUE})")
    private int batchSize;

    @Option(
            names = "--stop-on-error",
            description = "send nothing behind a line once it is known to be wrong; what had left before that stays:"
                    + " lines of other ledgers, and those behind one that only its outcome shows to be wrong")
    private boolean stopOnError;

    ImportFile(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (batchSize < 1 || batchSize > BATCH_SIZE_MAX) {
            throw new EnvironmentException("--batch must be from 1 to 1000, and is " + batchSize);
        }
        var lines = new LineFile(file, Optional.ofNullable(ledger));
        var measure = lines.measure();
        var began = System.nanoTime();
        Importer.Report report;
        try (var client = access.client();
                var outcomes = new Outcomes(client);
                var progress = Progress.of(terminal, file.getFileName().toString(), measure.lines())) {
            report = new Importer(
                            client,
                            outcomes,
                            progress,
                            (line, reason) -> terminal.complain("line " + line + ": " + reason),
                            batchSize,
                            stopOnError)
                    .run(lines, measure);
        }
        print(report, (System.nanoTime() - began) / 1e9);
        return report.clean() ? 0 : Daybook.WRONG;
    }

    private void print(Importer.Report report, double seconds) {
        terminal.print(format(
                "%,d operations accepted in %.1f s (%,.0f a second), %,d of them sent before; %,d opened",
                report.accepted(),
                seconds,
                report.accepted() / Math.max(seconds, 0.001),
                report.replayed(),
                report.opened()));
        terminal.print(format(
                "%,d succeeded, %,d failed, %,d lines not accepted%s",
                report.succeeded(),
                report.failed(),
                report.bad(),
                report.open() == 0 ? "" : format(", %,d without an outcome", report.open())));
        if (report.stopped()) {
            terminal.print("Stopped at the first error: lines behind it may not have been sent.");
        }
        if (report.bad() > 0 && report.derivedKeys()) {
            terminal.print("Put corrected lines into a file of their own: in a changed file, lines without an"
                    + " idempotency_key count as new.");
        }
        terminal.print(
                report.clean() ? terminal.good("All done.") : terminal.bad("Not all done: see the lines above."));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
