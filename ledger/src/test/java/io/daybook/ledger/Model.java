package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Command;
import io.daybook.contract.Operation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** What the API promises of several ledgers, told as naively as can be, with no code of the ledger's. */
final class Model {
    static final List<String> OPEN_LEDGERS = List.of("x", "y", "z");
    private static final List<String> MOVES =
            List.of("deposit", "withdrawal", "transfer", "exchange", "journal", "capture");

    static final class Account {
        final String currency;
        final int scale;
        final String status;
        final BigDecimal floor;
        BigDecimal balance;
        BigDecimal held = BigDecimal.ZERO;

        Account(String currency, int scale, String status, String floor, String balance) {
            this.currency = currency;
            this.scale = scale;
            this.status = status;
            this.floor = floor == null ? null : new BigDecimal(floor);
            this.balance = new BigDecimal(balance);
        }

        private Account copy() {
            var copy =
                    new Account(currency, scale, status, floor == null ? null : floor.toString(), balance.toString());
            copy.held = held;
            return copy;
        }
    }

    private record Line(String account, BigDecimal amount, String currency) {}

    private static final class Hold {
        String ledger;
        String account;
        String currency;
        BigDecimal remaining;
        String status = "open";
        Instant expiresAt;
        boolean saga;

        Hold copy() {
            var copy = new Hold();
            copy.ledger = ledger;
            copy.account = account;
            copy.currency = currency;
            copy.remaining = remaining;
            copy.status = status;
            copy.expiresAt = expiresAt;
            copy.saga = saga;
            return copy;
        }
    }

    private static final class Item {
        String ledger;
        String status = "open";
        int version = 1;
        int exceptions;

        Item copy() {
            var copy = new Item();
            copy.ledger = ledger;
            copy.status = status;
            copy.version = version;
            copy.exceptions = exceptions;
            return copy;
        }
    }

    private static final class Op {
        String ledger;
        Submission submission;
        String code;
        UUID first;
        UUID duplicateOf;
        UUID reversedBy;
        Map<String, BigDecimal> balances = Map.of();
        Map<String, List<Line>> posted = new HashMap<>();
        Set<String> creditRefusals; // empty: it was credited
        Map<String, BigDecimal> creditBalances = Map.of();

        Op copy() {
            var copy = new Op();
            copy.ledger = ledger;
            copy.submission = submission;
            copy.code = code;
            copy.first = first;
            copy.duplicateOf = duplicateOf;
            copy.reversedBy = reversedBy;
            copy.balances = balances;
            copy.posted = new HashMap<>(posted);
            copy.creditRefusals = creditRefusals;
            copy.creditBalances = creditBalances;
            return copy;
        }
    }

    private final Map<String, Map<String, Account>> accounts = new TreeMap<>();
    private final Map<UUID, Op> ops = new LinkedHashMap<>();
    private final Map<String, UUID> keys = new HashMap<>();
    private final Map<String, UUID> references = new HashMap<>();
    private final Map<UUID, Hold> holds = new LinkedHashMap<>();
    private final Map<UUID, Item> items = new LinkedHashMap<>();
    private Instant now;

    static Model of(List<String> ledgers) {
        var model = new Model();
        for (var ledger : ledgers) {
            model.accounts.put(
                    ledger,
                    new TreeMap<>(Map.of(
                            "a", new Account("EUR", 2, "ACTIVE", "0", "0"),
                            "b", new Account("EUR", 2, "ACTIVE", "-20", "0"),
                            "c", new Account("EUR", 2, "ACTIVE", null, "0"),
                            "d", new Account("EUR", 2, "ACTIVE", "10", "1000"),
                            "usd", new Account("USD", 2, "ACTIVE", "0", "0"),
                            "yen", new Account("JPY", 0, "ACTIVE", "0", "0"),
                            "ice", new Account("EUR", 2, "FROZEN", "0", "50"),
                            "gone", new Account("EUR", 2, "CLOSED", "0", "0"))));
        }
        model.accounts.put("void", new TreeMap<>());
        return model;
    }

    Map<String, Account> accounts(String ledger) {
        return accounts.get(ledger);
    }

