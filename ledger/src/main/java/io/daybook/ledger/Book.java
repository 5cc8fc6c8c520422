package io.daybook.ledger;

import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.HoldStatus;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The working copy of one ledger while its row is locked: operations and steps go in one after the other, and what has
 * to be written comes out.
 *
 * <p>It must be given all that they can touch, see {@link Needs}. Not safe for use by several threads.
 */
public final class Book {
    private final Instant now;
    private State state;

    /**
     * The end of the ledger's chain.
     *
     * @param open whether somebody has opened it; nothing can be posted before
     * @param assets those that the ledger declares, besides ISO 4217
     */
    public record Head(
            String tenant, String ledgerId, boolean open, List<Asset> assets, long sequence, byte[] hash, Instant at) {}

    /**
     * What has to be known of the ledger beforehand.
     *
     * @param recorded under the operations' ids, keys and references, and what repeats an operation that is named
     */
    public record Loaded(
            Collection<Account> accounts,
            Collection<Recorded> recorded,
            Collection<Hold> holds,
            Collection<StepTaken> steps,
            Collection<Original> originals,
            Collection<ActionItem> actionItems) {}

    private record StepKey(UUID operationId, StepName name) {}

    /** What was loaded and what came out of it, together so that an atomic batch can go back to what was before it. */
    private static final class State {
        Head head;
        final Map<String, Account> accounts;
        final Map<UUID, Recorded> byId;
        final Map<String, Recorded> byKey;
        final Map<String, Recorded> byReference;
        final Map<UUID, Hold> holds;
        final Map<StepKey, StepTaken> steps;
        final Map<UUID, Original> originals;
        final Map<UUID, ActionItem> items;

        final List<Transaction> transactions;
        final Set<String> touched;
        final Set<UUID> operationsChanged;
        final Set<UUID> holdsChanged;
        final List<StepTaken> stepsTaken;
        final Set<UUID> originalsChanged;
        final Set<UUID> itemsChanged;
        final List<QueueMessage> messages;

        State(Head head) {
            this.head = head;
            accounts = new HashMap<>();
            byId = new HashMap<>();
            byKey = new HashMap<>();
            byReference = new HashMap<>();
            holds = new HashMap<>();
            steps = new HashMap<>();
            originals = new HashMap<>();
            items = new HashMap<>();
            transactions = new ArrayList<>();
            touched = new LinkedHashSet<>();
            operationsChanged = new LinkedHashSet<>();
            holdsChanged = new LinkedHashSet<>();
            stepsTaken = new ArrayList<>();
            originalsChanged = new LinkedHashSet<>();
            itemsChanged = new LinkedHashSet<>();
            messages = new ArrayList<>();
        }

        State copy() {
            var copy = new State(head);
            copy.accounts.putAll(accounts);
            copy.byId.putAll(byId);
            copy.byKey.putAll(byKey);
            copy.byReference.putAll(byReference);
            copy.holds.putAll(holds);
            copy.steps.putAll(steps);
            copy.originals.putAll(originals);
            copy.items.putAll(items);
            copy.transactions.addAll(transactions);
            copy.touched.addAll(touched);
            copy.operationsChanged.addAll(operationsChanged);
            copy.holdsChanged.addAll(holdsChanged);
            copy.stepsTaken.addAll(stepsTaken);
            copy.originalsChanged.addAll(originalsChanged);
            copy.itemsChanged.addAll(itemsChanged);
            copy.messages.addAll(messages);
            return copy;
        }
    }

    public Book(Head head, Loaded loaded, Instant now) {
        this.now = now.truncatedTo(ChronoUnit.MICROS);
        this.state = new State(head);
        loaded.accounts().forEach(account -> state.accounts.put(account.id(), account));
        loaded.recorded().forEach(this::know);
        loaded.holds().forEach(hold -> state.holds.put(hold.id(), hold));
        loaded.steps().forEach(step -> state.steps.put(new StepKey(step.operationId(), step.name()), step));
        loaded.originals().forEach(original -> state.originals.put(original.operationId(), original));
        loaded.actionItems().forEach(item -> state.items.put(item.id(), item));
    }

    public Book(Head head, Collection<Account> accounts, Collection<Recorded> recorded, Instant now) {
        this(head, new Loaded(accounts, recorded, List.of(), List.of(), List.of(), List.of()), now);
    }

