package io.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mutations of {@code simulation/mutate} are of the code as it is. */
final class MutationsTest {
    private static final Path HOME = Path.of("..");
    private static final String FILE = "+++ b/";

    static Stream<Path> mutations() throws IOException {
        return Files.list(HOME.resolve("simulation/mutations")).sorted();
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void what_it_changes_is_there(Path mutation) throws IOException {
        String code = null;
        for (var part : Files.readString(mutation).split("(?m)^(?=@@|diff )")) {
            if (part.startsWith("diff ")) {
                var file = part.lines().filter(line -> line.startsWith(FILE)).findFirst();
                code = Files.readString(HOME.resolve(file.orElseThrow().substring(FILE.length())));
            } else {
                assertThat(code).contains(lines(part, line -> !line.startsWith("+")));
                assertThat(code).doesNotContain(lines(part, line -> !line.startsWith("-")));
            }
        }
        assertThat(code).isNotNull();
    }

    private static String lines(String hunk, Predicate<String> which) {
        return hunk.lines()
                .skip(1)
                .filter(which)
                .map(line -> line.isEmpty() ? line : line.substring(1))
                .collect(Collectors.joining("\n"));
    }
}
