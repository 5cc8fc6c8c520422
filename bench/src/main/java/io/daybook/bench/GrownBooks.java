package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** A ledger with a past, alone in a Daybook, to apply to and to read from. */
final class GrownBooks implements AutoCloseable {
    private static final int ACCOUNTS_MIN = 10;
    private static final int ACCOUNTS_MAX = 100_000;
    private static final int POSTINGS_OF_AN_ACCOUNT = 10;
    private static final int TRIAL_BALANCES_OF_READS = 25;

    private final Daybook daybook;
    private final Connection database;
    private final long postings;
    private final Ledgers ledger;
    private final History history;
    private final String token;
    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<String, Histogram> latencies = new LinkedHashMap<>();
    private long applied;

    /** Loads so many postings, on a tenth as many accounts, or a hundred thousand at the most. */
    GrownBooks(Daybook daybook, long postings) throws Exception {
        this.daybook = daybook;
        this.database = daybook.database();
        this.postings = postings;
        this.token = daybook.token();
        var accounts = Math.clamp(postings / POSTINGS_OF_AN_ACCOUNT, ACCOUNTS_MIN, ACCOUNTS_MAX);
        ledger = Ledgers.named("books", 1, accounts);
        ledger.openWithoutAccounts(daybook.api());
        history = new History(database, ledger).load(postings);
        daybook.settle();
    }

    Connection database() {
        return database;
    }

    long postings() {
        return postings;
    }

    int accounts() {
        return ledger.accounts().size();
    }

    /** @return the seconds it took */
    double apply(int messages, int operations, int count) {
        var events = new ArrayList<SQSEvent>();
        for (var left = count; left > 0; left -= messages * operations) {
            events.add(Ledgers.event(
                    Stream.generate(() -> Ledgers.message(ledger.ids().getFirst(), ledger.commands(operations)))
                            .limit(messages)
                            .toList()));
        }
        applied += (long) events.size() * messages * operations;
        return daybook.apply(events);
    }

    void read(int count) {
        var books = "/v1/ledgers/" + ledger.ids().getFirst();
        var busiest = books + "/accounts/external:" + Ledgers.CURRENCY;
        read("balance", count, () -> new Question(anyAccount(books), Map.of()));
        read("balance at a time", count, () -> new Question(anyAccount(books), Map.of("at", anyTime())));
        read("statement, 5 lines", count, () -> new Question(anyAccount(books) + "/entries", Map.of("limit", "5")));
        read(
                "statement of the busiest account, 50 lines up to a time",
                count,
                () -> new Question(busiest + "/entries", Map.of("limit", "50", "to", anyTime())));
        read("status, not in Redis", count, () -> new Question("/v1/operations/" + anyOperation(), Map.of()));
        read(
                "trial balance, 100 accounts and all sums",
                Math.max(1, count / TRIAL_BALANCES_OF_READS),
                () -> new Question(books + "/trial-balance", Map.of("limit", "100")));
    }

    private record Question(String path, Map<String, String> query) {}

    private String anyAccount(String books) {
        return books + "/accounts/"
                + ledger.accounts().get(random.nextInt(ledger.accounts().size()));
    }

    private String anyTime() {
        return history.anyTime().toString();
    }

    private String anyOperation() {
        return history.some().get(random.nextInt(history.some().size())).toString();
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

    /** In nanoseconds, by what was read. */
    Map<String, Histogram> latencies() {
        return latencies;
    }

    /** @throws BrokenBooksException unless all of the past and all that was applied is there, and the audit passes */
    void hold() throws SQLException {
        try (var fresh = daybook.database();
                var select = fresh.prepareStatement(
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

    /** The books; the Daybook is left to its owner. */
    @Override
    public void close() throws SQLException {
        database.close();
    }
}
