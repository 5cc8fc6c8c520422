package io.daybook.bench;

import io.daybook.bench.jmh.CodecBenchmark;
import io.daybook.bench.jmh.RulesBenchmark;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "jmh", mixinStandardHelpOptions = true, description = "The rules and the codecs, by JMH.")
final class Micro extends Benchmark {
    @Option(names = "--forks", defaultValue = "2", description = "processes of each (default: ${DEFAULT-VALUE})")
    private int forks;

    @Option(names = "--iterations", defaultValue = "5", description = "in each (default: ${DEFAULT-VALUE})")
    private int iterations;

    @Option(names = "--millis", defaultValue = "1000", description = "of an iteration (default: ${DEFAULT-VALUE})")
    private int millis;

    @Override
    Results measure() throws Exception {
        var time = TimeValue.milliseconds(millis);
        var options = new OptionsBuilder()
                .include(RulesBenchmark.class.getName())
                .include(CodecBenchmark.class.getName())
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        var environment = Environment.withoutServers();
        say("%d process(es) for each, %d + %d iterations of %d ms ...", forks, iterations, iterations, millis);
        var table = new Table("times", "Rules and codecs", "what", "operations", "µs", "± µs", "µs per operation");
        for (var result : new Runner(options).run()) {
            var score = result.getPrimaryResult();
            var parameters = result.getParams();
            var operations = Integer.parseInt(parameters.getParam("operations"));
            var error = score.getScoreError();
            table.row(
                    named(parameters.getBenchmark()),
                    operations,
                    score.getScore(),
                    Double.isNaN(error) ? 0.0 : error,
                    score.getScore() / operations);
        }
        return new Results("jmh", environment, List.of(table), List.of(), List.of());
    }

    /** {@code …CodecBenchmark.decode_a_message} is "decode a message". */
    private static String named(String benchmark) {
        return List.of(benchmark.substring(benchmark.lastIndexOf('.') + 1).split("_")).stream()
                .collect(Collectors.joining(" "));
    }
}
