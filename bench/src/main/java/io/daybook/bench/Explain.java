package io.daybook.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "The plan of every statement that applying and reading runs, as PostgreSQL logs it.")
final class Explain extends Benchmark {
    private static final long LOG_SETTLES_MILLIS = 1_000;
    private static final int STATEMENT_SHOWN = 72;
    private static final String POOL_ASKS = "SELECT 1";
    private static final Pattern ENTRY =
            Pattern.compile("LOG: {2}duration: ([0-9.]+) ms {2}plan:\\n((?:\\t.*\\n)+)", Pattern.MULTILINE);

    @Option(
            names = "--postings",
            paramLabel = "N",
            defaultValue = "200000",
            description = "in the books (default: ${DEFAULT-VALUE})")
    private long postings;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "20",
            description = "each, so that plans are those of prepared statements (default: ${DEFAULT-VALUE})")
    private int repeat;

    /** What was logged of one statement: how often it ran, and how it ran last. */
    private static final class Statement {
        private int calls;
        private double millis;
        private String plan = "";
    }

    @Override
    Results measure() throws Exception {
        var times = new Table(
                "times",
                "Statements by what they take, with the clocks of EXPLAIN running",
                "while",
                "statement",
                "calls",
                "mean ms",
                "share %");
        var listings = new ArrayList<Results.Listing>();
        var logs = Files.createTempDirectory("daybook-plans-");
        try (var daybook = Daybook.start();
                var books = new GrownBooks(daybook, postings)) {
            var environment = Environment.of(books.database(), false);
            logPlans(daybook, logs);
            var log = logs.resolve("plans.log");
            books.apply(10, 1, 10 * repeat);
            var singles = statements(log, 0);
            var read = Files.size(log);
            books.apply(1, 100, 100 * repeat);
            var batches = statements(log, read);
            read = Files.size(log);
            books.read(repeat);
            var reads = statements(log, read);
            rows(times, "applying 10 messages of 1", singles);
            rows(times, "applying 100 in a message", batches);
            rows(times, "reading", reads);
            var all = new LinkedHashMap<>(batches);
            reads.forEach(all::putIfAbsent);
            all.forEach(
                    (sql, statement) -> listings.add(new Results.Listing(shown(sql), sql + "\n\n" + statement.plan)));
            books.hold();
            return new Results("explain", environment, List.of(times), List.of(), List.of(), listings);
        } finally {
            delete(logs);
        }
    }

    private static void rows(Table table, String phase, Map<String, Statement> statements) {
        var sum = statements.values().stream().mapToDouble(one -> one.millis).sum();
        statements.entrySet().stream()
                .sorted((one, other) -> Double.compare(other.getValue().millis, one.getValue().millis))
                .forEach(entry -> table.row(
                        phase,
                        "`" + shown(entry.getKey()) + "`",
                        entry.getValue().calls,
                        entry.getValue().millis / entry.getValue().calls,
                        100 * entry.getValue().millis / sum));
    }

    private static String shown(String sql) {
        var line = sql.replaceAll("\\s+", " ").replace("|", "\\|").strip();
        return line.length() <= STATEMENT_SHOWN ? line : line.substring(0, STATEMENT_SHOWN) + " …";
    }

    private static void logPlans(Daybook daybook, Path folder) throws SQLException, InterruptedException {
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            statement.execute("load 'auto_explain'"); // or its settings are not known
            for (var setting : List.of(
                    "session_preload_libraries = 'auto_explain'",
                    "auto_explain.log_min_duration = 0",
                    "auto_explain.log_analyze = on",
                    "auto_explain.log_buffers = on",
                    "auto_explain.log_triggers = on",
                    "auto_explain.log_parameter_max_length = 0",
                    "log_line_prefix = ''",
                    "logging_collector = on",
                    "log_filename = 'plans.log'",
                    "log_directory = '%s'".formatted(folder))) {
                statement.execute("alter system set " + setting);
            }
        }
        daybook.stack().postgres().stop();
        daybook.stack().postgres().start();
        // The pool looks whether a connection still lives only when it was used longer ago than half a second.
        Thread.sleep(1_000);
    }

    private static Map<String, Statement> statements(Path log, long from) throws IOException, InterruptedException {
        Thread.sleep(LOG_SETTLES_MILLIS);
        var bytes = Files.readAllBytes(log);
        var written = new String(bytes, (int) from, bytes.length - (int) from, StandardCharsets.UTF_8);
        var statements = new LinkedHashMap<String, Statement>();
        var entries = ENTRY.matcher(written);
        while (entries.find()) {
            var lines = entries.group(2).lines().map(line -> line.substring(1)).toList();
            var sql = new ArrayList<String>();
            var plan = new ArrayList<String>();
            for (var line : lines) {
                // The plan begins where the costs do.
                (plan.isEmpty() && !line.contains("(cost=") ? sql : plan).add(line);
            }
            var text = String.join("\n", sql).replaceFirst("Query Text: ", "").strip();
            if (text.equals(POOL_ASKS)) {
                continue;
            }
            var statement = statements.computeIfAbsent(text, ignored -> new Statement());
            statement.calls++;
            statement.millis += Double.parseDouble(entries.group(1));
            statement.plan = String.join("\n", plan);
        }
        return statements;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
