package io.daybook.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "all",
        mixinStandardHelpOptions = true,
        description = "Runs all but cold-start, each in a process of its own, and writes docs/performance.md anew.")
final class All implements Callable<Integer> {
    private static final List<String> NAMES = List.of("apply", "accept", "end-to-end", "growth", "explain", "jmh");

    @Override
    public Integer call() throws IOException, InterruptedException {
        var worst = 0;
        for (var name : NAMES) {
            worst = Math.max(
                    worst, Jvm.likeThis(name, "--docs").inheritIO().start().waitFor());
        }
        return worst;
    }
}
