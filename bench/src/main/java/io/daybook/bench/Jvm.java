package io.daybook.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Further processes with this one's Java and class path. */
final class Jvm {
    private Jvm() {}

    /** The benchmarks' own program, with the same options. */
    static ProcessBuilder likeThis(String... arguments) {
        return process(ManagementFactory.getRuntimeMXBean().getInputArguments(), Bench.class, arguments);
    }

    /** A server as {@code ./daybook up} runs it. */
    static ProcessBuilder server(Class<?> program, String... arguments) {
        return process(
                List.of(
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError"),
                program,
                arguments);
    }

    private static ProcessBuilder process(List<String> options, Class<?> program, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }
}
