package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.sun.management.OperatingSystemMXBean;
import io.daybook.contract.QueueMessage;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = "The processor's handler, fed with events of the queue, against the bare SQL of the same rows.")
final class Apply extends Benchmark {
    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "6",
            description = "how often handler and bare SQL take turns (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "3",
            description = "rounds ahead of these that do not count (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "more or fewer operations in a round (default: ${DEFAULT-VALUE})")
    private double scale;

    @Option(
            names = "--ledgers",
            paramLabel = "N",
            defaultValue = "100",
            description = "where there are many (default: ${DEFAULT-VALUE})")
    private int many;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "1000",
            description = "of all ledgers together (default: ${DEFAULT-VALUE})")
    private int accounts;

    @Option(
            names = "--shape",
            paramLabel = "MESSAGESxOPERATIONS",
            description = "of an event: one of 10x1, 1x100, 1x1000 (default: all)")
    private String only;

    /**
     * How operations come.
     *
     * @param messages of an event
     * @param operations of a message
     * @param round operations between two turns
     */
    private record Shape(int ledgers, int messages, int operations, int round) {
        String name() {
            return messages + "x" + operations;
        }

        /** Operations that are committed together. */
        int together() {
            return ledgers == 1 ? messages * operations : operations;
        }

        @Override
        public String toString() {
            return messages == 1
                    ? "%,d in a message".formatted(operations)
                    : "%d messages of %d".formatted(messages, operations);
        }
    }

    private record Turn(double handlerSeconds, double bareSeconds, double handlerCpuSeconds) {
        double ratio() {
            return bareSeconds / handlerSeconds;
        }
    }

    @Override
    Results measure() throws Exception {
        var table = new Table(
                "rates",
                "Operations applied per second: the processor's handler beside the bare SQL of the same rows",
                "ledgers",
                "event",
                "committed together",
                "handler 1/s",
                "bare SQL 1/s",
                "ratio %",
                "ratio min %",
                "ratio max %",
                "CPU of handler µs");
        var chart = new CategoryChartBuilder()
                .width(760)
                .height(360)
                .title("Operations applied per second")
                .build();
        var labels = new ArrayList<String>();
        var handler = new ArrayList<Double>();
        var bare = new ArrayList<Double>();
        try (var daybook = Daybook.start();
                var database = daybook.database()) {
            var environment = Environment.of(database, false);
            for (var shape : shapes()) {
                say("%d ledger(s), %s ...", shape.ledgers(), shape);
                var turns = measure(daybook, shape);
                var operations = (double) operationsOfRound(shape) * turns.size();
                var handlerRate = operations
                        / turns.stream().mapToDouble(Turn::handlerSeconds).sum();
                var bareRate = operations
                        / turns.stream().mapToDouble(Turn::bareSeconds).sum();
                table.row(
                        shape.ledgers(),
                        shape.toString(),
                        shape.together(),
                        handlerRate,
                        bareRate,
                        100 * handlerRate / bareRate,
                        100 * turns.stream().mapToDouble(Turn::ratio).min().orElseThrow(),
                        100 * turns.stream().mapToDouble(Turn::ratio).max().orElseThrow(),
                        turns.stream().mapToDouble(Turn::handlerCpuSeconds).sum() / operations * 1e6);
                labels.add("%d: %s".formatted(shape.ledgers(), shape.name()));
                handler.add(handlerRate);
                bare.add(bareRate);
            }
            return new Results(
                    "apply",
                    environment,
                    List.of(table),
                    List.of(),
                    List.of(new Results.NamedChart(
                            "rates", "Operations applied per second", drawn(chart, labels, handler, bare))));
        }
    }

    private static CategoryChart drawn(
            CategoryChart chart, List<String> labels, List<Double> handler, List<Double> bare) {
        chart.setXAxisTitle("ledgers: messages x operations of an event");
        chart.addSeries("handler", labels, handler);
        chart.addSeries("bare SQL", labels, bare);
        return chart;
    }

    private List<Shape> shapes() {
        return IntStream.of(1, many)
                .boxed()
                .flatMap(ledgers -> List.of(
                        new Shape(ledgers, 10, 1, 2_000),
                        new Shape(ledgers, 1, 100, 10_000),
                        new Shape(ledgers, 1, 1_000, 20_000))
                        .stream())
                .filter(shape -> only == null || only.equals(shape.name()))
                .toList();
    }

    /** Whole events, and the same number for every ledger. */
    private int operationsOfRound(Shape shape) {
        var unit =
                shape.messages() * shape.operations() * (shape.ledgers() == 1 ? 1 : shape.ledgers() / shape.messages());
        return Math.max(1, (int) Math.round(scale * shape.round() / unit)) * unit;
    }

    private List<Turn> measure(Daybook daybook, Shape shape) throws Exception {
        var prefix = "%s-%d".formatted(shape.name(), shape.ledgers());
        var ledgers = Ledgers.named(prefix, shape.ledgers(), Math.max(2, accounts / shape.ledgers()))
                .open(daybook.api());
        var targets = Ledgers.named(prefix + "-bare", shape.ledgers(), 0);
        targets.openWithoutAccounts(daybook.api());
        var accepted = new ArrayList<UUID>();
        for (var ledger : ledgers.ids()) {
            var funding = Ledgers.message(ledger, ledgers.funding());
            daybook.apply(List.of(Ledgers.event(List.of(funding))));
            remember(funding, accepted);
        }
        try (var database = daybook.database();
                var bare = new BareSql(daybook.database())) {
            var copies = new ArrayList<Copies>();
            for (var i = 0; i < ledgers.ids().size(); i++) {
                copies.add(
                        new Copies(database, ledgers.ids().get(i), targets.ids().get(i)));
            }
            write(bare, copies, ledgers.accounts().size());
            daybook.settle();
            var turns = new ArrayList<Turn>();
            for (var round = 0; round < warmUp + rounds; round++) {
                var events = events(ledgers, shape, accepted);
                var cpu = cpuSeconds();
                var handlerSeconds = daybook.apply(events);
                var handlerCpu = cpuSeconds() - cpu;
                var bareSeconds = write(bare, copies, shape.together());
                turns.add(new Turn(handlerSeconds, bareSeconds, handlerCpu));
            }
            for (var copy : copies) {
                copy.isComplete();
            }
            new Proof(database, daybook.api(), ledgers.ids()).holds(accepted, Set.of());
            daybook.forgetInRedis();
            return turns.subList(warmUp, turns.size());
        }
    }

    private List<SQSEvent> events(Ledgers ledgers, Shape shape, List<UUID> accepted) {
        var events = new ArrayList<SQSEvent>();
        var ledger = 0;
        for (var left = operationsOfRound(shape); left > 0; left -= shape.messages() * shape.operations()) {
            var messages = new ArrayList<QueueMessage>();
            for (var i = 0; i < shape.messages(); i++) {
                messages.add(Ledgers.message(ledgers.ids().get(ledger), ledgers.commands(shape.operations())));
                ledger = (ledger + 1) % shape.ledgers();
                remember(messages.getLast(), accepted);
            }
            events.add(Ledgers.event(messages));
        }
        return events;
    }

    private static void remember(QueueMessage message, List<UUID> accepted) {
        message.operations().forEach(item -> accepted.add(item.operationId()));
    }

    /** Ledger after ledger in turn, as the events had them. */
    private static double write(BareSql bare, List<Copies> copies, int together) throws SQLException {
        var inTurn = new ArrayList<Numbered>();
        for (var copy : copies) {
            var batches = copy.next(together);
            IntStream.range(0, batches.size())
                    .mapToObj(number -> new Numbered(number, batches.get(number)))
                    .forEach(inTurn::add);
        }
        inTurn.sort(Comparator.comparingInt(Numbered::number));
        var began = System.nanoTime();
        for (var batch : inTurn) {
            bare.write(batch.batch());
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private record Numbered(int number, BareSql.Batch batch) {}

    private static double cpuSeconds() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }
}
