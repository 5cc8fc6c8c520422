package io.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.World;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import io.micronaut.context.ApplicationContext;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Course course;
    private final boolean twoFaultsAtOnce;
    private final boolean waits;

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
        this.course = new Course(simulation, codec, rows);
    }

    /** What became of each operation, and when. */
    Set<String> outcomes() {
        return texts(
                "select operation_id || ' ' || status || ' ' || version || ' ' || updated_at as text from operation");
    }

    void mustBeAsWithoutFaults() {
        assertThat(sent.keySet().stream().filter(id -> !rows.containsKey(id)))
                .as("operations that were accepted and are not there")
                .isEmpty();
        assertThat(rows.values().stream()
                        .filter(row -> !row.operation().status().isFinal()))
                .as("operations that are not done")
                .isEmpty();
        assertThat(simulation.count("select count(*) from outbox")).as("outbox").isZero();
        assertThat(simulation.unsentEvents()).as("events that are not sent").isZero();
        assertThat(simulation.count("select count(*) from dead_letter where resolution is null"))
                .as("dead letters")
                .isZero();
        assertThat(simulation.count("select count(*) from parked")).as("parked").isZero();
        mustBeInOrder();
        var world = course.world();
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
        statusesMustBeTold();
        eventsMustBeTold();
    }

    /** Of each ledger in the order of its queue; what was dead comes where it was sent again, what repeats does nothing. */
    private void mustBeInOrder() {
        for (var ledger : Course.LEDGERS) {
            var seen = new HashSet<UUID>();
            var last = Instant.MIN;
            for (var logged : course.log(ledger)) {
                for (var one : logged.submissions()) {
                    var operation = rows.get(one.operationId()).operation();
                    if (one.step() == null && seen.add(one.operationId()) && isAppliedInTurn(operation)) {
                        assertThat(Course.decidedAt(operation))
                                .as("turn of %s", operation)
                                .isAfterOrEqualTo(last);
                        last = Course.decidedAt(operation);
                    }
                }
            }
        }
    }

    private static boolean isAppliedInTurn(Operation operation) {
        return operation.status() == OperationStatus.SUCCEEDED
                && operation.duplicateOf() == null
                && operation.transitions().stream()
                        .noneMatch(transition -> transition.status() == OperationStatus.DEAD);
    }

    private void mustBeTheSame(String ledger, World.Stored expected) {
        var actual = new TreeMap<String, String>();
        var wanted = new TreeMap<String, String>();
        rows.values().stream()
                .filter(row -> row.operation().ledgerId().equals(ledger))
                .forEach(row -> actual.put(row.operation().operationId().toString(), text(row.recorded())));
        expected.recorded.forEach((id, recorded) -> wanted.put(id.toString(), text(recorded)));
        assertThat(differences(actual, wanted)).as("outcomes in %s", ledger).isEmpty();

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
        assertThat(differences(accounts, wantedAccounts))
                .as("accounts of %s", ledger)
                .isEmpty();

        assertThat(simulation.count(in(ledger, "select coalesce(max(sequence), 0) from transaction")))
                .as("transactions of %s", ledger)
                .isEqualTo(expected.head.sequence());

        assertThat(texts(in(
                        ledger, "select hold_id || ' ' || status || ' ' || trim_scale(remaining) as text from hold")))
                .as("holds of %s", ledger)
                .isEqualTo(expected.holds.values().stream()
                        .map(hold -> hold.id() + " " + hold.status() + " "
                                + plain(hold.remaining().value()))
                        .collect(Collectors.toSet()));
        assertThat(texts(in(
                        ledger,
                        "select operation_id || ' ' || step.name || ' ' || (problem is null) as text from step")))
                .as("steps of %s", ledger)
                .isEqualTo(expected.steps.stream()
                        .map(step -> step.operationId() + " " + step.name() + " " + (step.problem() == null))
                        .collect(Collectors.toSet()));
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

    private static Map<String, String> differences(Map<String, String> actual, Map<String, String> wanted) {
        var differences = new TreeMap<String, String>();
        Stream.of(actual, wanted)
                .flatMap(one -> one.keySet().stream())
                .filter(id -> !Objects.equals(actual.get(id), wanted.get(id)))
                .forEach(id -> differences.put(id, actual.get(id) + " instead of " + wanted.get(id)));
        return differences;
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
     * Redis has been told the last of each. Where it was away, and PostgreSQL too when that was to be noted, it may have
     * something that is not final, which the status function does not believe for long, or the outcome with fewer attempts
     * at it; and of what no client has sent, a hold that expired, it may have nothing.
     */
    private void statusesMustBeTold() {
        var texts = simulation.told(rows.keySet(), "d").iterator();
        for (var row : rows.values()) {
            var operation = row.operation();
            var told = Optional.of(texts.next())
                    .filter(json -> !json.isEmpty())
                    .map(json -> codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class));
            var isUnknown = told.isEmpty() && !sent.containsKey(operation.operationId());
            var isRightInTheEnd = twoFaultsAtOnce
                    && told.filter(known -> !known.status().isFinal() || isSameOutcome(known, operation))
                            .isPresent();
            if (!isUnknown && !isRightInTheEnd) {
                assertThat(told).as("status in Redis").contains(operation);
            }
        }
    }

    private static boolean isSameOutcome(Operation one, Operation other) {
        return one.status() == other.status()
                && Objects.equals(one.result(), other.result())
                && Objects.equals(one.error(), other.error());
    }

    /** Of each operation each change is told, in order; of one that repeats another only that it is dead with it. */
    private void eventsMustBeTold() {
        var topic = context.getBean(SimulatedTopic.class);
        var told = new HashMap<String, List<String>>();
        for (var ledger : Course.LEDGERS) {
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
                assertThat(types).as("events of %s", operation).isEqualTo(types(operation));
            }
        }
        assertThat(told.keySet()).as("events of ledgers").isSubsetOf("x", "y", "z");
    }

    /** What is told of an operation: each state that it came to, and did not leave in the same transaction. */
    private static List<String> types(Operation operation) {
        var types = new ArrayList<String>();
        var transitions = operation.transitions();
        for (var i = 0; i < transitions.size(); i++) {
            var isLast = i == transitions.size() - 1;
            if (i == 0) {
                types.add("requested");
            } else if (isLast
                    || !transitions.get(i + 1).at().equals(transitions.get(i).at())) {
                types.add(
                        switch (transitions.get(i).status()) {
                            case SUCCEEDED -> "completed";
                            case PENDING -> "redriven";
                            case PROCESSING, COMPENSATING, FAILED, DEAD, DISCARDED ->
                                transitions.get(i).status().toString();
                        });
            }
        }
        return types;
    }
}
