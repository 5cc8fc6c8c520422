package io.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.RedisKeys;
import io.daybook.contract.StepName;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.Submission;
import io.daybook.ledger.Traffic;
import io.daybook.ledger.World;
import io.daybook.runtime.Redis;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import io.micronaut.context.ApplicationContext;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is after a history, beside what there would be in a world without faults: the same rules applied in
 * memory to the same operations, once each, in the order and at the times at which the processor says to have done it.
 * Outcomes, balances, holds, steps and action items have to be the same to the last digit.
 */
final class Findings {
    private final Simulation simulation;
    private final ApplicationContext context;
    private final Codec codec;
    private final Map<UUID, OperationTable.Row> rows = new LinkedHashMap<>();
    private final Map<UUID, Action.Send> sent = new HashMap<>();
    private final Map<String, List<Logged>> logs = new HashMap<>();
    private final Map<String, Instant> stepsTaken = new HashMap<>();
    private final Map<UUID, Set<UUID>> batches = new HashMap<>();
    private final boolean twoFaultsAtOnce;
    private final boolean waits;

    /** What one ledger has decided in one transaction. */
    private record Moment(Instant at, String ledger) {}

    /** @param together what it must not be parted from, or {@code null} */
    private record Decision(Submission submission, List<Submission> together) {}

    /** What the queue of a ledger took. */
    private record Logged(Instant at, QueueMessage message, List<Submission> submissions) {}

    Findings(Simulation simulation, ApplicationContext context, List<Action> history) {
        this.simulation = simulation;
        this.context = context;
        this.codec = context.getBean(Codec.class);
        for (var action : history) {
            if (action instanceof Action.Send send) {
                send.operations().forEach(one -> sent.putIfAbsent(one.operationId(), send));
            }
        }
        this.twoFaultsAtOnce = history.stream()
                .anyMatch(action ->
                        action instanceof Action.Work work && work.faults().size() > 1
                                || action instanceof Action.Relay relay
                                        && relay.faults().size() > 1);
        this.waits =
                history.stream().anyMatch(action -> action instanceof Action.Sicken || action instanceof Action.Halt);
        var ids = simulation.query("select operation_id from operation").stream()
                .map(row -> (UUID) row.get("operation_id"))
                .toList();
        context.getBean(Database.class)
                .transaction(connection -> context.getBean(OperationTable.class).find(connection, ids))
                .forEach(row -> rows.put(row.operation().operationId(), row));
    }

    /** What became of each operation, and when. */
    Set<String> outcomes() {
        return texts(
                "select operation_id || ' ' || status || ' ' || version || ' ' || updated_at as text from operation");
    }

    void mustBeAsWithoutFaults() {
        assertThat(rows.keySet()).as("operations that were accepted").containsAll(sent.keySet());
        assertThat(rows.values())
                .as("operations that are done")
                .allMatch(row -> row.operation().status().isFinal());
        assertThat(simulation.count("select count(*) from outbox")).as("outbox").isZero();
        assertThat(simulation.unsentEvents()).as("events that are not sent").isZero();
        assertThat(simulation.count("select count(*) from dead_letter where resolution is null"))
                .as("dead letters")
                .isZero();
        assertThat(simulation.count("select count(*) from parked")).as("parked").isZero();
        var world = worldWithoutFaults();
        world.ledgers.forEach(this::mustBeTheSame);
        var transit = new HashMap<String, BigDecimal>();
        world.ledgers
                .values()
                .forEach(ledger -> ledger.accounts.forEach((id, account) -> {
                    if (id.startsWith("transit:")) {
                        transit.merge(id, account.balance().value(), BigDecimal::add);
                    }
                }));
        assertThat(transit.values()).allSatisfy(sum -> assertThat(sum).isEqualByComparingTo("0"));
        if (!twoFaultsAtOnce) {
            statusesMustBeTold();
        }
        eventsMustBeTold();
    }

