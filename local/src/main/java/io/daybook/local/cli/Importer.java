package io.daybook.local.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends a file of operations in batches: in the file's order within a ledger, ledgers side by side. What cannot be sent
 * or is refused is reported with its line, and the rest goes on.
 */
final class Importer {
    /** How long to go on waiting while not one outcome arrives. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Batches of one ledger that are read ahead. */
    private static final int BATCHES_AHEAD = 2;

    private final Client client;
    private final Outcomes outcomes;
    private final Progress progress;
    private final Complaints complaints;
    private final int batchSize;
    private final boolean stopOnError;

    private final Map<String, Sender> senders = new HashMap<>();
    private final AtomicReference<RuntimeException> fault = new AtomicReference<>();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong replayed = new AtomicLong();
    private final AtomicLong succeeded = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong bad = new AtomicLong();
    private volatile boolean derivedKeys;

    /** The first line that is known to be wrong, if that is to stop the work: nothing from there on is sent any more. */
    private final AtomicLong end = new AtomicLong(Long.MAX_VALUE);

    /** Hears of each line that was not done, from several threads. */
    interface Complaints {
        void of(long line, String reason);
    }

    /**
     * What became of the file's lines.
     *
     * @param accepted operations that are safe, with those that an earlier run had sent ({@code replayed})
     * @param failed accepted, and refused by the books
     * @param bad never accepted: unreadable or refused at the door
     * @param open accepted and still without an outcome when patience ended
     * @param derivedKeys whether some lines had no key of their own
     * @param stopped whether the first error ended the reading
     */
    record Report(
            long opened,
            long accepted,
            long replayed,
            long succeeded,
            long failed,
            long bad,
            long open,
            boolean derivedKeys,
            boolean stopped) {
        boolean clean() {
            return failed == 0 && bad == 0 && open == 0;
        }
    }

    Importer(
            Client client,
            Outcomes outcomes,
            Progress progress,
            Complaints complaints,
            int batchSize,
            boolean stopOnError) {
        this.client = client;
        this.outcomes = outcomes;
        this.progress = progress;
        this.complaints = complaints;
        this.batchSize = batchSize;
        this.stopOnError = stopOnError;
    }

    Report run(LineFile file, LineFile.Measure measure) {
        try {
            file.read(line -> take(line, measure));
        } finally {
            senders.values().forEach(Sender::finish);
            senders.values().forEach(Sender::join);
        }
        throwFault();
        outcomes.awaitAll(PATIENCE);
        return new Report(
                opened.get(),
                accepted.get(),
                replayed.get(),
                succeeded.get(),
                failed.get(),
                bad.get(),
                outcomes.awaiting(),
                derivedKeys,
                isStopped());
    }

    private boolean take(Line line, LineFile.Measure measure) {
        if (isStopped()) {
            return false;
        }
        switch (line) {
            // At once, ahead of what waits in batches: another ledger's transfers may need the account.
            case Line.OpenLedger ledger -> open(line, () -> client.openLedger(ledger.body()));
            case Line.OpenAccount account -> open(line, () -> client.openAccount(account.ledgerId(), account.body()));
            case Line.Operation operation ->
                senders.computeIfAbsent(operation.ledgerId(), Sender::new)
                        .put(operation.key().isPresent() ? operation : derived(operation, measure));
            case Line.Unreadable unreadable -> drop(unreadable.number(), unreadable.reason());
        }
        throwFault();
        return !isStopped();
    }

    private Line.Operation derived(Line.Operation operation, LineFile.Measure measure) {
        derivedKeys = true;
        return operation.withKey(measure.keyOf(operation.number()));
    }

    private void open(Line line, Runnable request) {
        try {
            request.run();
            opened.incrementAndGet();
            progress.sent(1);
            progress.done(1);
        } catch (RefusedException refused) {
            mustHaveAccess(refused.problem());
            drop(line.number(), refused.problem().toString());
        }
    }

    private boolean isStopped() {
        return end.get() != Long.MAX_VALUE;
    }

    private void wrong(long line, String reason) {
        if (stopOnError) {
            end.accumulateAndGet(line, Math::min);
        }
        complaints.of(line, reason);
    }

    private void drop(long line, String reason) {
        bad.incrementAndGet();
        progress.done(1);
        wrong(line, reason);
    }

    private void settled(long line, Outcome outcome) {
        progress.done(1);
        if (outcome.succeeded()) {
            succeeded.incrementAndGet();
        } else {
            failed.incrementAndGet();
            wrong(
                    line,
                    outcome.status() + ": "
                            + outcome.error().map(Problem::toString).orElse("no reason given"));
        }
    }