    /** What is in every account of a ledger, and what is held of it. */
    Map<String, String> funds(String ledger) {
        var funds = new TreeMap<String, String>();
        accounts.get(ledger)
                .forEach((id, account) -> funds.put(id, plain(account.balance) + " " + plain(account.held)));
        return funds;
    }

    /** As {@code open 1 0}: status, version and how many exceptions there are. */
    Map<UUID, String> items(String ledger) {
        var result = new HashMap<UUID, String>();
        items.forEach((id, item) -> {
            if (item.ledger.equals(ledger)) {
                result.put(id, "%s %d %d".formatted(item.status, item.version, item.exceptions));
            }
        });
        return result;
    }

    /** Where every operation of a ledger stands. */
    Map<UUID, String> outcomes(String ledger) {
        var result = new HashMap<UUID, String>();
        ops.forEach((id, op) -> {
            if (op.ledger.equals(ledger)) {
                result.put(id, op.code);
            }
        });
        return result;
    }

    static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    // --- what comes in --------------------------------------------------------------------------

    void check(String ledger, World.Message message, List<Optional<Recorded>> actual, Instant now) {
        this.now = now;
        var batch = message.submissions();
        if (batch.getFirst().step() != null) {
            step(ledger, batch.getFirst(), actual.getFirst());
            return;
        }
        var recorded = actual.stream().map(Optional::orElseThrow).toList();
        assertThat(recorded)
                .extracting(Recorded::operationId)
                .containsExactlyElementsOf(
                        batch.stream().map(Submission::operationId).toList());
        var fresh = batch.stream().anyMatch(one -> !ops.containsKey(one.operationId()));
        var cause = message.atomic() && fresh ? cause(ledger, batch) : -1;
        for (var i = 0; i < batch.size(); i++) {
            if (cause < 0) {
                decide(ledger, batch.get(i), recorded.get(i), message.atomic());
            } else {
                refuse(ledger, batch.get(i), recorded.get(i), i == cause, cause);
            }
        }
    }

    /** The index of the first operation of a batch that cannot be done behind those ahead of it, or -1. */
    private int cause(String ledger, List<Submission> batch) {
        var trial = copy();
        for (var i = 0; i < batch.size(); i++) {
            var code = trial.decide(ledger, batch.get(i), null, true);
            if (!List.of("succeeded", "processing").contains(code)) {
                return i;
            }
        }
        return -1;
    }

    private Model copy() {
        var copy = new Model();
        accounts.forEach((ledger, all) -> {
            copy.accounts.put(ledger, new TreeMap<>());
            all.forEach((id, account) -> copy.accounts.get(ledger).put(id, account.copy()));
        });
        ops.forEach((id, op) -> copy.ops.put(id, op.copy()));
        copy.keys.putAll(keys);
        copy.references.putAll(references);
        holds.forEach((id, hold) -> copy.holds.put(id, hold.copy()));
        items.forEach((id, item) -> copy.items.put(id, item.copy()));
        copy.now = now;
        return copy;
    }

    /** @param actual what really happened; {@code null} for a trial */
    private String decide(String ledger, Submission one, Recorded actual, boolean atomic) {
        var known = known(ledger, one, actual);
        if (known.isPresent()) {
            return known.get();
        }
        var op = op(ledger, one);
        var reasons = reasons(ledger, one, atomic);
        if (!reasons.isEmpty()) {
            op.code = actual == null ? reasons.iterator().next() : LedgerFixture.code(actual);
            assertThat(reasons).as("%s", one.command()).contains(op.code);
            fail(op);
        } else {
            carryOut(op);
            same(op, actual);
        }
        remember(op);
        return op.code;
    }

    private void refuse(String ledger, Submission one, Recorded actual, boolean isCause, int cause) {
        if (known(ledger, one, actual).isPresent()) {
            return;
        }
        var op = op(ledger, one);
        op.code = LedgerFixture.code(actual);
        if (isCause) {
            assertThat(op.code).isNotIn("succeeded", "processing", "batch_refused");
        } else {
            assertThat(op.code).isEqualTo("batch_refused");
            assertThat(LedgerFixture.problem(actual).item()).isEqualTo(cause);
        }
        fail(op);
        remember(op);
    }

