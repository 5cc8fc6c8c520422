package io.daybook.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server process that outlived the process which had started it, as after a {@code kill -9}. */
record Leftover(String program, ProcessHandle process) {

    private static final Logger LOG = LoggerFactory.getLogger(Leftover.class);
    private static final long STOP_SECONDS_MAX = 15;

    /**
     * Finds the process whose id is on a file's first line, if it runs and is that program: after a crash of the machine
     * the number may be another process's.
     */
    static Optional<Leftover> of(Path pidFile, String program) {
        try (var lines = Files.lines(pidFile)) {
            return lines.findFirst()
                    .map(line -> Long.parseLong(line.strip()))
                    .flatMap(ProcessHandle::of)
                    .filter(process -> process.info()
                            .command()
                            .map(command -> Path.of(command).getFileName().toString())
                            .filter(name -> name.startsWith(program))
                            .isPresent())
                    .map(process -> new Leftover(program, process));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Stops it by the signals in their order, each given time to work, and waits until it is gone. */
    void stop(String... signals) {
        for (var signal : signals) {
            LOG.info("Stopping {} (process {}), left over from a run that was killed", program, process.pid());
            if (send(signal) && gone()) {
                return;
            }
        }
        process.destroyForcibly();
        if (!gone()) {
            throw new StackException("%s of an earlier run (process %d) does not stop. Kill it, then start again."
                    .formatted(program, process.pid()));
        }
    }

    private boolean send(String signal) {
        try {
            return new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid()))
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
        try {
            process.onExit().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }
}
