package io.daybook.simulation;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import io.daybook.ledger.Submission;
import io.daybook.ledger.Traffic;
import io.daybook.ledger.World;
import io.daybook.store.OperationTable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What the ledgers do where no fault is in the world: the operations that were sent, once each, by the same rules, in
 * memory. The order of each ledger is that of its queue; what died, waited or was repeated on its way comes at the time
 * at which the processor says so, and takes its key and its reference when it came first.
 */
final class Course {
    static final List<String> LEDGERS = List.of("x", "y", "z", "void");
    /** More than any message has. */
    private static final double ITEMS = 100_000;

    private final Simulation simulation;
    private final Codec codec;
    private final Map<UUID, OperationTable.Row> rows;
    private final Map<String, List<Logged>> logs = new HashMap<>();
    private final Map<String, Instant> stepsTaken = new HashMap<>();
    /** By ledger and time, what was posted, in its order. */
    private final Map<String, Map<Instant, List<String>>> posted = new HashMap<>();

    private final Set<UUID> carried = new HashSet<>();

    /** What a ledger does without faults. */
    private sealed interface Deed {
        record Apply(World.Message message) implements Deed {}

        /** Its turn has not come: the ledger stands still. */
        record Postpone(World.Message message) implements Deed {}

        /** @param isTold whether an action item tells of it */
        record Bury(Submission submission, boolean isTold) implements Deed {}

        /** On its way to another ledger. */
        record Die(UUID operationId) implements Deed {}

        record Redrive(UUID operationId) implements Deed {}
    }

    /**
     * @param place among all that its ledger does in the same transaction: that in the queue, a little more for what is not
     *     the first of its message, and a half more for what comes behind all of it
     */
    private record Event(Instant at, String ledger, double place, Deed deed) {
        boolean isAppliedWith(Event other) {
            return deed instanceof Deed.Apply && at.equals(other.at) && ledger.equals(other.ledger);
        }
    }

    /** What the queue of a ledger took. */
    record Logged(Instant deletedAt, QueueMessage message, List<Submission> submissions) {}

    /** @param rows what has become of each operation */
    Course(Simulation simulation, Codec codec, Map<UUID, OperationTable.Row> rows) {
        this.simulation = simulation;
        this.codec = codec;
        this.rows = rows;
        simulation
                .query("select ledger_id, operation_id, step.name, step.at from step join ledger using (ledger_key)")
                .forEach(row -> stepsTaken.put(
                        row.get("ledger_id") + " " + row.get("operation_id") + ":"
                                + StepName.valueOf(row.get("name").toString().toUpperCase(Locale.ROOT)),
                        ((Timestamp) row.get("at")).toInstant()));
        simulation.query("""
                select ledger_id, operation_id, transaction.at from transaction join ledger using (ledger_key)
                order by sequence
                """).forEach(row -> {
            var ledger = row.get("ledger_id").toString();
            var at = ((Timestamp) row.get("at")).toInstant();
            posted.computeIfAbsent(ledger, ignored -> new HashMap<>())
                    .computeIfAbsent(at, ignored -> new ArrayList<>())
                    .add(named(ledger, row.get("operation_id").toString(), at));
        });
    }

    /** Of a step, with its name. */
    private String named(String ledger, String operationId, Instant at) {
        return Stream.of(StepName.CREDIT, StepName.CAPTURE, StepName.RELEASE)
                .map(step -> operationId + ":" + step)
                .filter(name -> at.equals(stepsTaken.get(ledger + " " + name)))
                .findFirst()
                .orElse(operationId);
    }

    /** What is applied, taken note of, buried or sent again; in the end, all ledgers at rest. */
    World world() {
        var events = new ArrayList<Event>();
        LEDGERS.forEach(ledger -> addTo(events, ledger));
        rows.values().stream() // what no queue has carried: holds that expired
                .filter(row -> !carried.contains(row.operation().operationId()))
                .forEach(row -> events.add(new Event(
                        decidedAt(row.operation()),
                        row.operation().ledgerId(),
                        Integer.MAX_VALUE,
                        new Deed.Apply(new World.Message(false, List.of(submission(row)))))));
        events.sort(Comparator.comparing(Event::at).thenComparing(Event::ledger).thenComparing(Event::place));
        var world = Traffic.world();
        for (var i = 0; i < events.size(); ) {
            var together = i;
            while (together < events.size() && events.get(together).isAppliedWith(events.get(i))) {
                together++;
            }
            world.now = events.get(i).at();
            if (together == i) {
                happen(world, events.get(i++));
            } else {
                world.apply(
                        events.get(i).ledger(),
                        events.subList(i, together).stream()
                                .map(event -> ((Deed.Apply) event.deed()).message())
                                .toList());
                i = together;
            }
        }
        return world;
    }

