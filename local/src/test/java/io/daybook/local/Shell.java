package io.daybook.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What commands that are pasted into a shell need there, and a machine with nothing but a JDK may not have. */
public final class Shell {
    private Shell() {}

    /**
     * Skips the test that asks where the commands are of a program that is not there, and says so; fails it there instead
     * when the environment's {@code DAYBOOK_SHELL} is {@code required}.
     */
    public static void mustHaveAllOf(String commands) {
        Stream.of("curl", "openssl")
                .filter(program -> Pattern.compile("\\b%s\\b".formatted(program))
                        .matcher(commands)
                        .find())
                .filter(program -> !isThere(program))
                .findFirst()
                .map("There is no %s on this machine"::formatted)
                .ifPresent("required".equals(System.getenv("DAYBOOK_SHELL")) ? Assertions::fail : Assumptions::abort);
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
