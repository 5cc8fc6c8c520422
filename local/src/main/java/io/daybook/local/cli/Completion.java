package io.daybook.local.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Print a script that completes commands and options in bash and zsh.",
            "In the shell, or in its start-up file: source <(./daybook completion)"
        })
final class Completion implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private CommandSpec command;

    Completion(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var commands = command.root();
        terminal.print(AutoComplete.bash(commands.name(), commands.commandLine()));
        return 0;
    }
}
