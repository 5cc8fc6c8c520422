package io.daybook.local.cli;

import io.daybook.local.OtherProcess;
import io.daybook.local.Ports;
import io.daybook.local.Stack;
import io.daybook.local.StackException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A stack in a process of its own, at one address for all its lives, which can be struck by every {@link Fault}. */
final class StackProcess implements AutoCloseable {
    private static final Duration END_MAX = Duration.ofSeconds(60);

    private final Path data;
    private final Path log;
    private final int port = Ports.free();
    private OtherProcess process;
    private boolean killed;

    private StackProcess(Path data, Path log) {
        this.data = data;
        this.log = log;
    }

    /** The process itself: does what a line of its input says, answers with a line, and ends when its input does. */
    static final class Served {
        private Served() {}

        public static void main(String[] arguments) throws IOException {
            var terminal = Terminal.ofThisProcess();
            var options = new Stack.Options(Optional.of(Path.of(arguments[0])), Integer.parseInt(arguments[1]), true);
            try (var running = RunningStack.start(terminal, options);
                    var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                terminal.print("up");
                for (var order = orders.readLine(); order != null; order = orders.readLine()) {
                    obey(running.stack(), order);
                    terminal.print("done");
                }
            }
        }

        private static void obey(Stack stack, String order) {
            switch (order) {
                case "kill postgres" -> stack.postgres().kill();
                case "start postgres" -> stack.postgres().start();
                case "kill redis" -> stack.redis().kill();
                case "start redis" -> stack.redis().start();
                case "stop queue" -> stack.queue().stop();
                case "start queue" -> stack.queue().start();
                default -> throw new IllegalArgumentException(order);
            }
        }
    }

    /**
     * @param data the folder that it keeps everything in
     * @param log the file that it writes its log to
     */
    static StackProcess start(Path data, Path log) {
        var stack = new StackProcess(data, log);
        stack.start();
        return stack;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    Path data() {
        return data;
    }

    /** Returns when all is back. */
    synchronized void strike(Fault fault, Duration down) {
        switch (fault) {
            case POSTGRESQL -> {
                tell("kill postgres");
                pause(down);
                tell("start postgres");
            }
            case REDIS -> {
                tell("kill redis");
                pause(down);
                tell("start redis");
            }
            case QUEUE -> {
                tell("stop queue");
                pause(down);
                tell("start queue");
            }
            case PROCESS -> {
                kill();
                pause(down);
                start();
            }
            case EVERYTHING -> {
                tell("kill postgres");
                tell("kill redis");
                kill();
                pause(down);
                start();
            }
        }
    }

    private void kill() {
        killed = true;
        process.kill();
    }

    private void start() {
        try {
            process = OtherProcess.run(
                    Redirect.appendTo(log.toFile()), Served.class, data.toString(), Integer.toString(port));
            process.line();
            killed = false;
        } catch (IOException e) {
            throw new StackException("The stack does not start: %s. Its log is %s.".formatted(e.getMessage(), log), e);
        }
    }

    private void tell(String order) {
        try {
            process.ask(order);
        } catch (IOException e) {
            throw new StackException(
                    "The stack does not %s: %s. Its log is %s.".formatted(order, e.getMessage(), log), e);
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            // What is down must be brought up again first, whoever is in a hurry.
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it in its order; nothing of it stays behind, even if it was killed before. */
    @Override
    public synchronized void close() {
        if (killed || !process.end(END_MAX)) {
            kill();
            start(); // takes over the servers that the last one has left
            process.end(END_MAX);
        }
        process.close();
    }
}
