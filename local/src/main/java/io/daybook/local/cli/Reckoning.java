package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.cli.ChaosClient.Told;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Holds what the API shows in the end against what its clients were told and against the books that they have kept
 * themselves.
 */
final class Reckoning {
    static final String KEY_REUSED = "idempotency_key_reused";

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Client client;
    private final List<ChaosClient> clients;
    private final Duration patience;

    private final Map<String, Told> told = new HashMap<>();
    private final Map<String, Map<String, Operation>> operations = new TreeMap<>();
    private final Map<String, String> firsts = new HashMap<>();
    private final Set<String> posted = new HashSet<>();

    private final List<String> lost = new ArrayList<>();
    private final List<String> doubled = new ArrayList<>();
    private final List<String> underway = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final SortedMap<String, Long> outcomes = new TreeMap<>();
    private long transactions;
    private long accounts;
    private long openHolds;
    private long actionItems;

    /**
     * What became of the operations.
     *
     * @param lost accepted, and without an effect that they must have
     * @param doubled with an effect twice
     * @param underway accepted, and without an outcome when patience ended
     * @param wrong all else that is not as it must be
     * @param outcomes by code
     */
    record Result(
            List<String> lost,
            List<String> doubled,
            List<String> underway,
            List<String> wrong,
            SortedMap<String, Long> outcomes,
            long transactions,
            long accounts,
            long openHolds,
            long actionItems) {
        boolean good() {
            return lost.isEmpty() && doubled.isEmpty() && underway.isEmpty() && wrong.isEmpty();
        }
    }

    /** An operation as it is listed. */
    private record Operation(String id, String key, String code, boolean done, Optional<String> duplicateOf) {
        static Operation of(JsonNode json) {
            return new Operation(
                    json.path("operation_id").asText(),
                    json.path("idempotency_key").asText(),
                    Outcome.of(json)
                            .map(Outcome::code)
                            .orElseGet(() -> json.path("status").asText()),
                    json.path("done").asBoolean(),
                    Json.text(json, "duplicate_of"));
        }

        /** The one that its key belongs to. */
        boolean isFirst() {
            return duplicateOf.isEmpty() && !code.equals(KEY_REUSED);
        }
    }

    private record Funds(BigDecimal balance, BigDecimal held) {
        static final Funds NONE = new Funds(BigDecimal.ZERO, BigDecimal.ZERO);

        boolean same(Funds other) {
            return balance.compareTo(other.balance) == 0 && held.compareTo(other.held) == 0;
        }

        Funds plus(BigDecimal more) {
            return new Funds(balance.add(more), held);
        }

        @Override
        public String toString() {
            return balance.toPlainString() + " (held " + held.toPlainString() + ")";
        }
    }

    private Reckoning(Client client, List<ChaosClient> clients, Duration patience) {
        this.client = client;
        this.clients = clients;
        this.patience = patience;
        clients.forEach(one -> told.putAll(one.told()));
    }

    /**
     * Waits until everything has come to rest, and looks at it then.
     *
     * @param patience how long to go on waiting while not one operation comes to its end
     */
    static Result of(Client client, List<ChaosClient> clients, Duration patience) throws InterruptedException {
        var reckoning = new Reckoning(client, clients, patience);
        reckoning.awaitRest();
        return reckoning.reckon();
    }

