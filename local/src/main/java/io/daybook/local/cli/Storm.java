package io.daybook.local.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Strikes a stack with faults, the same ones in the same order for a seed: each kind once a round, in an order of its
 * own. They are spread evenly over the operations that clients have answers to, and the clients get no further ahead of
 * them than to the fault after the next, so that each strikes under load.
 */
final class Storm {
    /** How long whatever was struck stays down, at the most, ahead of the time that it takes to start. */
    private static final int DOWN_MILLIS_MAX = 2_000;

    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final StackProcess stack;
    private final Terminal terminal;
    private final Random random;
    private final long operations;
    private final List<Fault> faults;
    private final AtomicLong answered;
    private final AtomicLong mayBeAnswered = new AtomicLong();
    private volatile boolean calm;
    private final Map<Fault, List<Duration>> struck = new EnumMap<>(Fault.class);

    /**
     * @param operations how many there will be
     * @param faults how many; rounded up to whole rounds
     * @param answered how many operations have an answer by now
     */
    Storm(StackProcess stack, Terminal terminal, long seed, long operations, int faults, AtomicLong answered) {
        this.stack = stack;
        this.terminal = terminal;
        this.random = new Random(seed);
        this.operations = operations;
        this.faults = plan(faults, random);
        this.answered = answered;
        mayBeAnswered.set(due(1));
    }

    private static List<Fault> plan(int faults, Random random) {
        var plan = new ArrayList<Fault>();
        while (plan.size() < faults) {
            var round = new ArrayList<>(Arrays.asList(Fault.values()));
            Collections.shuffle(round, random);
            plan.addAll(round);
        }
        return List.copyOf(plan);
    }

    /** Rages until the last fault, or until no more operations are sent. */
    void rage() throws InterruptedException {
        for (var i = 0; i < faults.size(); i++) {
            while (answered.get() < due(i)) {
                if (calm) {
                    return;
                }
                Thread.sleep(LOOK_EVERY);
            }
            mayBeAnswered.set(due(i + 2));
            strike(faults.get(i), Duration.ofMillis(random.nextInt(DOWN_MILLIS_MAX)));
        }
        mayBeAnswered.set(Long.MAX_VALUE);
    }

    /** Has it end when all is back. */
    void calm() {
        calm = true;
    }

    /** Returns when the load may go on. */
    void awaitLeave() throws InterruptedException {
        while (answered.get() >= mayBeAnswered.get()) {
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** How many operations have an answer when a fault strikes. */
    private long due(int fault) {
        return operations * (fault + 1) / (faults.size() + 2);
    }

    private void strike(Fault fault, Duration down) {
        var at = answered.get();
        var began = System.nanoTime();
        stack.strike(fault, down);
        var away = Duration.ofNanos(System.nanoTime() - began);
        struck.computeIfAbsent(fault, first -> new ArrayList<>()).add(away);
        terminal.complain(String.format(
                Locale.ROOT, "  after %,7d answers: killed %s, back in %.1f s", at, fault, away.toMillis() / 1000.0));
    }

    /** How long each fault took until all was back. */
    Map<Fault, List<Duration>> struck() {
        return struck;
    }
}