    /** Whether what came before decides: the id, the key, the reference, in this order. */
    private Optional<String> known(String ledger, Submission one, Recorded actual) {
        var same = ops.get(one.operationId());
        if (same != null) {
            same(same, actual);
            return Optional.of(same.code);
        }
        var op = op(ledger, one);
        var owner = ops.get(keys.get(ledger + " " + one.idempotencyKey()));
        if (owner != null) {
            if (owner.submission.command().equals(one.command())) {
                op.code = owner.code;
                op.first = owner.first;
                op.balances = owner.balances;
                op.duplicateOf = owner.submission.operationId();
            } else {
                op.code = "idempotency_key_reused";
                op.first = owner.submission.operationId();
                fail(op);
            }
            same(op, actual);
            ops.put(one.operationId(), op);
            return Optional.of(op.code);
        }
        var reference = one.command().referenceId();
        var first = reference == null ? null : references.get(ledger + " " + reference);
        if (first != null) {
            op.code = "duplicate_reference";
            op.first = first;
            fail(op);
            same(op, actual);
            remember(op);
            return Optional.of(op.code);
        }
        return Optional.empty();
    }

    private static Op op(String ledger, Submission one) {
        var op = new Op();
        op.ledger = ledger;
        op.submission = one;
        return op;
    }

    private void remember(Op op) {
        ops.put(op.submission.operationId(), op);
        keys.put(op.ledger + " " + op.submission.idempotencyKey(), op.submission.operationId());
        var reference = op.submission.command().referenceId();
        if (reference != null) {
            references.putIfAbsent(op.ledger + " " + reference, op.submission.operationId());
        }
    }

    private static void same(Op expected, Recorded actual) {
        if (actual == null) {
            return;
        }
        assertThat(LedgerFixture.code(actual))
                .as("%s", expected.submission.command())
                .isEqualTo(expected.code);
        assertThat(actual.duplicateOf()).isEqualTo(expected.duplicateOf);
        if (actual.outcome() instanceof Outcome.Succeeded succeeded) {
            var balances = new ArrayList<String>();
            for (Operation.Balance balance : succeeded.result().balances()) {
                balances.add(
                        balance.accountId() + " " + plain(balance.balanceAfter().value()));
            }
            assertThat(balances)
                    .as("%s", expected.submission.command())
                    .containsExactlyElementsOf(expected.balances.entrySet().stream()
                            .map(entry -> entry.getKey().split("/")[1] + " " + plain(entry.getValue()))
                            .toList());
        } else if (expected.first != null) {
            assertThat(LedgerFixture.problem(actual).firstOperationId()).isEqualTo(expected.first);
        }
    }

    private void fail(Op op) {
        switch (op.submission.command()) {
            case Command.ActionItem made -> {
                var item = new Item();
                item.ledger = op.ledger;
                item.exceptions = 1;
                items.put(op.submission.operationId(), item);
            }
            case Command.ActionItemUpdate update -> {
                var item = items.get(update.actionItemId());
                if (item != null && item.ledger.equals(op.ledger)) {
                    item.exceptions++;
                }
            }
            default -> {}
        }
    }

    // --- what it may do -------------------------------------------------------------------------