    private void awaitRest() throws InterruptedException {
        var before = -1L;
        var since = System.nanoTime();
        while (true) {
            read();
            var missing = underway();
            if (missing == 0) {
                return;
            }
            if (missing != before) {
                before = missing;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                return;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private void read() {
        for (var ledger : clients) {
            var listed = new HashMap<String, Operation>();
            client.all(
                    ledger.ledgerId(),
                    "operations",
                    json -> listed.put(json.path("operation_id").asText(), Operation.of(json)));
            operations.put(ledger.ledgerId(), listed);
        }
    }

    /** How many operations are on their way, as far as anybody knows. */
    private long underway() {
        var listed = operations.values().stream()
                .flatMap(ledger -> ledger.values().stream())
                .filter(operation -> !operation.done())
                .count();
        var unlisted = told.values().stream()
                .flatMap(one -> one.ids().stream()
                        .filter(id -> !operations.get(one.foretold().ledgerId()).containsKey(id)))
                .count();
        var strangers = clients.stream()
                .flatMap(ledger -> ledger.strangers().stream()
                        .filter(id -> !operations.get(ledger.ledgerId()).containsKey(id)))
                .count();
        return listed + unlisted + strangers;
    }

    private Result reckon() {
        clients.forEach(one -> wrong.addAll(one.surprises()));
        clients.forEach(this::operationsOf);
        clients.forEach(this::strangersOf);
        clients.forEach(this::transactionsOf);
        told.values().forEach(this::outcome);
        balances();
        clients.forEach(this::actionItemsOf);
        for (var ledger : clients) {
            var audit = Audit.of(client, ledger.ledgerId());
            audit.breaks().forEach(found -> wrong.add(ledger.ledgerId() + ": " + found));
            if (!audit.holds() && audit.breaks().isEmpty()) {
                wrong.add(ledger.ledgerId() + ": the audit does not hold");
            }
            client.all(
                    ledger.ledgerId(),
                    "dead-letters",
                    letter -> wrong.add(ledger.ledgerId() + ": a dead letter, "
                            + letter.path("cause").asText()));
        }
        return new Result(lost, doubled, underway, wrong, outcomes, transactions, accounts, openHolds, actionItems);
    }

    private void operationsOf(ChaosClient ledger) {
        for (var operation : operations.get(ledger.ledgerId()).values()) {
            if (!operation.done()) {
                underway.add("%s is %s".formatted(operation.key(), operation.code()));
            } else if (!told.containsKey(operation.key())) {
                wrong.add("%s: nobody has sent the key %s".formatted(ledger.ledgerId(), operation.key()));
            } else if (operation.isFirst()) {
                outcomes.merge(operation.code(), 1L, Long::sum);
                if (firsts.putIfAbsent(operation.key(), operation.id()) != null) {
                    doubled.add("%s has two operations".formatted(operation.key()));
                }
            }
        }
    }

    private void strangersOf(ChaosClient ledger) {
        var listed = operations.get(ledger.ledgerId());
        ledger.strangers().stream()
                .filter(id -> !listed.containsKey(id))
                .forEach(id -> lost.add("%s was accepted under the key of another, and is not there".formatted(id)));
    }

    private void transactionsOf(ChaosClient ledger) {
        client.all(ledger.ledgerId(), "transactions", transaction -> {
            transactions++;
            var step = transaction.path("step").asText();
            var effect =
                    effect(ledger.ledgerId(), transaction.path("operation_id").asText(), step.equals("credit"));
            if (!posted.add(effect)) {
                doubled.add("%s has two transactions".formatted(effect));
            }
        });
    }

    /** What a transaction brings about, and nothing else may. */
    private static String effect(String ledgerId, String operationId, boolean credit) {
        return ledgerId + " " + (credit ? "credit of " : "") + operationId;
    }

    private void outcome(Told one) {
        var foretold = one.foretold();
        var listed = operations.get(foretold.ledgerId());
        one.ids().stream()
                .filter(id -> !listed.containsKey(id))
                .forEach(id -> lost.add("%s was accepted as %s, which is not there".formatted(foretold.key(), id)));
        var first = Optional.ofNullable(firsts.get(foretold.key())).map(listed::get);
        if (first.isEmpty()) {
            if (one.accepted() && listed.keySet().containsAll(one.ids())) {
                lost.add("%s was accepted, and has no operation with an outcome".formatted(foretold.key()));
            }
            return;
        }
        var operation = first.get();
        one.ids().stream()
                .map(listed::get)
                .filter(told -> told != null && !told.id().equals(operation.id()))
                .filter(told -> !told.duplicateOf().equals(Optional.of(operation.id())))
                .forEach(told ->
                        doubled.add("%s was accepted a second time as %s".formatted(foretold.key(), told.id())));
        if (!operation.code().equals(foretold.code())) {
            wrong.add("%s (%s) was to come to %s, and is %s"
                    .formatted(foretold.key(), foretold.kind(), foretold.code(), operation.code()));
        }
        var effects = new ArrayList<String>();
        if (foretold.posts()) {
            effects.add(effect(foretold.ledgerId(), operation.id(), false));
            foretold.creditedIn().ifPresent(other -> effects.add(effect(other, operation.id(), true)));
        }
        effects.stream()
                .filter(effect -> !posted.remove(effect))
                .forEach(effect ->
                        lost.add("%s (%s) has no transaction: %s".formatted(foretold.key(), foretold.kind(), effect)));
    }

    private void balances() {
        posted.forEach(effect -> doubled.add("a transaction of no operation that was to have it: " + effect));
        var expected = expectedFunds();
        var transit = new TreeMap<String, BigDecimal>();
        for (var ledger : clients) {
            var ledgerId = ledger.ledgerId();
            var held = heldByHolds(ledgerId);
            var actual = new TreeMap<String, Funds>();
            client.accounts(
                    ledgerId,
                    account -> actual.put(
                            account.path("account_id").asText(),
                            new Funds(
                                    new BigDecimal(account.path("balance").asText()),
                                    new BigDecimal(account.path("held").asText()))));
            accounts += actual.size();
            var all = new TreeSet<>(actual.keySet());
            all.addAll(expected.get(ledgerId).keySet());
            for (var account : all) {
                var must = expected.get(ledgerId).getOrDefault(account, Funds.NONE);
                var is = actual.getOrDefault(account, Funds.NONE);
                if (!is.same(must)) {
                    wrong.add("%s: %s must have %s and has %s".formatted(ledgerId, account, must, is));
                }
                if (is.held().compareTo(held.getOrDefault(account, BigDecimal.ZERO)) != 0) {
                    wrong.add("%s: %s has %s held, and open holds of %s"
                            .formatted(ledgerId, account, is.held(), held.getOrDefault(account, BigDecimal.ZERO)));
                }
                if (account.startsWith("transit:")) {
                    transit.merge(account, is.balance(), BigDecimal::add);
                }
            }
        }
        transit.forEach((account, sum) -> {
            if (sum.signum() != 0) {
                wrong.add("%s sums to %s over the ledgers".formatted(account, sum.toPlainString()));
            }
        });
    }

    private Map<String, Map<String, Funds>> expectedFunds() {
        var expected = new TreeMap<String, Map<String, Funds>>();
        for (var ledger : clients) {
            var funds = new TreeMap<String, Funds>();
            ledger.load()
                    .books()
                    .ledgers()
                    .getOrDefault(ledger.ledgerId(), new TreeMap<>())
                    .forEach((account, balance) -> funds.put(account, new Funds(balance.amount(), balance.held())));
            expected.put(ledger.ledgerId(), funds);
        }
        for (var ledger : clients) {
            ledger.load()
                    .elsewhere()
                    .forEach((other, sums) -> sums.forEach((account, sum) -> expected.get(other)
                            .merge(account, Funds.NONE.plus(sum), (one, more) -> one.plus(more.balance()))));
        }
        return expected;
    }

    private Map<String, BigDecimal> heldByHolds(String ledgerId) {
        var held = new HashMap<String, BigDecimal>();
        client.all(ledgerId, "holds?status=open", hold -> {
            openHolds++;
            held.merge(
                    hold.path("account_id").asText(),
                    new BigDecimal(hold.path("remaining").asText()),
                    BigDecimal::add);
        });
        return held;
    }

    private void actionItemsOf(ChaosClient ledger) {
        var statuses = new HashMap<String, String>();
        client.all(
                ledger.ledgerId(),
                "action-items",
                item -> statuses.put(
                        item.path("action_item_id").asText(),
                        item.path("status").asText()));
        actionItems += statuses.size();
        ledger.load().items().forEach((key, status) -> {
            var id = firsts.get(key);
            var is = id == null ? null : statuses.remove(id);
            if (!status.equals(is)) {
                wrong.add("the action item of %s must be %s and is %s".formatted(key, status, is));
            }
        });
        statuses.keySet().forEach(id -> doubled.add("nobody has asked for the action item " + id));
    }
}