    private void throwFault() {
        if (fault.get() != null) {
            throw fault.get();
        }
    }

    /** A token that does not do for one request does for none. */
    private static void mustHaveAccess(Problem problem) {
        if (problem.status() == 401 || problem.status() == 403) {
            throw new RefusedException("the token", problem);
        }
    }

    /** Sends one ledger's operations, in order. */
    private final class Sender {
        private static final List<Line.Operation> END = List.of();

        private final String ledgerId;
        private final BlockingQueue<List<Line.Operation>> batches = new ArrayBlockingQueue<>(BATCHES_AHEAD);
        private final Thread thread;
        private List<Line.Operation> next = new ArrayList<>();

        Sender(String ledgerId) {
            this.ledgerId = ledgerId;
            this.thread = Thread.ofVirtual().name("sender-" + ledgerId).start(this::run);
        }

        void put(Line.Operation operation) {
            next.add(operation);
            if (next.size() == batchSize) {
                hand(next);
                next = new ArrayList<>();
            }
        }

        void finish() {
            if (!next.isEmpty()) {
                hand(next);
            }
            hand(END);
        }

        void join() {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private void hand(List<Line.Operation> batch) {
            try {
                while (thread.isAlive() && !batches.offer(batch, 100, TimeUnit.MILLISECONDS)) {
                    // The sender is busy; its end would leave the queue full for ever.
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private void run() {
            try {
                for (var batch = batches.take(); batch != END; batch = batches.take()) {
                    send(batch);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failure) {
                fault.compareAndSet(null, failure);
            }
        }

        private void send(List<Line.Operation> operations) {
            for (var rest = beforeEnd(operations); !rest.isEmpty(); rest = beforeEnd(rest)) {
                switch (client.submitBatch(
                        ledgerId, rest.stream().map(Line.Operation::inBatch).toList(), keyOf(rest))) {
                    case Client.BatchSubmission.Accepted answer -> {
                        accept(rest, answer.operations());
                        return;
                    }
                    case Client.BatchSubmission.Refused refusal -> rest = withoutRefused(rest, refusal.problem());
                }
            }
        }

        private void accept(List<Line.Operation> operations, List<Submission.Accepted> answers) {
            progress.sent(operations.size());
            for (var i = 0; i < operations.size(); i++) {
                var line = operations.get(i).number();
                var answer = answers.get(i);
                accepted.incrementAndGet();
                if (answer.replayed()) {
                    replayed.incrementAndGet();
                }
                answer.outcome()
                        .ifPresentOrElse(
                                outcome -> settled(line, outcome),
                                () -> outcomes.await(
                                        ledgerId, answer.operationId(), outcome -> settled(line, outcome)));
            }
        }

        /** What is left to be sent of a batch that was refused whole. */
        private List<Line.Operation> withoutRefused(List<Line.Operation> operations, Problem problem) {
            mustHaveAccess(problem);
            if (problem.mayPass()) {
                throw new UnreachableException("the API goes on refusing to take operations: " + problem, null);
            }
            var reasons = problem.reasonsByItem();
            if (reasons.keySet().stream().anyMatch(place -> place < operations.size())) {
                var rest = new ArrayList<Line.Operation>();
                for (var i = 0; i < operations.size(); i++) {
                    if (reasons.containsKey(i)) {
                        drop(operations.get(i).number(), reasons.get(i));
                    } else {
                        rest.add(operations.get(i));
                    }
                }
                return rest;
            }
            if (operations.size() == 1 || problem.code().equals("ledger_not_found")) {
                operations.forEach(operation -> drop(operation.number(), problem.toString()));
                return List.of();
            }
            // The problem does not say where it lies, or the batch is too long: halves narrow it down.
            var middle = operations.size() / 2;
            send(operations.subList(0, middle));
            return operations.subList(middle, operations.size());
        }

        private List<Line.Operation> beforeEnd(List<Line.Operation> operations) {
            return operations.stream()
                    .filter(operation -> operation.number() < end.get())
                    .toList();
        }

        /** The same for the same operations, so that a batch sent again is the same request. */
        private String keyOf(List<Line.Operation> operations) {
            var digest = LineFile.sha256();
            operations.forEach(
                    operation -> digest.update(operation.inBatch().toString().getBytes(StandardCharsets.UTF_8)));
            return "batch-" + HexFormat.of().formatHex(digest.digest(), 0, 16);
        }
    }
}