    private World worldWithoutFaults() {
        findBatches();
        simulation
                .query("select ledger_id, operation_id, step.name, step.at from step join ledger using (ledger_key)")
                .forEach(row -> stepsTaken.put(
                        row.get("ledger_id") + " " + row.get("operation_id") + ":"
                                + StepName.valueOf(row.get("name").toString().toUpperCase(Locale.ROOT)),
                        ((Timestamp) row.get("at")).toInstant()));
        var moments = new TreeMap<Moment, List<Decision>>(
                Comparator.comparing(Moment::at).thenComparing(Moment::ledger));
        var placed = new HashSet<UUID>();
        for (var ledger : List.of("x", "y", "z", "void")) {
            var steps = new HashSet<String>();
            var log = log(ledger);
            var times = times(log);
            for (var logged : log) {
                var message = logged.message();
                var together = logged.submissions();
                for (var one : together) {
                    var at = at(ledger, one);
                    var isFirst = at.filter(taken -> comesAgain(one, logged.at(), taken, times.get(name(one))))
                                    .isEmpty()
                            && (one.step() == null ? placed.add(one.operationId()) : steps.add(name(one)));
                    if (isFirst && at.isPresent()) {
                        moments.computeIfAbsent(new Moment(at.get(), ledger), ignored -> new ArrayList<>())
                                .add(new Decision(one, message.atomic() ? together : null));
                    }
                }
            }
        }
        rows.values().stream() // what no queue has carried: holds that expired
                .filter(row -> placed.add(row.operation().operationId()))
                .forEach(row -> moments.computeIfAbsent(
                                new Moment(
                                        takenAt(row.operation().operationId()),
                                        row.operation().ledgerId()),
                                ignored -> new ArrayList<>())
                        .add(new Decision(submission(row), null)));
        var world = Traffic.world();
        moments.forEach((moment, decisions) -> {
            world.now = moment.at();
            world.apply(moment.ledger(), messages(inOrder(decisions)));
        });
        return world;
    }

    /** What repeats or collides with an operation that had died comes behind it, when that one comes again after it. */
    private List<Decision> inOrder(List<Decision> decisions) {
        var left = decisions.stream()
                .map(decision -> decision.submission().operationId())
                .collect(Collectors.toCollection(HashSet::new));
        var waiting = new HashMap<UUID, List<Decision>>();
        var ordered = new ArrayList<Decision>();
        for (var decision : decisions) {
            var first = firsts(decision).filter(left::contains).findFirst();
            if (first.isPresent()) {
                waiting.computeIfAbsent(first.get(), ignored -> new ArrayList<>())
                        .add(decision);
            } else {
                var id = decision.submission().operationId();
                ordered.add(decision);
                left.remove(id);
                ordered.addAll(Optional.ofNullable(waiting.remove(id)).orElse(List.of()));
            }
        }
        waiting.values().forEach(ordered::addAll);
        return ordered;
    }

    private Stream<UUID> firsts(Decision decision) {
        var together = decision.together() == null ? List.of(decision.submission()) : decision.together();
        var ids = together.stream().map(Submission::operationId).collect(Collectors.toSet());
        return decision.submission().step() != null
                ? Stream.of()
                : together.stream()
                        .map(one -> rows.get(one.operationId()).operation())
                        .map(operation -> operation.duplicateOf() != null || operation.error() == null
                                ? operation.duplicateOf()
                                : operation.error().firstOperationId())
                        .filter(first -> first != null && !ids.contains(first));
    }

    private static Map<String, List<Instant>> times(List<Logged> log) {
        var times = new HashMap<String, List<Instant>>();
        for (var logged : log) {
            logged.submissions()
                    .forEach(one -> times.computeIfAbsent(name(one), ignored -> new ArrayList<>())
                            .add(logged.at()));
        }
        return times;
    }

