package io.daybook.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./daybook} does ahead of the program, whose place is taken here by JDKs that print what they are given. */
final class LaunchScriptTest {
    @TempDir
    private Path folder;

    private Path home;
    private Path script;

    private record Ended(int status, String output) {}

    @BeforeEach
    void copyOfWhatIsBuilt() throws IOException {
        home = Files.createDirectories(folder.toRealPath().resolve("home of daybook"));
        script = Files.copy(Path.of("../daybook"), home.resolve("daybook"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("local/target/lib"));
        Files.createFile(home.resolve("local/target/daybook.stamp"));
    }

    private Path jdk(String name, int version, boolean compiles) throws IOException {
        var jdk = folder.toRealPath().resolve(name);
        program(jdk.resolve("bin/java"), "printf '%%s\\n' 'run by %s' \"$@\"".formatted(name));
        if (compiles) {
            program(jdk.resolve("bin/javac"), "exit 1");
        }
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"%d.0.1\"%n".formatted(version));
        return jdk;
    }

    private static void program(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** @param onPath whose {@code java} is the first on the {@code PATH} */
    private Ended run(Path javaHome, Path onPath, Map<String, String> variables, List<String> command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment()
                .merge("PATH", onPath.resolve("bin").toString(), (path, first) -> first + File.pathSeparator + path);
        builder.environment().putAll(variables);
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }

    private Ended run(Path jdk, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return run(jdk, jdk, Map.of("TERM", "xterm"), command);
    }

    @Test
    void the_program_gets_its_arguments_as_they_are() throws Exception {
        var ended = run(jdk("good", 21, true), "verify", "a ledger", "*", "");

        assertThat(ended.status()).isZero();
        assertThat(ended.output())
                .startsWith("run by good\n")
                .endsWith("\nio.daybook.local.cli.Daybook\nverify\na ledger\n*\n\n");
    }

    @Test
    void a_jdk_that_is_too_old_or_does_not_compile_is_passed_over() throws Exception {
        var good = jdk("good", 25, true);
        for (var other : List.of(jdk("old", 17, true), jdk("runtime", 21, false))) {
            var ended = run(other, good, Map.of(), List.of(script.toString(), "--help"));

            assertThat(ended.output()).startsWith("run by good\n");
        }
    }

    @Test
    void a_link_to_it_leads_home() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("link"), script);
        var jdk = jdk("good", 21, true);

        var ended = run(jdk, jdk, Map.of(), List.of(link.toString(), "--help"));

        assertThat(ended.output()).contains("\n-Ddaybook.home=" + home + "\n");
    }

    @Test
    void colours_are_for_a_terminal_alone() throws Exception {
        var jdk = jdk("good", 21, true);

        assertThat(run(jdk, "--help").output())
                .contains("-Ddaybook.terminal.out=false\n")
                .contains("-Ddaybook.terminal.err=false\n");
        assertThat(onTerminal(jdk, "xterm"))
                .contains("-Ddaybook.terminal.out=true\n")
                .contains("-Ddaybook.terminal.err=true\n");
        assertThat(onTerminal(jdk, "dumb"))
                .contains("-Ddaybook.terminal.out=false\n")
                .contains("-Ddaybook.terminal.err=false\n");
    }

    /** With a terminal of its own, which {@code script} gives it. */
    private String onTerminal(Path jdk, String kind) throws IOException, InterruptedException {
        var quoted = "'" + script + "' --help";
        var command = System.getProperty("os.name").startsWith("Mac")
                ? List.of("script", "-q", "/dev/null", "sh", "-c", quoted)
                : List.of("script", "-qec", quoted, "/dev/null");
        return run(jdk, jdk, Map.of("TERM", kind), command)
                .output()
                .lines()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void a_build_that_fails_shows_why() throws Exception {
        program(home.resolve("mvnw"), "echo 'no network'; exit 1");
        Files.delete(home.resolve("local/target/daybook.stamp"));

        var ended = run(jdk("good", 21, true), "demo");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .contains("building (the first time this downloads its dependencies")
                .contains("no network")
                .contains("the build failed")
                .doesNotContain("run by good");
    }

    @Test
    void what_was_changed_since_is_built_once() throws Exception {
        program(home.resolve("mvnw"), "echo built >>'%s'".formatted(folder.resolve("builds")));
        Files.setLastModifiedTime(home.resolve("local/target/daybook.stamp"), FileTime.fromMillis(0));
        var jdk = jdk("good", 21, true);

        var first = run(jdk, "demo");
        Files.createDirectories(home.resolve("local/target/lib")); // which the build makes
        var second = run(jdk, "demo");

        assertThat(List.of(first, second))
                .allSatisfy(ended -> assertThat(ended.output()).contains("run by good"));
        assertThat(folder.resolve("builds")).hasContent("built");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/openapi.yaml", "functions/logback.xml", "functions/function.xml"})
    void what_the_functions_take_from_elsewhere_is_built_anew_too(String file) throws Exception {
        program(home.resolve("mvnw"), "echo built >>'%s'".formatted(folder.resolve("builds")));
        var taken = home.resolve(file);
        Files.createDirectories(taken.getParent());
        Files.createFile(taken);
        Files.setLastModifiedTime(taken, FileTime.from(Instant.now().plusSeconds(60))); // past what file systems round
        run(jdk("good", 21, true), "demo");
        assertThat(folder.resolve("builds")).hasContent("built");
    }
}
