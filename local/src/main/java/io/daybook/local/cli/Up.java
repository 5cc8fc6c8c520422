package io.daybook.local.cli;

import io.daybook.local.Stack;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "up", mixinStandardHelpOptions = true, description = "Serve the API until stopped.")
final class Up implements Callable<Integer> {
    private static final String DEFAULT_DATA = ".daybook";

    private final Terminal terminal;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "where to listen; 0 for any that is free (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = DEFAULT_DATA,
            description = "where the data stays (default: ${DEFAULT-VALUE})")
    private Path data;

    Up(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535) {
            throw new EnvironmentException("--port must be from 0 to 65535, and is " + port);
        }
        try (var stack = RunningStack.start(terminal, new Stack.Options(Optional.of(data), port, true))) {
            greet(stack);
            new CountDownLatch(1).await(); // until the process is told to stop
        }
        return 0;
    }

    private void greet(RunningStack stack) {
        var token = Daybook.command() + " token" + (data.equals(Path.of(DEFAULT_DATA)) ? "" : " --data '" + data + "'");
        terminal.print("");
        terminal.print(terminal.strong("Daybook listens on " + stack.url()));
        terminal.print("  console " + stack.url() + "/console");
        terminal.print("  docs    " + stack.url() + "/docs");
        terminal.print("  data    " + data.toAbsolutePath().normalize());
        terminal.print("  token   " + token);
        terminal.print("  try     curl -sS " + stack.url() + "/v1/ledgers \\");
        terminal.print("            -H \"Authorization: Bearer $(" + token + ")\" \\");
        terminal.print("            -H 'Content-Type: application/json' \\");
        terminal.print("            -d '{\"ledger_id\": \"first\", \"name\": \"My first ledger\"}'");
        terminal.print("  stop    Ctrl-C");
    }
}