    private List<Logged> log(String ledger) {
        return logs.computeIfAbsent(
                ledger,
                ignored -> simulation.queue().log(QueueMessage.group(Simulation.TENANT, ledger)).stream()
                        .map(sent -> {
                            var message = codec.decode(sent.body());
                            return new Logged(
                                    sent.at(),
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

    /** Whether what was sent then died, and was taken only when it was sent again. */
    private boolean comesAgain(Submission one, Instant sent, Instant taken, List<Instant> times) {
        var operation = Optional.ofNullable(rows.get(one.operationId())).map(OperationTable.Row::operation);
        return operation.stream()
                .flatMap(known -> known.transitions().stream())
                .filter(transition -> transition.status() == OperationStatus.DEAD)
                .map(Operation.Transition::at)
                .filter(dead -> !dead.isBefore(sent) && dead.isBefore(taken))
                .anyMatch(dead -> times.stream().anyMatch(time -> time.isAfter(dead) && !time.isAfter(taken)));
    }

    /** As each operation came first. */
    private void findBatches() {
        var seen = new HashSet<UUID>();
        for (var ledger : List.of("x", "y", "z", "void")) {
            for (var logged : log(ledger)) {
                var message = logged.message();
                var ids = message.operations().stream()
                        .map(QueueMessage.Item::operationId)
                        .collect(Collectors.toSet());
                ids.stream().filter(id -> seen.add(id) && message.atomic()).forEach(id -> batches.put(id, ids));
            }
        }
    }

    private static List<World.Message> messages(List<Decision> decisions) {
        var messages = new ArrayList<World.Message>();
        var done = new HashSet<Submission>();
        for (var decision : decisions) {
            if (decision.together() == null) {
                messages.add(new World.Message(false, List.of(decision.submission())));
            } else if (done.add(decision.together().getFirst())) {
                messages.add(new World.Message(true, decision.together()));
            }
        }
        return messages;
    }

    private Optional<Instant> at(String ledger, Submission one) {
        if (one.step() == null) {
            return Optional.of(takenAt(one.operationId()));
        }
        return Optional.ofNullable(stepsTaken.get(ledger + " " + name(one)));
    }

    /**
     * When it is decided without faults. What collides with an operation that waits, dead or parked, is refused at once;
     * without faults the other one is decided before. All of an atomic batch is decided together.
     */
    private Instant takenAt(UUID operationId) {
        var together = batches.getOrDefault(operationId, Set.of(operationId));
        return together.stream()
                .map(id -> takenAt(rows.get(id).operation(), together))
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private Instant takenAt(Operation operation, Set<UUID> together) {
        var at = decidedAt(operation);
        return Optional.ofNullable(operation.error())
                .map(Problem::firstOperationId)
                .filter(first -> rows.containsKey(first) && !together.contains(first))
                .map(this::takenAt)
                .filter(first -> first.isAfter(at))
                .orElse(at);
    }

    private static Instant decidedAt(Operation operation) {
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

    private void mustBeTheSame(String ledger, World.Stored expected) {
        var actual = new TreeMap<String, String>();
        var wanted = new TreeMap<String, String>();
        rows.values().stream()
                .filter(row -> row.operation().ledgerId().equals(ledger))
                .forEach(row -> actual.put(row.operation().operationId().toString(), text(row.recorded())));
        expected.recorded.forEach((id, recorded) -> wanted.put(id.toString(), text(recorded)));
        assertThat(actual).as("outcomes in %s", ledger).isEqualTo(wanted);

        var accounts = new TreeMap<String, String>();
        simulation
                .query(in(ledger, """
                select account_id, balance, held, overdrawn from account
                """))
                .forEach(row -> accounts.put(
                        row.get("account_id").toString(),
                        plain((BigDecimal) row.get("balance")) + " " + plain((BigDecimal) row.get("held")) + " "
                                + row.get("overdrawn")));
        var wantedAccounts = new TreeMap<String, String>();
        expected.accounts.forEach((id, account) -> wantedAccounts.put(
                id,
                plain(account.balance().value()) + " " + plain(account.held().value()) + " " + account.overdrawn()));
        assertThat(accounts).as("accounts of %s", ledger).isEqualTo(wantedAccounts);

        assertThat(simulation.count(in(ledger, "select coalesce(max(sequence), 0) from transaction")))
                .as("transactions of %s", ledger)
                .isEqualTo(expected.head.sequence());

        assertThat(texts(in(
                        ledger, "select hold_id || ' ' || status || ' ' || trim_scale(remaining) as text from hold")))
                .as("holds of %s", ledger)
                .containsExactlyInAnyOrderElementsOf(expected.holds.values().stream()
                        .map(hold -> hold.id() + " " + hold.status() + " "
                                + plain(hold.remaining().value()))
                        .toList());
        assertThat(texts(in(
                        ledger,
                        "select operation_id || ' ' || step.name || ' ' || (problem is null) as text from step")))
                .as("steps of %s", ledger)
                .containsExactlyInAnyOrderElementsOf(expected.steps.stream()
                        .map(step -> step.operationId() + " " + step.name() + " " + (step.problem() == null))
                        .toList());
        var dead = texts("select operation_id::text as text from dead_letter");
        assertThat(texts(in(ledger, """
                select action_item_id || ' ' || status as text from action_item
                """)))
                .as("action items of %s", ledger)
                .filteredOn(item -> !dead.contains(item.split(" ")[0])) // theirs tell of more
                .containsExactlyInAnyOrderElementsOf(expected.items.values().stream()
                        .filter(item -> !dead.contains(item.id().toString()))
                        .map(item -> item.id() + " " + item.status())
                        .toList());
    }

    private static String in(String ledger, String select) {
        return select + " join ledger using (ledger_key) where ledger_id = '" + ledger + "'";
    }

    private Set<String> texts(String sql) {
        var texts = new HashSet<String>();
        simulation.query(sql).forEach(row -> texts.add(row.get("text").toString()));
        return texts;
    }

    private boolean isOfAll(UUID operationId) {
        return Optional.ofNullable(sent.get(operationId))
                .filter(Action.Send::atomic)
                .isPresent();
    }

    private static String plain(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    /**
     * Where something waits, dead or parked, a batch may be refused at once for what else it would be refused for later;
     * and what is to be reversed is known although it has not happened.
     */
    private String text(Recorded recorded) {
        if (waits && recorded.outcome() instanceof Outcome.Failed failed) {
            if (isOfAll(recorded.operationId()) || isOfAll(recorded.duplicateOf())) {
                return "refused with its batch";
            }
            if (Set.of("operation_not_found", "not_reversible")
                    .contains(failed.problem().code())) {
                return "not to be reversed";
            }
        }
        return (recorded.outcome() + " " + recorded.steps() + " " + recorded.duplicateOf())
                .replaceFirst("transactionId=[^,]*", "transactionId=any");
    }

    /**
     * Redis has been told the last of each; unless it was away, and then PostgreSQL when that was to be noted. What
     * Redis does not know then, the status function asks PostgreSQL.
     */
    private void statusesMustBeTold() {
        var redis = context.getBean(Redis.class);
        for (var row : rows.values()) {
            var operation = row.operation();
            var told = redis.call(commands -> commands.hget(RedisKeys.operation(operation.operationId()), "d"));
            assertThat(told).as("status of %s", operation).isNotNull();
            assertThat(codec.read(told.getBytes(StandardCharsets.UTF_8), Operation.class))
                    .isEqualTo(operation);
        }
    }

    /** Of each operation each change is told, in order; of one that repeats another only that it is dead with it. */
    private void eventsMustBeTold() {
        var topic = context.getBean(SimulatedTopic.class);
        var told = new HashMap<String, List<String>>();
        for (var ledger : List.of("x", "y", "z", "void")) {
            for (var event : topic.events(QueueMessage.group(Simulation.TENANT, ledger))) {
                var fields = codec.read(event.getBytes(StandardCharsets.UTF_8), Map.class);
                told.computeIfAbsent(fields.get("subject").toString(), ignored -> new ArrayList<>())
                        .add(fields.get("type").toString().replaceFirst(".*\\.", ""));
            }
        }
        for (var row : rows.values()) {
            var operation = row.operation();
            var types = told.remove(operation.operationId().toString());
            if (operation.duplicateOf() != null) {
                assertThat(Optional.ofNullable(types).orElse(List.of()))
                        .as("events of %s", operation)
                        .isSubsetOf("dead");
            } else {
                assertThat(types)
                        .as("events of %s", operation)
                        .isNotNull()
                        .filteredOn(type -> !type.equals("dead") && !type.equals("redriven"))
                        .doesNotHaveDuplicates();
                assertThat(types.getFirst()).isEqualTo("requested");
                assertThat(types.getLast())
                        .as("events of %s", operation)
                        .isEqualTo(operation.status() == OperationStatus.SUCCEEDED ? "completed" : "failed");
            }
        }
        assertThat(told.keySet()).as("events of ledgers").isSubsetOf("x", "y", "z");
    }
}
