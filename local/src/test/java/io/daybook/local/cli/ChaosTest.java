package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ChaosTest {
    private final Console console = new Console();

    @Test
    void whatever_is_killed_under_load_nothing_is_lost_and_nothing_doubled() {
        var code = console.run("chaos", "--operations", "300", "--faults", "5", "--seed", "1494");

        assertThat(code).as(console.out() + console.err()).isZero();
        assertThat(console.out())
                .contains("300 operations sent to 6 ledgers")
                .contains("5 faults under load")
                .contains("Nothing lost, nothing doubled.")
                .doesNotContain("✗");
        assertThat(Arrays.asList(Fault.values()))
                .allSatisfy(fault -> assertThat(console.out()).containsPattern(" " + fault + " +1  back in"));
        assertThat(console.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }
}