    /** Decides one operation. One that is known already keeps its outcome and changes nothing. */
    public Recorded apply(Submission submission) {
        return apply(submission, false);
    }

    /**
     * Takes a step of an operation between two ledgers; one that was taken before changes nothing, and is answered again.
     *
     * @return the operation, if this is its own ledger
     * @throws IllegalStateException if this should be its own ledger, and does not know it
     */
    public Optional<Recorded> step(Submission submission) {
        var command = (Command.Crossing) submission.command();
        return switch (submission.step().name()) {
            case HOLD -> Optional.of(remind(submission, command)); // the request was the hold
            case CREDIT -> {
                credit(submission, command);
                yield Optional.empty();
            }
            case CAPTURE, RELEASE -> Optional.of(conclude(submission, command));
        };
    }

    /**
     * Decides all or none: after a refusal, each operation of the batch is refused, and the others name the one that
     * was the cause. What was decided before the batch stays as it is.
     */
    public List<Recorded> applyAtomically(List<Submission> batch) {
        if (batch.stream().allMatch(one -> decided(one.operationId()).isPresent())) { // redelivered
            return batch.stream().map(this::apply).toList();
        }
        return allOrNone(batch, submission -> apply(submission, true));
    }

    /**
     * Takes note of an operation whose turn has not come: its key and its reference are its own from now on. One that is
     * known, or whose key or reference belongs to another, has its outcome at once.
     */
    public Recorded postpone(Submission submission) {
        return unlessTaken(submission, new Outcome.Undecided(OperationStatus.PENDING));
    }

    /** The same for a batch of which all are applied or none. */
    public List<Recorded> postponeAtomically(List<Submission> batch) {
        return allOrNone(batch, this::postpone);
    }

    private List<Recorded> allOrNone(List<Submission> batch, Function<Submission, Recorded> decision) {
        var before = state.copy();
        var results = new ArrayList<Recorded>(batch.size());
        for (var i = 0; i < batch.size(); i++) {
            var result = decision.apply(batch.get(i));
            results.add(result);
            if (result.outcome() instanceof Outcome.Failed failed) {
                state = before;
                return refuseAll(batch, i, failed.problem());
            }
        }
        return results;
    }

    /** The transactions that came out, in their order. */
    public List<Transaction> transactions() {
        return List.copyOf(state.transactions);
    }

    /** The accounts that were touched, as they stand now; those that are new among them. */
    public List<Account> touched() {
        return state.touched.stream().map(state.accounts::get).toList();
    }

    /** The operations that are new or have moved on, as they stand now. */
    public List<Recorded> operations() {
        return state.operationsChanged.stream().map(state.byId::get).toList();
    }

    /** The holds that are new or have changed, as they stand now. */
    public List<Hold> holds() {
        return state.holdsChanged.stream().map(state.holds::get).toList();
    }

    /** The steps that were taken. */
    public List<StepTaken> steps() {
        return List.copyOf(state.stepsTaken);
    }

    /** By operation, what has reversed it; nothing if a reversal was undone. */
    public Map<UUID, Optional<UUID>> reversals() {
        var reversals = new LinkedHashMap<UUID, Optional<UUID>>();
        state.originalsChanged.forEach(id ->
                reversals.put(id, Optional.ofNullable(state.originals.get(id).reversedBy())));
        return reversals;
    }

    /** The action items that are new or have changed, as they stand now. */
    public List<ActionItem> actionItems() {
        return state.itemsChanged.stream().map(state.items::get).toList();
    }

    /** What other ledgers have to be told, in order: the next step of an operation each. */
    public List<QueueMessage> messages() {
        return List.copyOf(state.messages);
    }

    public Head head() {
        return state.head;
    }

    // --- what the rules ask ---------------------------------------------------------------------

    String ledgerId() {
        return state.head.ledgerId();
    }

    Instant now() {
        return now;
    }

    /** @throws Refusal if there is no such account */
    Account account(String id) {
        var account = state.accounts.get(id);
        if (account == null) {
            throw Refusal.of(ProblemCode.ACCOUNT_NOT_FOUND, "There is no account %s in this ledger", id);
        }
        return account;
    }

