package io.daybook.simulation;

import io.daybook.ledger.Submission;
import io.daybook.ledger.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** What happens in a run, made of a seed: every second one has operators at work, every fourth has long batches; and the least of it that still does what it did. */
final class History {
    private static final List<String> LEDGERS = List.of("x", "y", "z");
    private static final int EFFECTS = 14;
    private static final int WIDE_EVERY = 4;
    private static final int WIDE = 50;
    private static final int MESSAGE_MAX = 2;
    private static final int BATCH_MAX = 200;

    private History() {}

    /** How many operations a run of the seed has, for so many of one with short messages. */
    static int operations(long seed, int operations) {
        return isWide(seed) ? operations * WIDE : operations;
    }

    private static boolean isWide(long seed) {
        return seed % WIDE_EVERY == 0;
    }

    /** @param passesTheDoor which operations are accepted at all */
    static List<Action> of(long seed, int operations, Predicate<Submission> passesTheDoor) {
        var random = new Random(seed);
        var traffic = new Traffic(random);
        var actions = new ArrayList<Action>();
        var withOperators = seed % 2 != 0;
        while (traffic.count() < operations) {
            actions.add(
                    withOperators && random.nextInt(12) == 0
                            ? operators(random)
                            : next(random, traffic, isWide(seed) ? BATCH_MAX : MESSAGE_MAX, passesTheDoor));
        }
        return actions;
    }

    private static Action next(Random random, Traffic traffic, int messageMax, Predicate<Submission> passesTheDoor) {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> {
                var ledger = random.nextInt(50) == 0 ? "void" : ledger(random);
                var message = traffic.message(ledger, messageMax);
                var accepted =
                        message.submissions().stream().filter(passesTheDoor).toList();
                yield accepted.isEmpty() ? new Action.Wait(0) : new Action.Send(ledger, message.atomic(), accepted);
            }
            case 9, 10, 11, 12, 13, 14, 15 ->
                new Action.Work(random.nextInt(1 << 16), faults(random), random.nextInt(20) == 0);
            case 16 -> new Action.Relay(faults(random));
            case 17 -> new Action.Resume(random.nextInt(2));
            default -> new Action.Wait(random.nextInt(3) == 0 ? 40 : random.nextInt(4));
        };
    }

    /** What falls sick, and what operators do. */
    private static Action operators(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Action.Sicken(ledger(random), Traffic.account(random));
            case 1 -> new Action.Heal();
            case 2 -> new Action.Halt(ledger(random), faults(random));
            case 3 -> new Action.GoOn(ledger(random), faults(random));
            default -> new Action.Redrive(random.nextInt(8), faults(random));
        };
    }

    private static String ledger(Random random) {
        return LEDGERS.get(random.nextInt(LEDGERS.size()));
    }

    private static Map<Integer, Fault> faults(Random random) {
        var faults = new HashMap<Integer, Fault>();
        for (var i = random.nextInt(10) == 0 ? 2 : random.nextInt(2); i > 0; i--) {
            faults.put(random.nextInt(EFFECTS), Fault.values()[random.nextInt(Fault.values().length)]);
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
