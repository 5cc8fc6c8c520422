package io.daybook.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = "Applying to and reading from books of several sizes, side by side.")
final class Growth extends Benchmark {
    @Option(
            names = "--postings",
            paramLabel = "N",
            split = ",",
            defaultValue = "10000,1000000",
            description = "in the books; 10000000 takes some ten minutes and 10 GB more (default: ${DEFAULT-VALUE})")
    private List<Long> sizes;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "8",
            description = "in which the books take turns (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "3",
            description = "rounds ahead of these that do not count (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--reads",
            paramLabel = "N",
            defaultValue = "100",
            description = "of each kind in a round (default: ${DEFAULT-VALUE})")
    private int reads;

    @Option(
            names = "--operations",
            paramLabel = "N",
            defaultValue = "2000",
            description = "of each shape in a round (default: ${DEFAULT-VALUE})")
    private int operations;

    private record Shape(String name, int messages, int operations) {}

    private static final List<Shape> SHAPES =
            List.of(new Shape("10 messages of 1", 10, 1), new Shape("100 in a message", 1, 100));

    /** Books with what applying to them has taken. */
    private record Measured(Daybook daybook, GrownBooks books, Map<Shape, Double> seconds) {
        void forget() {
            seconds.clear();
            books.latencies().clear();
        }
    }

    @Override
    Results measure() throws Exception {
        var all = new ArrayList<Measured>();
        try {
            for (var size : sizes) {
                say("loading %,d postings ...", size);
                var daybook = Daybook.start();
                all.add(new Measured(daybook, new GrownBooks(daybook, size), new LinkedHashMap<>()));
            }
            for (var round = 0; round < warmUp + rounds; round++) {
                say("round %d ...", round + 1);
                if (round == warmUp) {
                    all.forEach(Measured::forget);
                }
                for (var one : all) {
                    for (var shape : SHAPES) {
                        var seconds = one.books().apply(shape.messages(), shape.operations(), operations);
                        one.seconds().merge(shape, seconds, Double::sum);
                    }
                    one.books().read(reads);
                }
            }
            var environment = Environment.of(all.getFirst().books().database(), false);
            say("auditing ...");
            for (var one : all) {
                one.books().hold();
            }
            return new Results("growth", environment, List.of(rates(all), latencies(all)), List.of(), List.of());
        } finally {
            for (var one : all) {
                one.books().close();
                one.daybook().close();
            }
        }
    }

    private Table rates(List<Measured> all) {
        var table = new Table(
                "rates",
                "Operations applied per second to a ledger with a past",
                "event",
                "postings",
                "accounts",
                "1/s",
                "of the smallest %");
        for (var shape : SHAPES) {
            var smallest = all.getFirst().seconds().get(shape);
            for (var one : all) {
                var seconds = one.seconds().get(shape);
                table.row(
                        shape.name(),
                        one.books().postings(),
                        one.books().accounts(),
                        (double) operations * rounds / seconds,
                        100 * smallest / seconds);
            }
        }
        return table;
    }

    private static Table latencies(List<Measured> all) {
        var table = new Table(
                "reads",
                "The status function's answers",
                "read",
                "postings",
                "accounts",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "p50 of the smallest %");
        all.getFirst().books().latencies().forEach((read, smallest) -> {
            for (var one : all) {
                var latencies = one.books().latencies().get(read);
                table.row(
                        read,
                        one.books().postings(),
                        one.books().accounts(),
                        latencies.getValueAtPercentile(50) / 1e6,
                        latencies.getValueAtPercentile(95) / 1e6,
                        latencies.getValueAtPercentile(99) / 1e6,
                        100.0 * latencies.getValueAtPercentile(50) / smallest.getValueAtPercentile(50));
            }
        });
        return table;
    }
}
