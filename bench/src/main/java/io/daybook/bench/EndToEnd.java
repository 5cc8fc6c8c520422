package io.daybook.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "end-to-end",
        mixinStandardHelpOptions = true,
        description = "HTTP load on the whole local stack in another process.")
final class EndToEnd extends Benchmark {
    private static final int BATCH = 100;
    private static final Duration SAMPLED_EVERY = Duration.ofMillis(250);
    private static final int WAIT_MAX_SECONDS = 20;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "15",
            description = "that each load lasts (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "120",
            description = "seconds of load ahead of all that does not count (default: ${DEFAULT-VALUE})")
    private double warmUp;

    @Option(names = "--durable", description = "the queue writes each message to the disk, as that of `up`")
    private boolean durable;

    @Option(
            names = "--rates",
            paramLabel = "N",
            split = ",",
            defaultValue = "100,200,300,600",
            description = "single operations a second (default: ${DEFAULT-VALUE})")
    private List<Integer> rates;

    @Option(
            names = "--batch-rates",
            paramLabel = "N",
            split = ",",
            defaultValue = "2000,4000,8000",
            description = "operations a second in batches of 100 (default: ${DEFAULT-VALUE})")
    private List<Integer> batchRates;

    @Option(
            names = "--wait-rate",
            paramLabel = "N",
            defaultValue = "50",
            description = "requests a second of those that wait (default: ${DEFAULT-VALUE})")
    private int waitRate;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "that are busy at the limit (default: ${DEFAULT-VALUE})")
    private int clients;

    @Option(
            names = "--ledgers",
            paramLabel = "N",
            defaultValue = "100",
            description = "where there are many (default: ${DEFAULT-VALUE})")
    private int many;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "500",
            description = "of all ledgers together (default: ${DEFAULT-VALUE})")
    private int accounts;

    private final AtomicInteger number = new AtomicInteger();
    private Table timeline;

    /**
     * A load.
     *
     * @param batch operations of a request
     * @param perSecond requests; none: as many as the clients can get through
     * @param waiting withdrawals that wait for their outcome
     */
    private record Scenario(String name, int ledgers, int batch, Optional<Double> perSecond, boolean waiting) {}

    private record Sample(double seconds, long accepted, long applied, long residentBytes) {
        long backlog() {
            return accepted - applied;
        }
    }

    /** What came of a load; times in nanoseconds. */
    private record Outcome(
            Scenario scenario,
            double acceptedPerSecond,
            double appliedPerSecond,
            Histogram toAccept,
            Histogram toOutcome,
            List<Sample> samples,
            double cpuMillis,
            long refused) {
        long backlogMax() {
            return samples.stream().mapToLong(Sample::backlog).max().orElse(0);
        }

        long residentMebibytes() {
            return samples.stream().mapToLong(Sample::residentBytes).max().orElse(0) >> 20;
        }
    }

    @Override
    Results measure() throws Exception {
        timeline = new Table(
                "timeline", "Accepted and applied over time", "load", "s", "accepted", "applied", "backlog", "MiB");
        var limit = loads("limit", "At the limit: %d clients, each sends when it was answered".formatted(clients));
        var rated = loads("rates", "At stated rates, whether answers come or not");
        var waits = new Table(
                "waits",
                "Waiting for the outcome beside being accepted, %d requests a second each".formatted(waitRate),
                "request",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "max ms",
                "p50 : p50 of accepting");
        var chart = new XYChartBuilder()
                .width(760)
                .height(360)
                .title("Operations accepted and not yet applied")
                .xAxisTitle("seconds")
                .build();
        Environment environment;
        try (var server = Server.start(durable);
                var database = server.database()) {
            environment = Environment.of(database, durable);
            run(server, database, new Scenario("warm-up", 1, 1, Optional.empty(), false), warmUp);
            run(server, database, new Scenario("warm-up, batches", 1, BATCH, Optional.empty(), false), warmUp / 2);
            for (var ledgers : List.of(1, many)) {
                for (var batch : List.of(1, BATCH)) {
                    var outcome = run(
                            server,
                            database,
                            new Scenario(named(ledgers, batch), ledgers, batch, Optional.empty(), false),
                            seconds);
                    row(limit, outcome);
                    draw(chart, outcome);
                }
            }
            for (var rate : rates) {
                row(rated, run(server, database, rated(1, rate), seconds));
            }
            for (var rate : batchRates) {
                row(rated, run(server, database, rated(BATCH, rate), seconds));
            }
            waits(waits, server, database);
        }
        var queue = new QueueRate(seconds, many).measure(this::say);
        return new Results(
                "end-to-end",
                environment,
                List.of(limit, rated, waits, queue),
                List.of(timeline),
                List.of(new Results.NamedChart("backlog", "Operations accepted and not yet applied", chart)));
    }

    private static String named(int ledgers, int batch) {
        return (ledgers == 1 ? "a hot ledger, " : ledgers + " ledgers, ")
                + (batch == 1 ? "one by one" : "batches of " + batch);
    }

    private static Scenario rated(int batch, int operationsPerSecond) {
        return new Scenario(
                named(1, batch) + ", %,d/s".formatted(operationsPerSecond),
                1,
                batch,
                Optional.of((double) operationsPerSecond / batch),
                false);
    }

    private static Table loads(String name, String title) {
        return new Table(
                name,
                title,
                "load",
                "accepted/s",
                "applied/s",
                "accept p50 ms",
                "p99 ms",
                "outcome p50 ms",
                "p99 ms",
                "max ms",
                "backlog max",
                "server MiB",
                "server CPU ms/op",
                "refused");
    }

    private static void row(Table table, Outcome outcome) {
        table.row(
                outcome.scenario().name(),
                outcome.acceptedPerSecond(),
                outcome.appliedPerSecond(),
                millis(outcome.toAccept(), 50),
                millis(outcome.toAccept(), 99),
                millis(outcome.toOutcome(), 50),
                millis(outcome.toOutcome(), 99),
                millis(outcome.toOutcome(), 100),
                outcome.backlogMax(),
                outcome.residentMebibytes(),
                outcome.cpuMillis(),
                outcome.refused());
    }

    private static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }

    private static void draw(XYChart chart, Outcome outcome) {
        var samples = outcome.samples();
        chart.addSeries(
                        outcome.scenario().name(),
                        samples.stream().mapToDouble(Sample::seconds).toArray(),
                        samples.stream().mapToDouble(Sample::backlog).toArray())
                .setMarker(SeriesMarkers.NONE);
    }

    private void waits(Table table, Server server, Connection database) throws Exception {
        var rate = Optional.of((double) waitRate);
        var accepting = run(server, database, new Scenario("accepting", 1, 1, rate, false), seconds);
        var hot = run(server, database, new Scenario("waiting, a hot ledger", 1, 1, rate, true), seconds);
        var all = run(
                server, database, new Scenario("waiting, %d ledgers".formatted(many), many, 1, rate, true), seconds);
        for (var outcome : List.of(accepting, hot, all)) {
            table.row(
                    outcome.scenario().name(),
                    millis(outcome.toAccept(), 50),
                    millis(outcome.toAccept(), 95),
                    millis(outcome.toAccept(), 99),
                    millis(outcome.toAccept(), 100),
                    millis(outcome.toAccept(), 50) / millis(accepting.toAccept(), 50));
        }
    }

    private Outcome run(Server server, Connection database, Scenario scenario, double seconds) throws Exception {
        say("%s ...", scenario.name());
        var ledgers = Ledgers.named(
                        "load-%02d".formatted(number.incrementAndGet()),
                        scenario.ledgers(),
                        Math.max(2, accounts / scenario.ledgers()))
                .open(server.api());
        var accepted = new ArrayList<UUID>(fund(server, database, ledgers));
        var duration = Duration.ofMillis(Math.round(seconds * 1e3));
        var load = new Load(server.api(), orders(ledgers, scenario));
        var samples = new ArrayList<Sample>();
        var before = accepted.size();
        var cpu = server.cpu();
        var over = new AtomicBoolean();
        var began = System.nanoTime();
        var sampler = Thread.ofPlatform().start(() -> sample(server, ledgers, load, before, began, over, samples));
        if (scenario.perSecond().isPresent()) {
            load.open(scenario.perSecond().get(), duration);
        } else {
            load.closed(clients, duration);
        }
        var loadSeconds = (System.nanoTime() - began) / 1e9;
        var appliedInTime = applied(database, ledgers) - before;
        accepted.addAll(load.accepted().keySet());
        // What was sent without an answer may be applied, too, and ahead of what is waited for.
        var drained =
                Patience.until(() -> applied(database, ledgers) >= accepted.size() && areApplied(database, accepted));
        over.set(true);
        sampler.join();
        var cpuMillis = server.cpu().minus(cpu).toMillis()
                / Math.max(1.0, load.accepted().size());
        if (!drained) {
            throw new BrokenBooksException("%s: of %,d accepted operations %,d were applied"
                    .formatted(scenario.name(), accepted.size(), applied(database, ledgers)));
        }
        new Proof(database, server.api(), ledgers.ids()).holds(accepted, load.uncertainKeys());
        samples.forEach(sample -> timeline.row(
                scenario.name(),
                sample.seconds(),
                sample.accepted(),
                sample.applied(),
                sample.backlog(),
                sample.residentBytes() >> 20));
        return new Outcome(
                scenario,
                load.accepted().size() / loadSeconds,
                appliedInTime / loadSeconds,
                load.latencies(),
                toOutcome(database, ledgers, load.accepted()),
                List.copyOf(samples),
                cpuMillis,
                load.refused() + load.uncertainKeys().size());
    }

    private static Supplier<Load.Order> orders(Ledgers ledgers, Scenario scenario) {
        var next = new AtomicInteger();
        return () -> {
            var path = "/ledgers/%s/"
                    .formatted(ledgers.ids()
                            .get(next.getAndIncrement() % ledgers.ids().size()));
            if (scenario.batch() > 1) {
                return new Load.Order(
                        path + "batches", Ledgers.body(ledgers.commands(scenario.batch())), Optional.empty());
            }
            var command = scenario.waiting() ? ledgers.withdrawal() : ledgers.command();
            return new Load.Order(
                    path + command.kind() + "s",
                    Ledgers.body(command),
                    scenario.waiting() ? Optional.of(WAIT_MAX_SECONDS) : Optional.empty());
        };
    }

    private static List<UUID> fund(Server server, Connection database, Ledgers ledgers) throws Exception {
        var accepted = new ArrayList<UUID>();
        for (var ledger : ledgers.ids()) {
            var answer =
                    server.api().accepted("/ledgers/%s/batches".formatted(ledger), Ledgers.body(ledgers.funding()));
            answer.findValuesAsText("operation_id").forEach(id -> accepted.add(UUID.fromString(id)));
        }
        if (!Patience.until(() -> applied(database, ledgers) >= accepted.size())) {
            throw new BrokenBooksException("The first deposits were not applied");
        }
        return accepted;
    }

    private static void sample(
            Server server,
            Ledgers ledgers,
            Load load,
            int before,
            long began,
            AtomicBoolean over,
            List<Sample> samples) {
        try (var database = server.database()) {
            while (!over.get()) {
                // In this order: what is applied was accepted.
                var applied = applied(database, ledgers) - before;
                samples.add(new Sample(
                        (System.nanoTime() - began) / 1e9, load.accepted().size(), applied, server.residentBytes()));
                Thread.sleep(SAMPLED_EVERY);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long applied(Connection database, Ledgers ledgers) throws SQLException {
        try (var select = database.prepareStatement("select sum(last_sequence) from ledger where ledger_id = any(?)")) {
            select.setArray(1, database.createArrayOf("text", ledgers.ids().toArray()));
            try (var row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static boolean areApplied(Connection database, List<UUID> operations) throws SQLException {
        try (var select = database.prepareStatement("""
                select count(*) from operation where operation_id = any(?) and sequence is not null
                """)) {
            select.setArray(1, database.createArrayOf("uuid", operations.toArray()));
            try (var row = select.executeQuery()) {
                row.next();
                return row.getLong(1) == operations.size();
            }
        }
    }

    /** From when a request was due until the commit of its outcome. */
    private static Histogram toOutcome(Connection database, Ledgers ledgers, Map<UUID, Long> dueMicros)
            throws SQLException {
        var committed = new HashMap<UUID, Long>();
        try (var select = database.prepareStatement("""
                select operation_id, (extract(epoch from pg_xact_commit_timestamp(o.xmin)) * 1000000)::bigint
                from operation o join ledger using (ledger_key) where ledger_id = any(?)
                """)) {
            select.setArray(1, database.createArrayOf("text", ledgers.ids().toArray()));
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    committed.put(rows.getObject(1, UUID.class), rows.getLong(2));
                }
            }
        }
        var histogram = new Histogram(3);
        dueMicros.forEach((id, due) -> histogram.recordValue(Math.max(0, committed.get(id) - due) * 1_000));
        return histogram;
    }
}
