package io.daybook.local.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends lines that say what they come to, and holds what comes of them against it. One sender per ledger keeps each
 * ledger's order.
 */
final class Rehearsal {
    /** How long to go on waiting while not one outcome arrives. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A run of one kind that is at least this long is sent as batches, as a bank sends its payroll. */
    private static final int RUN_LENGTH_MIN = 30;

    private static final int BATCH_SIZE = 100;
    private static final String REPLAYED = "replayed";

    private final Client client;
    private final Outcomes outcomes;
    private final Progress progress;

    private final AtomicReference<RuntimeException> fault = new AtomicReference<>();
    private final Map<String, Optional<Outcome>> accepted = new HashMap<>();
    private final SortedMap<String, Long> refused = new TreeMap<>();
    private final List<String> surprises = new ArrayList<>();
    private final List<Long> nanosToAccept = new ArrayList<>();
    private final List<Long> nanosToOutcome = new ArrayList<>();
    private long requests;
    private long replayed;

    /**
     * What became of the lines.
     *
     * @param requests operations sent, each of a batch counted
     * @param accepted operations that are safe
     * @param open of them, those without an outcome
     * @param failed by code
     * @param refused at the door, by code
     * @param surprises lines that came to something else than they say
     * @param toAccept how long the answers took that promise an outcome
     * @param toOutcome how long the answers took that waited for it
     */
    record Report(
            long requests,
            long accepted,
            long succeeded,
            long open,
            SortedMap<String, Long> failed,
            SortedMap<String, Long> refused,
            long replayed,
            List<String> surprises,
            Latencies toAccept,
            Latencies toOutcome,
            Duration elapsed) {
        long failedInAll() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }

        long refusedInAll() {
            return refused.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** Percentiles by the nearest rank. */
    record Latencies(int count, double millisP50, double millisP99) {
        static Latencies of(List<Long> nanos) {
            var sorted = new ArrayList<>(nanos);
            Collections.sort(sorted);
            return new Latencies(sorted.size(), at(sorted, 0.50), at(sorted, 0.99));
        }

        private static double at(List<Long> sorted, double share) {
            if (sorted.isEmpty()) {
                return 0;
            }
            return sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1e6;
        }
    }

    Rehearsal(Client client, Outcomes outcomes, Progress progress) {
        this.client = client;
        this.outcomes = outcomes;
        this.progress = progress;
    }

    Report run(List<Line> lines) {
        var byLedger = new LinkedHashMap<String, List<Line>>();
        for (var line : lines) {
            byLedger.computeIfAbsent(ledgerOf(line), ledger -> new ArrayList<>())
                    .add(line);
        }
        var began = System.nanoTime();
        var senders = byLedger.values().stream()
                .map(ofLedger -> Thread.ofVirtual().start(() -> send(ofLedger)))
                .toList();
        senders.forEach(Rehearsal::join);
        if (fault.get() != null) {
            throw fault.get();
        }
        outcomes.awaitAll(PATIENCE);
        return report(Duration.ofNanos(System.nanoTime() - began));
    }

    private static String ledgerOf(Line line) {
        return switch (line) {
            case Line.OpenLedger ledger -> ledger.ledgerId();
            case Line.OpenAccount account -> account.ledgerId();
            case Line.Operation operation -> operation.ledgerId();
            case Line.Unreadable bad ->
                throw new EnvironmentException("line " + bad.number() + " is not readable: " + bad.reason());
        };
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(List<Line> lines) {
        try {
            var operationsByKey = new HashMap<String, String>();
            for (var at = 0; at < lines.size() && fault.get() == null; ) {
                var run = runFrom(lines, at);
                if (run.size() >= RUN_LENGTH_MIN) {
                    sendAsBatches(run, operationsByKey);
                    at += run.size();
                } else {
                    switch (lines.get(at)) {
                        case Line.OpenLedger ledger -> client.openLedger(ledger.body());
                        case Line.OpenAccount account -> client.openAccount(account.ledgerId(), account.body());
                        case Line.Operation operation -> sendAlone(operation, operationsByKey);
                        case Line.Unreadable bad -> throw new IllegalStateException(bad.reason());
                    }
                    at++;
                }
            }
        } catch (RuntimeException failure) {
            fault.compareAndSet(null, failure);
        }
    }

    /** The operations from here on that are of one kind and of which nothing special is expected. */
    static List<Line.Operation> runFrom(List<Line> lines, int start) {
        var run = new ArrayList<Line.Operation>();
        for (var at = start; at < lines.size(); at++) {
            if (!(lines.get(at) instanceof Line.Operation operation)
                    || operation.expect().isPresent()
                    || operation.key().isEmpty()
                    || !run.isEmpty() && !run.getFirst().kind().equals(operation.kind())) {
                break;
            }
            run.add(operation);
        }
        return run;
    }

    private void sendAsBatches(List<Line.Operation> run, Map<String, String> operationsByKey) {
        for (var from = 0; from < run.size(); from += BATCH_SIZE) {
            var batch = run.subList(from, Math.min(from + BATCH_SIZE, run.size()));
            var began = System.nanoTime();
            var answer = client.submitBatch(
                    batch.getFirst().ledgerId(),
                    batch.stream().map(Line.Operation::inBatch).toList(),
                    "batch-of-" + batch.getFirst().key().orElseThrow());
            switch (answer) {
                case Client.BatchSubmission.Accepted all -> {
                    synchronized (this) {
                        nanosToAccept.add(System.nanoTime() - began);
                    }
                    for (var i = 0; i < batch.size(); i++) {
                        accept(batch.get(i), all.operations().get(i), operationsByKey);
                    }
                }
                case Client.BatchSubmission.Refused refusal ->
                    batch.forEach(operation -> refuse(operation, refusal.problem()));
            }
        }
    }

    private void sendAlone(Line.Operation operation, Map<String, String> operationsByKey) {
        var began = System.nanoTime();
        var submission = client.submit(operation.ledgerId(), operation.kind(), operation.body(), operation.key());
        var nanos = System.nanoTime() - began;
        switch (submission) {
            case Submission.Accepted answer -> {
                synchronized (this) {
                    if (!answer.replayed()) {
                        (answer.outcome().isPresent() ? nanosToOutcome : nanosToAccept).add(nanos);
                    }
                }
                accept(operation, answer, operationsByKey);
            }
            case Submission.Refused refusal -> refuse(operation, refusal.problem());
        }
    }

    private synchronized void accept(
            Line.Operation operation, Submission.Accepted answer, Map<String, String> operationsByKey) {
        requests++;
        progress.sent(1);
        if (answer.replayed()) {
            replayed++;
        }
        var expect = operation.expect().orElse("");
        var earlier = operation.key().map(key -> operationsByKey.putIfAbsent(key, answer.operationId()));
        if (expect.equals(REPLAYED)) {
            progress.done(1);
            if (!answer.replayed() || !earlier.equals(Optional.of(answer.operationId()))) {
                surprise(operation, answer.replayed() ? "the answer of another operation" : "a new operation");
            }
            return;
        }
        if (accepted.containsKey(answer.operationId())) {
            surprise(operation, "the operation of an earlier line");
            progress.done(1);
            return;
        }
        accepted.put(answer.operationId(), Optional.empty());
        answer.outcome()
                .ifPresentOrElse(
                        outcome -> settle(operation, answer.operationId(), outcome),
                        () -> outcomes.await(
                                operation.ledgerId(),
                                answer.operationId(),
                                outcome -> settle(operation, answer.operationId(), outcome)));
    }

    private synchronized void settle(Line.Operation operation, String operationId, Outcome outcome) {
        progress.done(1);
        accepted.put(operationId, Optional.of(outcome));
        // What the door does not know yet, the books decide: the reason is the same.
        var expected = operation.expect().map(Rehearsal::codeOf).orElse("succeeded");
        if (!outcome.code().equals(expected)) {
            surprise(operation, outcome.error().map(Problem::toString).orElse(outcome.status()));
        }
    }

    private synchronized void refuse(Line.Operation operation, Problem problem) {
        requests++;
        progress.sent(1);
        progress.done(1);
        refused.merge(problem.code(), 1L, Long::sum);
        if (!operation.expect().equals(Optional.of(problem.status() + " " + problem.code()))) {
            surprise(operation, problem.toString());
        }
    }

    private void surprise(Line.Operation operation, String instead) {
        surprises.add("line %d: expected %s, got %s"
                .formatted(operation.number(), operation.expect().orElse("succeeded"), instead));
    }

    private static String codeOf(String expect) {
        return expect.substring(expect.indexOf(' ') + 1);
    }

    private synchronized Report report(Duration elapsed) {
        var failed = new TreeMap<String, Long>();
        var succeeded = 0L;
        var open = 0L;
        for (var outcome : accepted.values()) {
            if (outcome.isEmpty()) {
                open++;
            } else if (outcome.get().succeeded()) {
                succeeded++;
            } else {
                failed.merge(outcome.get().code(), 1L, Long::sum);
            }
        }
        return new Report(
                requests,
                accepted.size(),
                succeeded,
                open,
                failed,
                refused,
                replayed,
                List.copyOf(surprises),
                Latencies.of(nanosToAccept),
                Latencies.of(nanosToOutcome),
                elapsed);
    }
}
