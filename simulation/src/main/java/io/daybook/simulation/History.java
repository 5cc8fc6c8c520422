package io.daybook.simulation;

import io.daybook.ledger.Submission;
import io.daybook.ledger.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What happens in a run, made of a seed: every second one has operators at work, every third has long batches, and in
 * every fifth several things go wrong at once; and the least of it that still does what it did.
 */
final class History {
    private static final List<String> LEDGERS = List.of("x", "y", "z");
    /** What most operations touch. */
    private static final List<String> SICKLY = List.of("a", "b", "c", "d", "usd", "external:EUR", "transit:EUR");

    /** Among so many effects of an invocation one goes wrong; what operators do has fewer. */
    private static final int EFFECTS = 14;

    private static final int OPERATORS_EFFECTS = 6;
    private static final int OPERATORS_EVERY = 2;
    /** Where there are operators, one of so many actions is theirs. */
    private static final int OPERATORS_TURN = 8;

    private static final int WIDE_EVERY = 3;
    /** How many times as many operations there are where the batches are long. */
    private static final int WIDE = 10;

    private static final int TWO_FAULTS_EVERY = 5;
    private static final int MESSAGE_MAX = 2;
    private static final int BATCH_MAX = 200;
    private static final int AGAIN_EVERY = 25;

    private final Random random;
    private final Traffic traffic;
    private final Predicate<Submission> passesTheDoor;
    private final int messageMax;
    private final int faultsMax;
    /** The one that an operator had stand still last; or that does so by itself, after a dead letter. */
    private String halted = "z";

    private final List<Action.Send> sent = new ArrayList<>();
    private final Set<UUID> seen = new HashSet<>();
    /** Those of atomic batches, that cannot be parted from others. */
    private final Set<UUID> bound = new HashSet<>();

    private History(long seed, Predicate<Submission> passesTheDoor) {
        this.random = new Random(seed);
        this.traffic = new Traffic(random);
        this.passesTheDoor = passesTheDoor;
        this.messageMax = isWide(seed) ? BATCH_MAX : MESSAGE_MAX;
        this.faultsMax = seed % TWO_FAULTS_EVERY == 0 ? 2 : 1;
    }

    /** How many operations a run of the seed has, for so many of one with short messages. */
    static int operations(long seed, int operations) {
        return isWide(seed) ? operations * WIDE : operations;
    }

    private static boolean isWide(long seed) {
        return seed % WIDE_EVERY == 0;
    }

    /** @param passesTheDoor which operations are accepted at all */
    static List<Action> of(long seed, int operations, Predicate<Submission> passesTheDoor) {
        var history = new History(seed, passesTheDoor);
        var withOperators = seed % OPERATORS_EVERY != 0;
        var actions = new ArrayList<Action>();
        while (history.traffic.count() < operations) {
            actions.add(
                    withOperators && history.random.nextInt(OPERATORS_TURN) == 0
                            ? history.operators()
                            : history.next());
        }
        return actions;
    }

    private Action next() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> send();
            case 9, 10, 11, 12, 13, 14, 15 ->
                new Action.Work(random.nextInt(1 << 16), faults(EFFECTS), random.nextInt(20) == 0);
            case 16 -> new Action.Relay(faults(EFFECTS));
            case 17 -> new Action.Resume(random.nextInt(2));
            default -> new Action.Wait(random.nextInt(3) == 0 ? 40 : random.nextInt(4));
        };
    }

    /** Something new, mostly; whoever repeats a batch repeats it whole, and an operation of its own alone. */
    private Action send() {
        if (!sent.isEmpty() && random.nextInt(AGAIN_EVERY) == 0) {
            return sent.get(random.nextInt(sent.size()));
        }
        var ledger = random.nextInt(50) == 0 ? "void" : ledger();
        var message = traffic.message(ledger, messageMax);
        var accepted = message.submissions().stream()
                .filter(passesTheDoor)
                .filter(one ->
                        message.atomic() ? !seen.contains(one.operationId()) : !bound.contains(one.operationId()))
                .toList();
        if (accepted.isEmpty()) {
            return new Action.Wait(0);
        }
        accepted.forEach(one -> (message.atomic() ? bound : seen).add(one.operationId()));
        seen.addAll(bound);
        sent.add(new Action.Send(ledger, message.atomic(), accepted));
        return sent.getLast();
    }

    /** What falls sick, and what operators do. */
    private Action operators() {
        return switch (random.nextInt(6)) {
            case 0 -> new Action.Sicken(ledger(), SICKLY.get(random.nextInt(SICKLY.size())));
            case 1 -> new Action.Heal();
            case 2 -> halt();
            case 3 -> new Action.GoOn(halted, faults(OPERATORS_EFFECTS, faultsMax));
            default -> new Action.Redrive(random.nextInt(8), faults(OPERATORS_EFFECTS));
        };
    }

    private Action halt() {
        halted = ledger();
        return new Action.Halt(halted, faults(OPERATORS_EFFECTS));
    }

    private String ledger() {
        return LEDGERS.get(random.nextInt(LEDGERS.size()));
    }

    private Map<Integer, Fault> faults(int effects) {
        return faults(effects, random.nextInt(faultsMax + 1));
    }

    private Map<Integer, Fault> faults(int effects, int count) {
        var faults = new HashMap<Integer, Fault>();
        for (var i = 0; i < count; i++) {
            faults.put(random.nextInt(effects), Fault.values()[random.nextInt(Fault.values().length)]);
        }
        return faults;
    }

    /** Leaves out what is not needed for it to fail: halves first, then ever smaller parts, then faults. */
    static List<Action> shrunk(List<Action> history, Predicate<List<Action>> fails) {
        var least = history;
        for (var part = history.size() / 2; part > 0; part /= 2) {
            for (var from = 0; from < least.size(); ) {
                var less = new ArrayList<>(least.subList(0, from));
                less.addAll(least.subList(Math.min(from + part, least.size()), least.size()));
                if (fails.test(less)) {
                    least = less;
                } else {
                    from += part;
                }
            }
        }
        for (var i = 0; i < least.size(); i++) {
            if (least.get(i) instanceof Action.Work work && !work.faults().isEmpty()) {
                var less = new ArrayList<>(least);
                less.set(i, new Action.Work(work.choice(), Map.of(), work.answerLost()));
                if (fails.test(less)) {
                    least = less;
                }
            }
        }
        return least;
    }
}
