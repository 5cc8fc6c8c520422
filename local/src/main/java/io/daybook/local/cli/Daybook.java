package io.daybook.local.cli;

import io.daybook.local.StackException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ScopeType;

/** Daybook on one machine. */
@Command(
        name = "daybook",
        mixinStandardHelpOptions = true,
        versionProvider = Daybook.Version.class,
        description = "An asynchronous double-entry ledger, whole on one machine.",
        synopsisSubcommandLabel = "COMMAND",
        scope = ScopeType.INHERIT,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the work is done, and right",
            "1:it is not: a line was refused, an operation failed, the books do not hold",
            "2:it could not be begun or carried on: wrong usage, or something missing around the program"
        },
        footer = {
            "",
            "DAYBOOK_DEBUG=1 shows where something unexpected came from, NO_COLOR=1 leaves colours out.",
            "The benchmarks have a help of their own: ./daybook bench --help"
        })
public final class Daybook {
    static final int WRONG = 1;
    static final int CANNOT = 2;

    private Daybook() {}

    public static void main(String[] arguments) {
        System.exit(run(Terminal.ofThisProcess(), arguments));
    }

    static int run(Terminal terminal, String... arguments) {
        var commands = new CommandLine(new Daybook())
                .addSubcommand(new Demo(terminal))
                .addSubcommand(new Up(terminal))
                .addSubcommand(new MintToken(terminal))
                .addSubcommand(new ImportFile(terminal))
                .addSubcommand(new Verify(terminal))
                .addSubcommand(new Heads(terminal))
                .addSubcommand(new Chaos(terminal))
                .addSubcommand(new Completion(terminal))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colours() ? Ansi.ON : Ansi.OFF))
                .setOut(new PrintWriter(terminal.out(), true))
                .setErr(new PrintWriter(terminal.err(), true))
                .setExecutionExceptionHandler((failure, command, parsed) -> explain(terminal, failure));
        if (arguments.length == 0) {
            commands.usage(commands.getErr());
            return CANNOT;
        }
        return commands.execute(arguments);
    }

    /** What runs this program, as the user typed it. */
    static String command() {
        return System.getProperty("daybook.command", "./daybook");
    }

    private static int explain(Terminal terminal, Exception failure) {
        if (System.getenv("DAYBOOK_DEBUG") != null) {
            failure.printStackTrace(terminal.err());
        }
        return switch (failure) {
            case StackException stack -> said(terminal, stack.getMessage(), CANNOT);
            case EnvironmentException environment -> said(terminal, environment.getMessage(), CANNOT);
            case UnreachableException unreachable -> said(terminal, unreachable.getMessage(), CANNOT);
            case RefusedException refused -> said(terminal, refused.getMessage(), refused.exitCode());
            default -> said(terminal, "unexpected " + failure + " (DAYBOOK_DEBUG=1 shows where)", WRONG);
        };
    }

    private static int said(Terminal terminal, String message, int code) {
        terminal.complain("daybook: " + message);
        return code;
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            var build = new Properties();
            try (var in = Daybook.class.getResourceAsStream("version.properties")) {
                build.load(in);
            }
            return new String[] {"daybook %s, Java %s".formatted(build.getProperty("version"), Runtime.version())};
        }
    }
}