    private static void happen(World world, Event event) {
        switch (event.deed()) {
            case Deed.Apply apply -> world.apply(event.ledger(), List.of(apply.message()));
            case Deed.Postpone postpone -> world.postpone(event.ledger(), postpone.message());
            case Deed.Bury bury -> world.bury(event.ledger(), bury.submission(), bury.isTold());
            case Deed.Die die -> world.die(event.ledger(), die.operationId());
            case Deed.Redrive redrive -> world.redrive(event.ledger(), redrive.operationId());
        }
    }

    /**
     * A queue hands out a ledger's messages in their order. So each has arrived, if nothing else is known of it, before
     * the first sign of life of any behind it; and if that was ahead of its own, it was parked until then.
     */
    private void addTo(List<Event> events, String ledger) {
        var log = log(ledger);
        var firsts = new ArrayList<List<Submission>>();
        var steps = new HashSet<String>();
        for (var logged : log) {
            firsts.add(logged.submissions().stream()
                    .filter(one -> one.step() == null ? carried.add(one.operationId()) : steps.add(name(one)))
                    .toList());
        }
        var arrivals = arrivals(ledger, log, firsts);
        var places = new LinkedHashMap<String, List<Integer>>();
        for (var place = 0; place < log.size(); place++) {
            for (var one : log.get(place).submissions()) {
                places.computeIfAbsent(name(one), ignored -> new ArrayList<>()).add(place);
            }
        }
        for (var place = 0; place < log.size(); place++) {
            var logged = log.get(place);
            var arrival = arrivals.get(place);
            if (logged.message().atomic()) {
                addAtomic(events, ledger, place, arrival, firsts.get(place));
            } else if (logged.submissions().getFirst().step() == null) {
                for (var one : firsts.get(place)) {
                    addSingle(events, ledger, within(logged, place, name(one)), arrival, one);
                }
            }
        }
        var again = new LinkedHashSet<Event>(); // a batch that comes again is one
        places.forEach((name, its) -> {
            var first = log.get(its.getFirst()).submissions().stream()
                    .filter(one -> name(one).equals(name))
                    .findFirst()
                    .orElseThrow();
            var operation = rows.get(first.operationId()).operation();
            if (first.step() != null) {
                Optional.ofNullable(stepsTaken.get(ledger + " " + name)).ifPresent(at -> {
                    var place = takenIn(ledger, places, name, at);
                    events.add(new Event(at, ledger, place, new Deed.Apply(new World.Message(false, List.of(first)))));
                });
            } else if (operation.duplicateOf() == null && isDeath(operation)) {
                var at = decidedAt(operation);
                var place = takenIn(ledger, places, name, at);
                var logged = log.get(its.contains((int) place) ? (int) place : its.getFirst());
                var turn =
                        logged.message().atomic() || place != (int) place ? place : within(logged, (int) place, name);
                again.add(new Event(at, ledger, turn, new Deed.Apply(message(logged, first))));
            }
        });
        events.addAll(again);
    }

    /** Of each message, the latest time at which it can have come. */
    private List<Instant> arrivals(String ledger, List<Logged> log, List<List<Submission>> firsts) {
        var arrivals = new ArrayList<>(Collections.nCopies(log.size(), Instant.MAX));
        var least = Instant.MAX;
        for (var place = log.size() - 1; place >= 0; place--) {
            for (var one : firsts.get(place)) {
                var sign = one.step() == null
                        ? firstSign(rows.get(one.operationId()).operation())
                        : stepsTaken.getOrDefault(ledger + " " + name(one), Instant.MAX);
                least = sign.isBefore(least) ? sign : least;
            }
            arrivals.set(place, least);
        }
        return arrivals;
    }

    private static double within(Logged logged, int place, String name) {
        var turn = logged.submissions().stream().map(Course::name).toList().indexOf(name);
        return place + turn / ITEMS;
    }

    private void addSingle(List<Event> events, String ledger, double place, Instant arrival, Submission one) {
        var operation = rows.get(one.operationId()).operation();
        var message = new World.Message(false, List.of(one));
        if (operation.duplicateOf() != null) {
            events.add(new Event(arrival, ledger, place, new Deed.Apply(message)));
            return;
        }
        var sign = firstSign(operation);
        if (arrival.isBefore(sign)) {
            events.add(new Event(arrival, ledger, place, new Deed.Postpone(message)));
        }
        if (!isDeath(operation)) {
            events.add(new Event(sign, ledger, place, new Deed.Apply(message)));
        }
        addTurns(events, ledger, place, one, true);
    }

    /** @param firsts those of the batch that come for the first time */
    private void addAtomic(List<Event> events, String ledger, int place, Instant arrival, List<Submission> firsts) {
        if (firsts.isEmpty()) {
            return;
        }
        var message = new World.Message(true, log(ledger).get(place).submissions());
        var own = firsts.stream()
                .map(one -> rows.get(one.operationId()).operation())
                .filter(operation -> operation.duplicateOf() == null)
                .toList();
        var sign = own.stream().map(Course::firstSign).min(Instant::compareTo).orElse(arrival);
        if (arrival.isBefore(sign)) {
            events.add(new Event(arrival, ledger, place, new Deed.Postpone(message)));
        }
        var isBuried = own.stream().anyMatch(Course::isDeath);
        if (!isBuried) {
            events.add(new Event(sign, ledger, place, new Deed.Apply(message)));
        }
        var isTold = true;
        for (var one : firsts) {
            var operation = rows.get(one.operationId()).operation();
            var isDead = operation.duplicateOf() == null && isDeath(operation);
            if (isBuried && !isDead) { // but known
                events.add(new Event(sign, ledger, place, new Deed.Bury(one, false)));
            } else if (operation.duplicateOf() == null) {
                addTurns(events, ledger, place, one, isTold);
                isTold = false;
            }
        }
    }

