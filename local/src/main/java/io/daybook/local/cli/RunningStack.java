package io.daybook.local.cli;

import io.daybook.local.MicronautFunctions;
import io.daybook.local.Stack;
import io.daybook.local.Tokens;
import java.net.URI;

/** A stack that is closed once: when its user is done with it, or when the process is told to stop before that. */
final class RunningStack implements AutoCloseable {
    private final Stack stack = new Stack();
    private final Thread atShutdown;

    private RunningStack(Terminal terminal) {
        this.atShutdown = new Thread(
                () -> {
                    terminal.complain("Stopping ...");
                    stack.close();
                },
                "stop");
    }

    static RunningStack start(Terminal terminal, Stack.Options options) {
        terminal.complain("Starting PostgreSQL, Redis, the queue and the functions ...");
        var running = new RunningStack(terminal);
        // Ahead of the start, which takes seconds and leaves servers behind when it is cut off.
        Runtime.getRuntime().addShutdownHook(running.atShutdown);
        try {
            running.stack.open(options, MicronautFunctions::create);
            return running;
        } catch (RuntimeException | Error e) {
            running.close();
            throw e;
        }
    }

    Stack stack() {
        return stack;
    }

    URI url() {
        return stack.url();
    }

    Tokens tokens() {
        return stack.tokens();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (IllegalStateException stoppingAlready) {
            return;
        }
        stack.close();
    }
}