    /** Every reason why it cannot be done; the API does not say which of them is told. */
    private Set<String> reasons(String ledger, Submission one, boolean atomic) {
        if (ledger.equals("void")) {
            return new TreeSet<>(Set.of("ledger_not_found"));
        }
        var reasons = new TreeSet<String>();
        switch (one.command()) {
            case Command.Exchange e -> {
                if (leaves(e.toLedgerId(), ledger)) {
                    return mayGive(
                            ledger,
                            e.fromAccountId(),
                            e.sell().amount().value(),
                            e.sell().currency(),
                            atomic);
                }
                reasons.addAll(boughtReasons(ledger, e));
                reasons.addAll(allowed(ledger, reasons.isEmpty() ? lines(ledger, e) : sold(e), false));
            }
            case Command.Transfer t -> {
                if (leaves(t.toLedgerId(), ledger)) {
                    return mayGive(ledger, t.fromAccountId(), t.amount().value(), t.currency(), atomic);
                }
                if (t.fromAccountId().equals(t.toAccountId()) && t.toLedgerId() != null) {
                    reasons.add("validation_failed");
                }
                reasons.addAll(allowed(ledger, lines(ledger, t), false));
            }
            case Command.Hold hold -> {
                reasons.addAll(mayGive(ledger, hold.accountId(), hold.amount().value(), hold.currency(), false));
                if (hold.expiresAt() != null && !hold.expiresAt().isAfter(now)) {
                    reasons.add("hold_expired");
                }
            }
            case Command.Capture capture -> reasons.addAll(captureReasons(ledger, capture));
            case Command.Release release -> reasons.addAll(holdReasons(ledger, release.holdId(), false));
            case Command.Reversal reversal -> reasons.addAll(reversalReasons(ledger, reversal, atomic));
            case Command.ActionItem item -> {}
            case Command.ActionItemUpdate update -> {
                var item = items.get(update.actionItemId());
                if (item == null || !item.ledger.equals(ledger)) {
                    reasons.add("action_item_not_found");
                } else {
                    if (update.version() != null && update.version() != item.version) {
                        reasons.add("version_conflict");
                    }
                    if (!mayBecome(item.status, update.status().toString())) {
                        reasons.add("transition_forbidden");
                    }
                }
            }
            case Command.Outright outright -> reasons.addAll(allowed(ledger, lines(ledger, outright), false));
        }
        return reasons;
    }

    private static boolean leaves(String toLedger, String ledger) {
        return toLedger != null && !toLedger.equals(ledger);
    }

    private static boolean mayBecome(String from, String to) {
        return from.equals(to)
                || List.of(
                                "open in_progress",
                                "open cancelled",
                                "in_progress open",
                                "in_progress done",
                                "in_progress cancelled",
                                "done open",
                                "cancelled open")
                        .contains(from + " " + to);
    }

    private Set<String> mayGive(String ledger, String account, BigDecimal amount, String currency, boolean atomic) {
        var reasons = allowed(ledger, List.of(new Line(account, amount.negate(), currency)), false);
        if (atomic) {
            reasons.add("validation_failed");
        }
        return reasons;
    }

    private Set<String> boughtReasons(String ledger, Command.Exchange exchange) {
        var reasons = new TreeSet<String>();
        if (exchange.rate() != null) {
            var account = accounts.get(ledger).get(exchange.toAccountId());
            if (account == null) {
                reasons.add("account_not_found");
            } else if (account.currency.equals(exchange.sell().currency())) {
                reasons.add("currency_mismatch");
            } else if (bought(ledger, exchange).amount().signum() == 0) {
                reasons.add("amount_too_small");
            }
        }
        return reasons;
    }

    private Line bought(String ledger, Command.Exchange exchange) {
        if (exchange.buy() != null) {
            return new Line(
                    exchange.toAccountId(),
                    exchange.buy().amount().value(),
                    exchange.buy().currency());
        }
        var account = accounts.get(ledger).get(exchange.toAccountId());
        var product = exchange.sell().amount().value().multiply(exchange.rate().value());
        return new Line(
                exchange.toAccountId(), product.setScale(account.scale, RoundingMode.HALF_EVEN), account.currency);
    }

    private Set<String> holdReasons(String ledger, UUID id, boolean now) {
        var hold = holds.get(id);
        if (hold == null || !hold.ledger.equals(ledger) || hold.saga) {
            return Set.of("hold_not_found");
        }
        if (hold.status.equals("expired") || now && isOver(hold)) {
            return hold.status.equals("open") || hold.status.equals("expired")
                    ? Set.of("hold_expired")
                    : Set.of("hold_not_open");
        }
        return hold.status.equals("open") ? Set.of() : Set.of("hold_not_open");
    }

    private boolean isOver(Hold hold) {
        return hold.expiresAt != null && !hold.expiresAt.isAfter(now);
    }

    private Set<String> captureReasons(String ledger, Command.Capture capture) {
        var reasons = new TreeSet<>(holdReasons(ledger, capture.holdId(), true));
        if (reasons.isEmpty()) {
            var hold = holds.get(capture.holdId());
            var amount =
                    capture.amount() == null ? hold.remaining : capture.amount().value();
            if (amount.compareTo(hold.remaining) > 0) {
                reasons.add("hold_exceeded");
            }
            if (amount.stripTrailingZeros().scale() > (hold.currency.equals("JPY") ? 0 : 2)) {
                reasons.add("amount_scale");
            }
            if (capture.toAccountId().equals(hold.account)) {
                reasons.add("validation_failed");
            }
            reasons.addAll(allowed(ledger, List.of(new Line(capture.toAccountId(), amount, hold.currency)), false));
        }
        return reasons;
    }

