package io.daybook.local.cli;

import io.daybook.local.cli.MixedLoad.Foretold;
import io.daybook.local.cli.MixedLoad.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Sends a ledger's {@link MixedLoad}, each request when the one before it has its answer; some twice at the same time,
 * some again later, and some with a key that belongs to another. It notes what it is told.
 */
final class ChaosClient implements MixedLoad.Ids {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** How long an operation that another one follows on may go without an outcome. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int REMEMBERED_MAX = 50;

    private final Client client;
    private final String ledgerId;
    private final MixedLoad load;
    private final Random random;
    private final Pace pace;

    private final Map<String, Told> told = new LinkedHashMap<>();
    private final List<Request> earlier = new ArrayList<>();
    private final Set<String> strangers = new LinkedHashSet<>();
    private final List<String> surprises = new ArrayList<>();
    private long sent;
    private long repeated;
    private long reused;

    /** Holds a client back until it may send more, and hears how many operations have been answered. */
    interface Pace {
        void awaitLeave() throws InterruptedException;

        void answered(int operations);
    }

    /**
     * What a client knows of an operation.
     *
     * @param ids the operations that it was told to be accepted: more than one if a repetition could not be told in time
     */
    record Told(Foretold foretold, Set<String> ids) {
        boolean accepted() {
            return !ids.isEmpty();
        }
    }

    /** An operation that was accepted has come to no end. */
    private static final class StuckException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StuckException(String message) {
            super(message);
        }
    }

    ChaosClient(Client client, String ledgerId, List<String> others, long seed, Pace pace) {
        this.client = client;
        this.ledgerId = ledgerId;
        this.load = new MixedLoad(ledgerId, others, seed, this);
        this.random = new Random(~seed);
        this.pace = pace;
    }

    void open() {
        load.open(client);
    }

    /** Sends so many operations, repetitions among them. */
    void send(long operations) throws InterruptedException {
        try {
            while (sent < operations) {
                pace.awaitLeave();
                send(operations, random.nextInt(100));
            }
        } catch (StuckException stuck) {
            surprises.add(stuck.getMessage());
        }
    }

    private void send(long operations, int dice) throws InterruptedException {
        var left = operations - sent;
        if (dice < 10 && !earlier.isEmpty()) {
            var again = earlier.get(random.nextInt(earlier.size()));
            if (dice < 2) {
                reuseKey(again);
            } else if (again.operations().size() <= left) {
                repeat(again, submit(again));
            }
            return;
        }
        var request = load.next(left);
        request.operations().forEach(one -> told.put(one.key(), new Told(one, new LinkedHashSet<>())));
        if (dice < 14 && request.operations().size() * 2L <= left) {
            var twin = new FutureTask<>(() -> submit(request));
            Thread.startVirtualThread(twin);
            note(request, submit(request));
            repeat(request, joined(twin));
        } else {
            note(request, submit(request));
        }
        earlier.add(request);
        if (earlier.size() > REMEMBERED_MAX) {
            earlier.removeFirst();
        }
    }

    private static List<Submission> joined(FutureTask<List<Submission>> twin) throws InterruptedException {
        try {
            return twin.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private List<Submission> submit(Request request) {
        return switch (request) {
            case Request.Single one ->
                List.of(client.submitTo(one.method(), one.path(), one.body(), Optional.of(one.key())));
            case Request.Batch batch ->
                switch (client.submitBatch(batch.ledgerId(), batch.atomic(), batch.bodies(), batch.key())) {
                    case Client.BatchSubmission.Accepted all -> List.copyOf(all.operations());
                    case Client.BatchSubmission.Refused none ->
                        batch.operations().stream()
                                .<Submission>map(one -> new Submission.Refused(none.problem()))
                                .toList();
                };
        };
    }

    private void repeat(Request request, List<Submission> answers) {
        repeated += answers.size();
        note(request, answers);
    }

    private void note(Request request, List<Submission> answers) {
        for (var i = 0; i < answers.size(); i++) {
            note(request.operations().get(i), answers.get(i));
        }
        answered(answers.size());
    }

    private void note(Foretold foretold, Submission answer) {
        switch (answer) {
            case Submission.Accepted yes -> {
                told.get(foretold.key()).ids().add(yes.operationId());
                yes.outcome()
                        .filter(outcome -> !outcome.code().equals(foretold.code()))
                        .ifPresent(outcome -> surprise(foretold, outcome.code()));
            }
            case Submission.Refused no -> {
                if (!no.problem().code().equals(foretold.code())) {
                    surprise(foretold, no.problem().toString());
                }
            }
        }
    }

    private void surprise(Foretold foretold, String instead) {
        surprises.add("%s (%s) was to be answered %s, and was answered %s"
                .formatted(foretold.key(), foretold.kind(), foretold.code(), instead));
    }

    /** Another request under a key that is taken; who cannot tell accepts it, and refuses it in the end. */
    private void reuseKey(Request request) {
        if (!(request instanceof Request.Single one)
                || !one.operation().ledgerId().equals(ledgerId)
                || !told.get(one.key()).accepted()
                || one.operation().kind().startsWith("action_item")) {
            return;
        }
        var other = one.body().deepCopy().put("description", "another request");
        switch (client.submitTo(one.method(), one.path(), other, Optional.of(one.key()))) {
            case Submission.Accepted yes -> strangers.add(yes.operationId());
            case Submission.Refused no -> {
                if (!no.problem().code().equals(Reckoning.KEY_REUSED)) {
                    surprises.add(
                            "another request under the key %s was answered %s".formatted(one.key(), no.problem()));
                }
            }
        }
        reused++;
        answered(1);
    }

    private void answered(int operations) {
        sent += operations;
        pace.answered(operations);
    }

    @Override
    public String of(String key) {
        var id = told.get(key).ids().iterator().next();
        var until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            var operation = client.find(id);
            if (operation.isPresent() && operation.get().path("done").asBoolean()) {
                return Json.text(operation.get(), "duplicate_of").orElse(id);
            }
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnreachableException("interrupted while waiting for " + key, e);
            }
        }
        throw new StuckException(
                "%s was accepted as %s and has no outcome after %d s".formatted(key, id, PATIENCE.toSeconds()));
    }

    String ledgerId() {
        return ledgerId;
    }

    MixedLoad load() {
        return load;
    }

    /** By key. */
    Map<String, Told> told() {
        return told;
    }

    /** Operations that were accepted under a key that is another's. */
    Set<String> strangers() {
        return strangers;
    }

    /** Operations that were refused at the door, by code, and all that came under the key of another. */
    SortedMap<String, Long> refused() {
        var refused = new TreeMap<String, Long>();
        told.values().stream()
                .filter(one -> !one.accepted())
                .forEach(one -> refused.merge(one.foretold().code(), 1L, Long::sum));
        if (reused > 0) {
            refused.put(Reckoning.KEY_REUSED, reused);
        }
        return refused;
    }

    List<String> surprises() {
        return surprises;
    }

    long sent() {
        return sent;
    }

    long repeated() {
        return repeated;
    }

    long accepted() {
        return told.values().stream().filter(Told::accepted).count();
    }
}
