package io.daybook.bench;

import io.daybook.local.StackException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The benchmarks. Exit codes: 0 when all was measured and the books hold, 1 when they do not, 2 when it could not be
 * begun or carried on.
 */
@Command(
        name = "daybook bench",
        mixinStandardHelpOptions = true,
        description = "Measures Daybook on this machine; the figures are kept in bench/target/results.",
        synopsisSubcommandLabel = "BENCHMARK",
        subcommands = {
            Apply.class,
            Accept.class,
            EndToEnd.class,
            Growth.class,
            Explain.class,
            Micro.class,
            ColdStart.class,
            All.class,
        })
public final class Bench {
    static final int WRONG = 1;
    static final int CANNOT = 2;

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        var commands = new CommandLine(new Bench())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, command, parsed) -> explain(err, failure));
        if (arguments.length == 0) {
            commands.usage(err);
            return CANNOT;
        }
        return commands.execute(arguments);
    }

    private static int explain(PrintWriter err, Exception failure) {
        switch (failure) {
            case BrokenBooksException broken -> err.println("daybook bench: " + broken.getMessage());
            case StackException stack -> err.println("daybook bench: " + stack.getMessage());
            default -> failure.printStackTrace(err);
        }
        return failure instanceof BrokenBooksException ? WRONG : CANNOT;
    }
}
