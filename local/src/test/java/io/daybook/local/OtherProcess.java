package io.daybook.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with this one's class path, to be killed or waited for. */
public final class OtherProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    public static OtherProcess run(Class<?> main, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new OtherProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
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

    /** Kills it as {@code kill -9} does, and returns what it had printed by then. */
    public List<String> kill() {
        // By its handle: Process itself would close its output as well.
        process.toHandle().destroyForcibly();
        process.onExit().join();
        return output.lines().toList();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