    /** It dies, and is sent again. */
    private void addTurns(List<Event> events, String ledger, double place, Submission one, boolean isTold) {
        var id = one.operationId();
        var operation = rows.get(id).operation();
        var decided = decidedAt(operation);
        operation.transitions().stream().skip(1).forEach(turn -> {
            if (turn.status() == OperationStatus.PENDING) {
                events.add(new Event(turn.at(), ledger, -1, new Deed.Redrive(id)));
            } else if (turn.status() == OperationStatus.DEAD && turn.at().isBefore(decided)) {
                events.add(new Event(turn.at(), ledger, place, new Deed.Bury(one, isTold)));
            } else if (turn.status() == OperationStatus.DEAD) {
                events.add(new Event(turn.at(), ledger, place, new Deed.Die(id)));
            }
        });
    }

    private static World.Message message(Logged logged, Submission one) {
        return logged.message().atomic()
                ? new World.Message(true, logged.submissions())
                : new World.Message(false, List.of(one));
    }

    /**
     * In which of its places in the queue something was taken: the first, unless it was dead meanwhile. Then it may have
     * been any; the order of the postings tells, and where there is none, whether its message was deleted before. What came
     * once more from the same place, and was parked behind others, is right behind these.
     */
    private double takenIn(String ledger, Map<String, List<Integer>> places, String name, Instant at) {
        var its = places.getOrDefault(name, List.of(-1)); // an expired hold's
        if (!hasDied(name, at)) {
            return its.getFirst();
        }
        var together = posted.getOrDefault(ledger, Map.of()).getOrDefault(at, List.of());
        var turn = together.indexOf(name);
        if (turn < 0) {
            var log = log(ledger);
            return its.stream()
                    .filter(place -> !log.get(place).deletedAt().isBefore(at))
                    .findFirst()
                    .orElse(its.getLast());
        }
        var ahead = turn == 0 ? -1 : takenIn(ledger, places, together.get(turn - 1), at);
        var behind = together.stream()
                .skip(turn + 1L)
                .filter(other -> !hasDied(other, at) && places.containsKey(other))
                .mapToInt(other -> places.get(other).getFirst())
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        return its.stream()
                .mapToDouble(Integer::doubleValue)
                .filter(place -> place >= ahead && place <= behind)
                .findFirst()
                .orElse(Math.floor(ahead) + 0.5);
    }

    private static boolean isDeath(Operation operation) {
        return operation.transitions().get(1).status() == OperationStatus.DEAD;
    }

    /** When the first thing is known to have become of it. */
    private static Instant firstSign(Operation operation) {
        return operation.transitions().get(1).at();
    }

    private boolean hasDied(String name, Instant before) {
        var id = UUID.fromString(name.split(":")[0]);
        return rows.get(id).operation().transitions().stream()
                .anyMatch(turn ->
                        turn.status() == OperationStatus.DEAD && turn.at().isBefore(before));
    }

    /** What a queue took, in its order. */
    List<Logged> log(String ledger) {
        return logs.computeIfAbsent(
                ledger,
                ignored -> simulation.queue().log(QueueMessage.group(Simulation.TENANT, ledger)).stream()
                        .map(sent -> {
                            var message = codec.decode(sent.body);
                            return new Logged(
                                    sent.deletedAt(),
                                    message,
                                    message.operations().stream()
                                            .map(item -> submission(message, item))
                                            .toList());
                        })
                        .toList());
    }

    private static String name(Submission one) {
        return one.operationId() + (one.step() == null ? "" : ":" + one.step().name());
    }

    /** When it had an outcome, or set out for another ledger. */
    static Instant decidedAt(Operation operation) {
        return operation.transitions().stream()
                .filter(transition ->
                        transition.status() != OperationStatus.PENDING && transition.status() != OperationStatus.DEAD)
                .findFirst()
                .orElseThrow()
                .at();
    }

    private Submission submission(QueueMessage message, QueueMessage.Item item) {
        return new Submission(
                item.operationId(),
                item.idempotencyKey(),
                Codec.fingerprint(item.kind(), codec.canonical(item.request())),
                message.caller(),
                item.request(),
                item.step());
    }

    private Submission submission(OperationTable.Row row) {
        var operation = row.operation();
        return new Submission(
                operation.operationId(),
                operation.idempotencyKey(),
                row.fingerprint(),
                row.caller(),
                Codec.command(operation.kind(), codec.write(operation.request())));
    }
}
