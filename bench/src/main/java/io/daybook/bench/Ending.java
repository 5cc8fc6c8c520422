package io.daybook.bench;

import io.daybook.local.Stack;

/** Stops a stack's servers once: when it is closed, or when this process is told to end before that. */
final class Ending implements AutoCloseable {
    private final Stack stack;
    private final Thread atShutdown;

    private Ending(Stack stack) {
        this.stack = stack;
        this.atShutdown = new Thread(stack::close, "stop");
    }

    static Ending of(Stack stack) {
        var ending = new Ending(stack);
        Runtime.getRuntime().addShutdownHook(ending.atShutdown);
        return ending;
    }

    Stack stack() {
        return stack;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (IllegalStateException endingAlready) {
            return;
        }
        stack.close();
    }
}