    Optional<Hold> hold(UUID id) {
        return Optional.ofNullable(state.holds.get(id));
    }

    Optional<Original> original(UUID id) {
        return Optional.ofNullable(state.originals.get(id));
    }

    Optional<ActionItem> actionItem(UUID id) {
        return Optional.ofNullable(state.items.get(id));
    }

    // --- operations -----------------------------------------------------------------------------

    private Recorded apply(Submission submission, boolean atomically) {
        return known(submission).orElseGet(() -> {
            try {
                return start(submission, atomically);
            } catch (Refusal refusal) {
                return record(submission, new Outcome.Failed(refusal.problem()), List.of(), List.of());
            }
        });
    }

    private Recorded start(Submission submission, boolean atomically) {
        mustOwnItsReference(submission); // ahead of all other reasons, so that who owns it shows in the outcome
        mustBeOpen();
        var change = Rules.start(submission.operationId(), submission.command(), this);
        if (change.goesOnIn().isPresent()) {
            if (atomically) {
                throw Refusal.of(
                        ProblemCode.VALIDATION_FAILED,
                        "An operation between two ledgers is not part of an atomic batch");
            }
            return setOut(submission, change, change.goesOnIn().get());
        }
        var result = commit(submission, null, change);
        var steps = change.steps().stream()
                .map(name -> new Operation.Step(name, ledgerId(), "succeeded", now))
                .toList();
        return record(submission, new Outcome.Succeeded(result), change.postings(), steps);
    }

    /** An operation between two ledgers may come here again, when it was dead: what it holds, it has held since then. */
    private Recorded setOut(Submission submission, Change change, String otherLedgerId) {
        var key = new StepKey(submission.operationId(), StepName.HOLD);
        if (!state.steps.containsKey(key)) {
            take(
                    submission,
                    StepName.HOLD,
                    null,
                    commit(submission, StepName.HOLD, change).balances());
        }
        send(otherLedgerId, submission, new QueueMessage.Step(StepName.CREDIT, ledgerId(), null, null));
        var held = step(StepName.HOLD, ledgerId(), true, state.steps.get(key).at());
        return record(submission, new Outcome.Undecided(OperationStatus.PROCESSING), List.of(), List.of(held));
    }

    /**
     * Asks the other ledger once more, if its answer has not come: it answers again what it has answered before. Of what
     * has been given up, it is asked not to credit it any more, so that the money is let go.
     */
    private Recorded remind(Submission submission, Command.Crossing command) {
        var id = submission.operationId();
        var known = state.byId.get(id);
        if (known == null) {
            throw new IllegalStateException("there is no operation %s in %s".formatted(id, ledgerId()));
        }
        var isHeld = hold(id).filter(hold -> hold.status() == HoldStatus.OPEN).isPresent();
        if (!isHeld || known.is(OperationStatus.DEAD)) {
            return known;
        }
        var givenUp = known.is(OperationStatus.DISCARDED)
                ? Problem.of(ProblemCode.PROCESSING_FAILED, "The operation has been given up")
                : null;
        send(
                Rules.otherLedger(command, this),
                submission,
                new QueueMessage.Step(StepName.CREDIT, ledgerId(), givenUp, null));
        return known.is(OperationStatus.PENDING) // it was dead on its way
                ? change(known.with(new Outcome.Undecided(OperationStatus.PROCESSING), known.steps()))
                : known;
    }

    /**
     * In the other ledger; a refusal stays one, since the answer to it may be on its way. What has been given up is
     * refused, unless it has happened already.
     */
    private void credit(Submission submission, Command.Crossing command) {
        var key = new StepKey(submission.operationId(), StepName.CREDIT);
        var givenUp = submission.step().problem();
        if (!state.steps.containsKey(key) && givenUp != null) {
            take(submission, StepName.CREDIT, givenUp, List.of());
        } else if (!state.steps.containsKey(key)) {
            try {
                mustBeOpen();
                var result = commit(submission, StepName.CREDIT, Rules.credit(command, this));
                take(submission, StepName.CREDIT, null, result.balances());
            } catch (Refusal refusal) {
                take(submission, StepName.CREDIT, refusal.problem(), List.of());
            }
        }
        var taken = state.steps.get(key);
        var next = taken.problem() == null ? StepName.CAPTURE : StepName.RELEASE;
        var home = submission.step().homeLedgerId();
        send(home, submission, new QueueMessage.Step(next, home, taken.problem(), taken.balances()));
    }

