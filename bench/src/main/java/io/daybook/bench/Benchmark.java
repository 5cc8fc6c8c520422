package io.daybook.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures, proves that the books hold, prints what it found and keeps it in {@code bench/target/results}. */
abstract class Benchmark implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Publication publication = new Publication();

    /** Whether the repository's document is to tell it. */
    static final class Publication {
        @Option(names = "--docs", description = "also write the tables into docs/performance.md")
        private boolean docs;
    }

    /** @throws BrokenBooksException if an operation was lost or doubled, or the books do not hold */
    abstract Results measure() throws Exception;

    @Override
    public final Integer call() throws Exception {
        var results = measure();
        spec.commandLine()
                .getOut()
                .printf("%n%s%n%n%s%n", results.text(), results.environment().text());
        results.write(Results.folder());
        if (publication.docs) {
            results.intoDocument(Results.home().resolve("docs/performance.md"));
        }
        return 0;
    }

    final void say(String what, Object... values) {
        spec.commandLine().getErr().println("  " + what.formatted(values));
    }
}