    private Set<String> reversalReasons(String ledger, Command.Reversal reversal, boolean atomic) {
        var original = ops.get(reversal.operationId());
        if (original == null) {
            return Set.of("operation_not_found");
        }
        var from = where(original);
        if (!from.equals(ledger)) {
            return Set.of(original.ledger.equals(ledger) ? "not_reversible" : "operation_not_found");
        }
        if (original.reversedBy != null) {
            return Set.of("already_reversed");
        }
        var posted = original.posted.getOrDefault(ledger, List.of());
        var moves = MOVES.contains(original.submission.command().kind().toString());
        if (!moves || !original.code.equals("succeeded") || posted.isEmpty()) {
            return Set.of("not_reversible");
        }
        var opposite = opposite(posted);
        var crosses = !original.ledger.equals(ledger);
        var reasons = allowed(
                ledger,
                crosses
                        ? opposite.stream()
                                .filter(line -> !line.account().contains(":"))
                                .toList()
                        : opposite,
                reversal.force());
        if (crosses && atomic) {
            reasons.add("validation_failed");
        }
        return reasons;
    }

    private static String where(Op op) {
        var destination = op.submission.command().destination();
        return destination.isPresent() && leaves(destination.get(), op.ledger) ? destination.get() : op.ledger;
    }

    private static List<Line> opposite(List<Line> lines) {
        return lines.stream()
                .map(line -> new Line(line.account(), line.amount().negate(), line.currency()))
                .toList();
    }

    private Set<String> allowed(String ledger, List<Line> lines, boolean force) {
        var reasons = new TreeSet<String>();
        var net = new HashMap<String, BigDecimal>();
        for (var line : lines) {
            var ours = line.account().contains(":");
            var account = accounts.get(ledger).get(line.account());
            var scale = line.currency().equals("JPY") ? 0 : 2;
            if (ours && !List.of("EUR", "USD", "JPY").contains(line.currency())) {
                reasons.add("currency_unknown");
            } else if (!ours && account == null) {
                reasons.add("account_not_found");
            } else if (!ours && !account.currency.equals(line.currency())) {
                reasons.add("currency_mismatch");
            } else if (line.amount().stripTrailingZeros().scale() > scale) {
                reasons.add("amount_scale");
            }
            if (!ours && account != null && !account.status.equals("ACTIVE")) {
                reasons.add("account_" + account.status.toLowerCase(Locale.ROOT));
            }
            net.merge(line.account(), line.amount(), BigDecimal::add);
        }
        net.forEach((id, change) -> {
            var account = accounts.get(ledger).get(id);
            if (account != null && account.floor != null && change.signum() < 0 && !force) {
                if (account.balance.subtract(account.held).add(change).compareTo(account.floor) < 0) {
                    reasons.add("insufficient_funds");
                }
            }
        });
        return reasons;
    }

    // --- what it does ---------------------------------------------------------------------------