    /** In its own ledger; nothing can refuse it. */
    private Recorded conclude(Submission submission, Command.Crossing command) {
        var id = submission.operationId();
        var before = state.byId.get(id);
        var hold = state.holds.get(id);
        if (before == null || hold == null) {
            throw new IllegalStateException("the operation %s has no hold in %s".formatted(id, ledgerId()));
        }
        var name = submission.step().name();
        if (Stream.of(StepName.CAPTURE, StepName.RELEASE)
                .anyMatch(last -> state.steps.containsKey(new StepKey(id, last)))) {
            return before;
        }
        var captures = name == StepName.CAPTURE;
        var change = captures ? Rules.capture(command, hold, this) : Rules.release(hold, this);
        var result = commit(submission, name, change);
        take(submission, name, null, result.balances());
        if (!captures && command instanceof Command.Reversal reversal) {
            mark(reversal.operationId(), null);
        }
        var steps = new ArrayList<>(before.steps());
        steps.add(step(StepName.CREDIT, Rules.otherLedger(command, this), captures, now));
        steps.add(step(name, ledgerId(), true, now));
        if (before.is(OperationStatus.DISCARDED)) { // whoever discarded it was told that it is final
            return change(before.with(before.outcome(), steps));
        }
        var balances = Stream.concat(result.balances().stream(), submission.step().balances().stream())
                .toList();
        var outcome = captures
                ? new Outcome.Succeeded(new Operation.Result(result.transactionId(), result.sequence(), balances))
                : new Outcome.Failed(submission.step().problem());
        return settle(before.with(outcome, steps));
    }

    private static Operation.Step step(StepName name, String ledgerId, boolean succeeded, Instant at) {
        return new Operation.Step(name.toString(), ledgerId, succeeded ? "succeeded" : "failed", at);
    }

    private void take(Submission submission, StepName name, Problem problem, List<Operation.Balance> balances) {
        var taken = new StepTaken(submission.operationId(), name, problem, balances, now);
        state.steps.put(new StepKey(taken.operationId(), name), taken);
        state.stepsTaken.add(taken);
    }

    private void send(String ledgerId, Submission submission, QueueMessage.Step step) {
        var item = new QueueMessage.Item(
                submission.operationId(),
                submission.idempotencyKey(),
                submission.command().kind(),
                submission.command(),
                step);
        state.messages.add(new QueueMessage(
                QueueMessage.VERSION, state.head.tenant(), ledgerId, submission.caller(), now, false, List.of(item)));
    }

    private void mustBeOpen() {
        if (!state.head.open()) {
            throw Refusal.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger %s", ledgerId());
        }
    }

    private void mustOwnItsReference(Submission submission) {
        var reference = submission.command().referenceId();
        var first = reference == null ? null : state.byReference.get(reference);
        if (first != null && !first.operationId().equals(submission.operationId())) {
            throw Refusal.of(
                            ProblemCode.DUPLICATE_REFERENCE,
                            "The reference %s belongs to the operation %s",
                            reference,
                            first.operationId())
                    .naming(first.operationId());
        }
    }

    // --- the books ------------------------------------------------------------------------------

    private Operation.Result commit(Submission submission, StepName step, Change change) {
        var changed = new LinkedHashMap<String, Account>();
        var entries = new ArrayList<Transaction.Entry>(change.postings().size());
        for (var posting : change.postings()) {
            var account = current(posting.accountId(), changed);
            var amount = account.accept(posting.amount(), posting.currency());
            var after = account.post(amount);
            changed.put(after.id(), after);
            entries.add(new Transaction.Entry(after.id(), after.currency(), amount, after.balance()));
        }
        change.hold().ifPresent(hold -> {
            var before = hold(hold.id())
                    .map(Hold::held)
                    .orElse(Amount.zero(hold.amount().value().scale()));
            var account = current(hold.accountId(), changed);
            changed.put(account.id(), account.hold(hold.held().minus(before)));
        });
        changed.replaceAll((id, after) -> allowed(after, change.guard()));
        var transaction = entries.isEmpty() ? null : chain(submission, step, entries);
        state.accounts.putAll(changed);
        state.touched.addAll(changed.keySet());
        change.hold().ifPresent(hold -> {
            state.holds.put(hold.id(), hold);
            state.holdsChanged.add(hold.id());
        });
        change.item().ifPresent(this::put);
        change.reverses().ifPresent(original -> mark(original, submission.operationId()));
        return new Operation.Result(
                transaction == null ? null : transaction.id(),
                transaction == null ? null : transaction.sequence(),
                changed.values().stream()
                        .filter(account -> !Identifiers.isReserved(account.id()))
                        .map(account -> new Operation.Balance(account.id(), account.currency(), account.balance()))
                        .toList());
    }

