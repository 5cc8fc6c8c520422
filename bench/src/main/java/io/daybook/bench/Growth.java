package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = "Applying to and reading from books of several sizes, side by side.")
final class Growth extends Benchmark {
    private static final int ACCOUNTS_MAX = 100_000;
    private static final int POSTINGS_OF_AN_ACCOUNT = 10;
    private static final int PAGE = 50;

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

    /** Books of one size, in a Daybook of their own. */
    private static final class Sized implements AutoCloseable {
        private final long postings;
        private final Daybook daybook;
        private final Connection database;
        private final Ledgers ledger;
        private final History history;
        private final String token;
        private final SplittableRandom random = new SplittableRandom(1);

        private final Map<String, Double> applySeconds = new LinkedHashMap<>();
        private final Map<String, Histogram> latencies = new LinkedHashMap<>();
        private long applied;

        Sized(long postings) throws Exception {
            this.postings = postings;
            daybook = Daybook.start();
            database = daybook.database();
            token = daybook.token();
            var accounts = Math.clamp(postings / POSTINGS_OF_AN_ACCOUNT, 10, ACCOUNTS_MAX);
            ledger = Ledgers.named("books", 1, accounts);
            ledger.openWithoutAccounts(daybook.api());
            history = new History(database, ledger).load(postings);
            daybook.settle();
        }

        void apply(String shape, int messages, int size, int count) {
            var events = new ArrayList<SQSEvent>();
            for (var left = count; left > 0; left -= messages * size) {
                events.add(Ledgers.event(Stream.generate(
                                () -> Ledgers.message(ledger.ids().getFirst(), ledger.commands(size)))
                        .limit(messages)
                        .toList()));
            }
            var processor = daybook.processor();
            var began = System.nanoTime();
            for (var event : events) {
                if (!processor.handleRequest(event, null).getBatchItemFailures().isEmpty()) {
                    throw new BrokenBooksException("The processor did not apply what it was given");
                }
            }
            applySeconds.merge(shape, (System.nanoTime() - began) / 1e9, Double::sum);
            applied += (long) events.size() * messages * size;
        }

        void read(int count) {
            var books = "/v1/ledgers/" + ledger.ids().getFirst();
            read("balance", count, () -> new Question(books + "/accounts/" + anyAccount(), Map.of()));
            read(
                    "balance at a time",
                    count,
                    () -> new Question(
                            books + "/accounts/" + anyAccount(),
                            Map.of("at", history.anyTime().toString())));
            read(
                    "statement of an account, 50 lines",
                    count,
                    () -> new Question(
                            books + "/accounts/" + anyAccount() + "/entries", Map.of("limit", Integer.toString(PAGE))));
            read(
                    "statement of the busiest account, from a time",
                    count,
                    () -> new Question(
                            books + "/accounts/external:" + Ledgers.CURRENCY + "/entries",
                            Map.of(
                                    "limit",
                                    Integer.toString(PAGE),
                                    "to",
                                    history.anyTime().toString())));
            read("status of an operation, not in Redis", count, () -> new Question(
                    "/v1/operations/"
                            + history.some().get(random.nextInt(history.some().size())),
                    Map.of()));
            read(
                    "trial balance",
                    Math.max(1, count / 25),
                    () -> new Question(books + "/trial-balance", Map.of("limit", "100")));
        }

        private record Question(String path, Map<String, String> query) {}

        private String anyAccount() {
            return ledger.accounts().get(random.nextInt(ledger.accounts().size()));
        }

        private void read(String name, int count, Supplier<Question> questions) {
            var status = daybook.http("status");
            var histogram = latencies.computeIfAbsent(name, ignored -> new Histogram(3));
            for (var i = 0; i < count; i++) {
                var question = questions.get();
                var request = Events.get(question.path(), question.query(), token);
                var began = System.nanoTime();
                var answer = status.handleRequest(request, null);
                histogram.recordValue(System.nanoTime() - began);
                if (answer.getStatusCode() != 200) {
                    throw new IllegalStateException(
                            "%s: %d %s".formatted(question, answer.getStatusCode(), answer.getBody()));
                }
            }
        }

        void forget() {
            applySeconds.clear();
            latencies.clear();
        }

        /** Every posting of the past and of the measurement is there, and the audit passes. */
        void hold() throws SQLException {
            try (var select = database.prepareStatement(
                            "select (select count(*) from operation), (select last_sequence from ledger)");
                    var row = select.executeQuery()) {
                row.next();
                var expected = history.operations() + applied;
                if (row.getLong(1) != expected || row.getLong(2) != expected) {
                    throw new BrokenBooksException("Of %,d operations %,d are there, with %,d transactions"
                            .formatted(expected, row.getLong(1), row.getLong(2)));
                }
            }
            Proof.passAudits(daybook.api(), ledger.ids());
        }

        @Override
        public void close() throws SQLException {
            database.close();
            daybook.close();
        }
    }

    @Override
    Results measure() throws Exception {
        var books = new ArrayList<Sized>();
        try {
            for (var size : sizes) {
                say("loading %,d postings ...", size);
                books.add(new Sized(size));
            }
            for (var round = 0; round < warmUp + rounds; round++) {
                say("round %d ...", round + 1);
                if (round == warmUp) {
                    books.forEach(Sized::forget);
                }
                for (var one : books) {
                    one.apply("10 messages of 1", 10, 1, operations);
                    one.apply("100 in a message", 1, 100, operations);
                    one.read(reads);
                }
            }
            var environment = Environment.of(books.getFirst().database, false);
            say("auditing ...");
            for (var one : books) {
                one.hold();
            }
            return new Results("growth", environment, List.of(rates(books), latencies(books)), List.of(), List.of());
        } finally {
            for (var one : books) {
                one.close();
            }
        }
    }

    private Table rates(List<Sized> books) {
        var table = new Table(
                "rates",
                "Operations applied per second to a ledger with a past",
                "event",
                "postings",
                "accounts",
                "1/s",
                "of the smallest %");
        for (var shape : books.getFirst().applySeconds.keySet()) {
            var smallest = books.getFirst().applySeconds.get(shape);
            for (var one : books) {
                var seconds = one.applySeconds.get(shape);
                table.row(
                        shape,
                        one.postings,
                        one.ledger.accounts().size(),
                        (double) operations * rounds / seconds,
                        100 * smallest / seconds);
            }
        }
        return table;
    }

    private static Table latencies(List<Sized> books) {
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
        for (var read : books.getFirst().latencies.keySet()) {
            var smallest = books.getFirst().latencies.get(read).getValueAtPercentile(50);
            for (var one : books) {
                var latencies = one.latencies.get(read);
                table.row(
                        read,
                        one.postings,
                        one.ledger.accounts().size(),
                        latencies.getValueAtPercentile(50) / 1e6,
                        latencies.getValueAtPercentile(95) / 1e6,
                        latencies.getValueAtPercentile(99) / 1e6,
                        100.0 * latencies.getValueAtPercentile(50) / smallest);
            }
        }
        return table;
    }
}