    private void carryOut(Op op) {
        var id = op.submission.operationId();
        op.code = "succeeded";
        switch (op.submission.command()) {
            case Command.Hold hold -> {
                keepBack(op, new Line(hold.accountId(), hold.amount().value(), hold.currency()), hold.expiresAt());
                op.balances = balances(op.ledger, List.of(hold.accountId()));
            }
            case Command.Capture capture -> {
                var hold = holds.get(capture.holdId());
                var amount = capture.amount() == null
                        ? hold.remaining
                        : capture.amount().value();
                var account = accounts.get(op.ledger).get(hold.account);
                hold.remaining = hold.remaining.subtract(amount);
                account.held = account.held.subtract(amount);
                hold.status = hold.remaining.signum() == 0 ? "captured" : "open";
                post(
                        op,
                        op.ledger,
                        List.of(
                                new Line(hold.account, amount.negate(), hold.currency),
                                new Line(capture.toAccountId(), amount, hold.currency)));
            }
            case Command.Release release -> {
                var hold = holds.get(release.holdId());
                letGo(hold, isOver(hold) ? "expired" : "released");
                op.balances = balances(op.ledger, List.of(hold.account));
            }
            case Command.Reversal reversal -> {
                var original = ops.get(reversal.operationId());
                original.reversedBy = id;
                var opposite = opposite(original.posted.get(op.ledger));
                if (original.ledger.equals(op.ledger)) {
                    post(op, op.ledger, opposite);
                } else {
                    var given = opposite.stream()
                            .filter(line -> !line.account().contains(":"))
                            .findFirst()
                            .orElseThrow();
                    setAside(op, new Line(given.account(), given.amount().negate(), given.currency()));
                }
            }
            case Command.ActionItem made -> {
                var item = new Item();
                item.ledger = op.ledger;
                items.put(id, item);
            }
            case Command.ActionItemUpdate update -> {
                var item = items.get(update.actionItemId());
                item.status = update.status().toString();
                item.version++;
            }
            case Command.Outright outright -> post(op, op.ledger, lines(op.ledger, outright));
            case Command.Transfer t -> {
                if (leaves(t.toLedgerId(), op.ledger)) {
                    setAside(op, new Line(t.fromAccountId(), t.amount().value(), t.currency()));
                } else {
                    post(op, op.ledger, lines(op.ledger, t));
                }
            }
            case Command.Exchange e -> {
                if (leaves(e.toLedgerId(), op.ledger)) {
                    var sell = e.sell();
                    setAside(op, new Line(e.fromAccountId(), sell.amount().value(), sell.currency()));
                } else {
                    post(op, op.ledger, lines(op.ledger, e));
                }
            }
        }
    }

    private void setAside(Op op, Line given) {
        keepBack(op, given, null);
        holds.get(op.submission.operationId()).saga = true;
        op.code = "processing";
    }

    private void keepBack(Op op, Line given, Instant expiresAt) {
        var hold = new Hold();
        hold.ledger = op.ledger;
        hold.account = given.account();
        hold.currency = given.currency();
        hold.remaining = given.amount();
        hold.expiresAt = expiresAt;
        holds.put(op.submission.operationId(), hold);
        var account = accounts.get(op.ledger).get(given.account());
        account.held = account.held.add(given.amount());
    }

    private void letGo(Hold hold, String status) {
        var account = accounts.get(hold.ledger).get(hold.account);
        account.held = account.held.subtract(hold.remaining);
        hold.status = status;
    }

    private void post(Op op, String ledger, List<Line> lines) {
        for (var line : lines) {
            var account = accounts.get(ledger)
                    .computeIfAbsent(line.account(), id -> new Account(line.currency(), 9, "ACTIVE", null, "0"));
            account.balance = account.balance.add(line.amount());
        }
        op.posted.put(ledger, lines);
        op.balances = balances(ledger, lines.stream().map(Line::account).toList());
    }

    private Map<String, BigDecimal> balances(String ledger, List<String> touched) {
        var balances = new LinkedHashMap<String, BigDecimal>();
        new LinkedHashSet<>(touched)
                .stream()
                        .filter(id -> !id.contains(":"))
                        .forEach(id -> balances.put(
                                ledger + "/" + id, accounts.get(ledger).get(id).balance));
        return balances;
    }

    // --- between two ledgers --------------------------------------------------------------------

    private void step(String ledger, Submission one, Optional<Recorded> actual) {
        var op = ops.get(one.operationId());
        switch (one.step().name()) {
            case HOLD -> throw new AssertionError("nobody sends a hold");
            case CREDIT -> {
                assertThat(actual).isEmpty();
                if (op.creditRefusals == null) {
                    credit(op, ledger);
                }
            }
            case CAPTURE -> {
                if (op.code.equals("processing")) {
                    assertThat(op.creditRefusals).isEmpty();
                    var hold = holds.get(one.operationId());
                    letGo(hold, "captured");
                    post(op, ledger, taken(op, ledger));
                    var all = new LinkedHashMap<>(op.balances);
                    all.putAll(op.creditBalances);
                    op.balances = all;
                    op.code = "succeeded";
                    tellRepetitions(op);
                }
                same(op, actual.orElseThrow());
            }
            case RELEASE -> {
                if (op.code.equals("processing")) {
                    letGo(holds.get(one.operationId()), "released");
                    op.code = LedgerFixture.code(actual.orElseThrow());
                    assertThat(op.creditRefusals).contains(op.code);
                    if (op.submission.command() instanceof Command.Reversal reversal) {
                        ops.get(reversal.operationId()).reversedBy = null;
                    }
                    tellRepetitions(op);
                }
                same(op, actual.orElseThrow());
            }
        }
    }