    private Account current(String id, Map<String, Account> changed) {
        var account = changed.getOrDefault(id, state.accounts.get(id));
        if (account == null && Identifiers.isReserved(id)) {
            return Account.reserved(
                    id, asset(Identifiers.currencyOfReserved(id)).scale());
        }
        return account == null ? account(id) : account;
    }

    private Asset asset(String currency) {
        return Asset.find(state.head.assets(), currency)
                .orElseThrow(() -> Refusal.of(
                        ProblemCode.CURRENCY_UNKNOWN,
                        "%s is neither an ISO 4217 currency nor an asset of this ledger",
                        currency));
    }

    /** The floor holds back what makes less available; who was forced below it may not be kept from rising again. */
    private Account allowed(Account after, Change.Guard guard) {
        if (guard != Change.Guard.NONE) {
            after.mustTakePart();
        }
        var before = state.accounts.get(after.id());
        if (!after.isBelowFloor()) {
            return after.overdrawn(false);
        }
        var isLess = after.available().compareTo(before.available()) < 0;
        if (isLess && guard == Change.Guard.STRICT) {
            throw Refusal.of(
                    ProblemCode.INSUFFICIENT_FUNDS,
                    "The account %s has %s %s available above its floor",
                    after.id(),
                    before.available().minus(before.floor()),
                    before.currency());
        }
        return isLess ? after.overdrawn(true) : after;
    }

    private Transaction chain(Submission submission, StepName step, List<Transaction.Entry> entries) {
        var head = state.head;
        var at = head.at() != null && head.at().isAfter(now) ? head.at() : now;
        var transaction = new Transaction(
                        DaybookId.next(head.tenant(), head.ledgerId(), now.toEpochMilli()),
                        head.sequence() + 1,
                        submission.operationId(),
                        submission.command().kind(),
                        at,
                        submission.caller(),
                        submission.fingerprint(),
                        step,
                        List.copyOf(entries),
                        null)
                .chainedTo(head.hash());
        state.transactions.add(transaction);
        state.head = new Head(
                head.tenant(),
                head.ledgerId(),
                head.open(),
                head.assets(),
                transaction.sequence(),
                transaction.hash(),
                at);
        return transaction;
    }

    private void mark(UUID originalId, UUID reversalId) {
        state.originals.computeIfPresent(originalId, (id, original) -> original.reversedBy(reversalId));
        state.originalsChanged.add(originalId);
    }

    private void put(ActionItem item) {
        state.items.put(item.id(), item);
        state.itemsChanged.add(item.id());
    }

    // --- what is known --------------------------------------------------------------------------

    private Optional<Recorded> decided(UUID operationId) {
        return Optional.ofNullable(state.byId.get(operationId)).filter(one -> !one.is(OperationStatus.PENDING));
    }

    private Optional<Recorded> known(Submission submission) {
        var same = decided(submission.operationId());
        if (same.isPresent()) {
            return same;
        }
        var first = state.byKey.get(submission.idempotencyKey());
        if (first == null || first.operationId().equals(submission.operationId())) {
            return Optional.empty();
        }
        if (Arrays.equals(first.fingerprint(), submission.fingerprint())) {
            return Optional.of(change(
                    submission,
                    recorded(submission, false, false, first.operationId(), first.outcome(), first.steps())));
        }
        var problem = Problem.of(
                        ProblemCode.IDEMPOTENCY_KEY_REUSED,
                        "The idempotency key belongs to an operation with another request")
                .withFirstOperationId(first.operationId());
        note(submission, problem);
        return Optional.of(
                change(submission, recorded(submission, false, false, null, new Outcome.Failed(problem), List.of())));
    }

