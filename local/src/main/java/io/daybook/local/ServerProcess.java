package io.daybook.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server, by the file that its process id is in: this process's own, or one of an earlier run that was killed. */
record ServerProcess(String program, ProcessHandle process) {

    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final Duration STOP_MAX = Duration.ofSeconds(15);

    /**
     * Finds the process whose id is on a file's first line, if it runs and is that program: after a crash of the machine
     * the number may be another process's.
     */
    static Optional<ServerProcess> of(Path pidFile, String program) {
        return named(pidFile)
                .filter(process -> process.info()
                        .command()
                        .map(command -> Path.of(command).getFileName().toString())
                        .filter(name -> name.startsWith(program))
                        .isPresent())
                .map(process -> new ServerProcess(program, process));
    }

    /**
     * Whether the process of a file has ended and is there only because nobody took note, as in a container without an
     * init process. Servers take it for one that runs.
     */
    static boolean isOver(Path pidFile) {
        return named(pidFile)
                .map(ProcessHandle::info)
                // Of a stranger's, which may well run, the command is unknown too.
                .filter(info ->
                        info.user().equals(ProcessHandle.current().info().user()))
                .filter(info -> info.command().isEmpty())
                .isPresent();
    }

    private static Optional<ProcessHandle> named(Path pidFile) {
        try (var lines = Files.lines(pidFile)) {
            return lines.findFirst().map(line -> Long.parseLong(line.strip())).flatMap(ProcessHandle::of);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** As {@link #stop}, for one that outlived the process which had started it. */
    void stopLeftover(String... signals) {
        LOG.info("Stopping {} (process {}), left over from a run that was killed", program, process.pid());
        stop(signals);
    }

    /** Stops it by the signals in their order, each given time to work, and waits until it is gone. */
    void stop(String... signals) {
        for (var signal : signals) {
            if (send(signal) && gone()) {
                return;
            }
        }
        process.destroyForcibly();
        if (!gone()) {
            throw new StackException(
                    "%s (process %d) does not stop. Kill it, then start again.".formatted(program, process.pid()));
        }
    }

    /** Ends it and all that it has started at once, as a crash of the machine would, and waits until they are gone. */
    void kill() {
        var all = Stream.concat(Stream.of(process), process.descendants())
                .map(one -> new ServerProcess(program, one))
                .toList();
        all.forEach(one -> one.process.destroyForcibly());
        for (var one : all) {
            if (!one.gone()) {
                throw new StackException("%s (process %d) cannot be killed".formatted(program, one.process.pid()));
            }
        }
    }

    private boolean send(String signal) {
        try {
            // By the shell's own: a program of that name is not everywhere.
            return new ProcessBuilder("sh", "-c", "kill -s $0 $1", signal, Long.toString(process.pid()))
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean gone() {
        var deadline = System.nanoTime() + STOP_MAX.toNanos();
        while (isRunning() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return !isRunning();
            }
        }
        return !isRunning();
    }

    // One that has ended and that nobody waits for, as in a container without an init process, is alive but runs
    // nothing.
    private boolean isRunning() {
        return process.isAlive() && process.info().command().isPresent();
    }
}
