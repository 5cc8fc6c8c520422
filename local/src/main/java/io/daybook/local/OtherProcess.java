package io.daybook.local;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with this one's class path, to be talked to in lines, and to be killed or waited for. */
public final class OtherProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
        this.input = process.outputWriter();
    }

    /** One that complains where this process does. */
    public static OtherProcess run(Class<?> main, String... arguments) throws IOException {
        return run(Redirect.INHERIT, main, arguments);
    }

    /** @param errors where its standard error goes */
    public static OtherProcess run(Redirect errors, Class<?> main, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new OtherProcess(
                new ProcessBuilder(command).redirectError(errors).start());
    }

    public long pid() {
        return process.pid();
    }

    /** The next line that it prints. */
    public String line() throws IOException {
        var line = output.readLine();
        if (line == null) {
            throw new IOException("the process ended");
        }
        return line;
    }

    /** Says a line to it, and returns the line that it answers. */
    public String ask(String line) throws IOException {
        input.write(line);
        input.newLine();
        input.flush();
        return line();
    }

    /** Kills it as {@code kill -9} does, and returns what it had printed by then. */
    public List<String> kill() {
        // By its handle: Process itself would close its output as well.
        process.toHandle().destroyForcibly();
        process.onExit().join();
        return output.lines().toList();
    }

    /** Tells it by the end of its input that there is nothing more to do, and returns whether it ended by itself in time. */
    public boolean end(Duration patience) {
        try {
            input.close();
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            return !process.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