    private Recorded record(
            Submission submission, Outcome outcome, List<Posting> postings, List<Operation.Step> steps) {
        var reference = submission.command().referenceId();
        var owner = reference == null ? null : state.byReference.get(reference);
        var ownsReference =
                reference != null && (owner == null || owner.operationId().equals(submission.operationId()));
        if (outcome instanceof Outcome.Failed failed) {
            note(submission, failed.problem());
        }
        rememberOriginal(submission, outcome, postings);
        return settle(recorded(submission, true, ownsReference, null, outcome, steps));
    }

    /** With those that repeat it and have waited for its outcome. */
    private Recorded settle(Recorded recorded) {
        var waited = state.byId.containsKey(recorded.operationId());
        change(recorded);
        if (waited) {
            List.copyOf(state.byId.values()).stream()
                    .filter(one -> recorded.operationId().equals(one.duplicateOf()))
                    .forEach(one -> change(one.with(recorded.outcome(), recorded.steps())));
        }
        return recorded;
    }

    private List<Recorded> refuseAll(List<Submission> batch, int cause, Problem problem) {
        var results = new ArrayList<Recorded>(batch.size());
        for (var i = 0; i < batch.size(); i++) {
            var submission = batch.get(i);
            var refused = i == cause
                    ? problem
                    : Problem.of(
                                    ProblemCode.BATCH_REFUSED,
                                    "Operation %d of the batch was refused: %s".formatted(cause, problem.detail()))
                            .withItem(cause);
            results.add(refuse(submission, refused));
        }
        return results;
    }

    /** Decides an operation without trying it. One that is known, or whose key or reference is, is not refused for that. */
    public Recorded refuse(Submission submission, Problem problem) {
        return unlessTaken(submission, new Outcome.Failed(problem));
    }

    private Recorded unlessTaken(Submission submission, Outcome outcome) {
        return known(submission).orElseGet(() -> {
            try {
                mustOwnItsReference(submission);
            } catch (Refusal refusal) {
                return record(submission, new Outcome.Failed(refusal.problem()), List.of(), List.of());
            }
            return record(submission, outcome, List.of(), List.of());
        });
    }

    /** What becomes of work on action items is never lost from sight, whatever the reason. */
    private void note(Submission submission, Problem problem) {
        var id = submission.operationId();
        switch (submission.command()) {
            case Command.ActionItem command ->
                put(actionItem(id)
                        .orElseGet(() -> ActionItem.open(id, command, now))
                        .failed(id, problem, now));
            case Command.ActionItemUpdate update ->
                actionItem(update.actionItemId()).ifPresent(item -> put(item.failed(id, problem, now)));
            default -> {}
        }
    }

    private static Recorded recorded(
            Submission submission,
            boolean ownsKey,
            boolean ownsReference,
            UUID duplicateOf,
            Outcome outcome,
            List<Operation.Step> steps) {
        return new Recorded(
                submission.operationId(),
                submission.idempotencyKey(),
                submission.fingerprint(),
                submission.command().referenceId(),
                ownsKey,
                ownsReference,
                duplicateOf,
                outcome,
                steps);
    }

    private Recorded change(Submission submission, Recorded recorded) {
        rememberOriginal(submission, recorded.outcome(), List.of());
        return change(recorded);
    }

    /** For a reversal that comes right behind it. */
    private void rememberOriginal(Submission submission, Outcome outcome, List<Posting> postings) {
        var id = submission.operationId();
        state.originals.put(id, new Original(id, ledgerId(), submission.command(), outcome.status(), postings, null));
    }

    private Recorded change(Recorded recorded) {
        state.operationsChanged.add(recorded.operationId());
        return know(recorded);
    }

    private Recorded know(Recorded recorded) {
        state.byId.put(recorded.operationId(), recorded);
        if (recorded.ownsKey()) {
            state.byKey.put(recorded.idempotencyKey(), recorded);
        }
        if (recorded.ownsReference()) {
            state.byReference.put(recorded.referenceId(), recorded);
        }
        return recorded;
    }
}