    private void tellRepetitions(Op op) {
        ops.values().stream()
                .filter(one -> op.submission.operationId().equals(one.duplicateOf))
                .forEach(one -> {
                    one.code = op.code;
                    one.balances = op.balances;
                });
    }

    private void credit(Op op, String ledger) {
        op.creditRefusals = new TreeSet<>();
        if (ledger.equals("void")) {
            op.creditRefusals.add("ledger_not_found");
            return;
        }
        if (op.submission.command() instanceof Command.Exchange exchange) {
            op.creditRefusals.addAll(boughtReasons(ledger, exchange));
        }
        if (op.creditRefusals.isEmpty()) {
            var lines = given(op, ledger);
            op.creditRefusals.addAll(allowed(ledger, lines, false));
            if (op.creditRefusals.isEmpty()) {
                post(op, ledger, lines);
                op.creditBalances = op.balances;
                op.balances = Map.of();
            }
        } else {
            op.creditRefusals.addAll(Set.of("account_frozen", "account_closed")); // whichever is found first
        }
    }

    private List<Line> given(Op op, String ledger) {
        return switch (op.submission.command()) {
            case Command.Transfer t ->
                List.of(
                        new Line(t.toAccountId(), t.amount().value(), t.currency()),
                        new Line("transit:" + t.currency(), t.amount().value().negate(), t.currency()));
            case Command.Exchange e -> {
                var bought = bought(ledger, e);
                yield List.of(
                        bought,
                        new Line(
                                "exchange:" + bought.currency(), bought.amount().negate(), bought.currency()));
            }
            case Command.Reversal r -> opposite(ops.get(r.operationId()).posted.get(ledger));
            default -> throw new AssertionError(op.submission.command());
        };
    }

    private List<Line> taken(Op op, String ledger) {
        return switch (op.submission.command()) {
            case Command.Transfer t ->
                List.of(
                        new Line(t.fromAccountId(), t.amount().value().negate(), t.currency()),
                        new Line("transit:" + t.currency(), t.amount().value(), t.currency()));
            case Command.Exchange e -> sold(e);
            case Command.Reversal r -> opposite(ops.get(r.operationId()).posted.get(ledger));
            default -> throw new AssertionError(op.submission.command());
        };
    }

    private static List<Line> sold(Command.Exchange exchange) {
        var sell = exchange.sell();
        return List.of(
                new Line(exchange.fromAccountId(), sell.amount().value().negate(), sell.currency()),
                new Line("exchange:" + sell.currency(), sell.amount().value(), sell.currency()));
    }

    private List<Line> lines(String ledger, Command command) {
        return switch (command) {
            case Command.Deposit d ->
                Arrays.asList(
                        new Line(d.accountId(), d.amount().value(), d.currency()),
                        new Line("external:" + d.currency(), d.amount().value().negate(), d.currency()));
            case Command.Withdrawal w ->
                Arrays.asList(
                        new Line(w.accountId(), w.amount().value().negate(), w.currency()),
                        new Line("external:" + w.currency(), w.amount().value(), w.currency()));
            case Command.Transfer t ->
                Arrays.asList(
                        new Line(t.fromAccountId(), t.amount().value().negate(), t.currency()),
                        new Line(t.toAccountId(), t.amount().value(), t.currency()));
            case Command.Exchange e -> {
                var lines = new ArrayList<>(sold(e));
                var bought = bought(ledger, e);
                lines.add(new Line(
                        "exchange:" + bought.currency(), bought.amount().negate(), bought.currency()));
                lines.add(bought);
                yield lines;
            }
            case Command.Journal j ->
                j.postings().stream()
                        .map(line -> new Line(line.accountId(), line.amount().value(), line.currency()))
                        .toList();
            default -> throw new AssertionError(command);
        };
    }
}
