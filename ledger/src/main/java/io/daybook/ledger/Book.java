package io.daybook.ledger;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The working copy of one ledger while its row is locked: operations go in one after the other, and what has to be
 * written comes out.
 *
 * <p>It must be given all that the operations can touch: their accounts, and what is already recorded under their ids,
 * keys and references. Not safe for use by several threads.
 */
public final class Book {
    private final Head start;
    private final Instant now;
    private final Map<UUID, Recorded> byId = new HashMap<>();
    private final Map<String, Recorded> byKey = new HashMap<>();
    private final Map<String, Recorded> byReference = new HashMap<>();
    private State state;

    /**
     * The end of the ledger's chain.
     *
     * @param open whether somebody has opened it; nothing can be posted before
     * @param assets those that the ledger declares, besides ISO 4217
     */
    public record Head(
            String tenant, String ledgerId, boolean open, List<Asset> assets, long sequence, byte[] hash, Instant at) {}

    /** What {@link #apply} changes, so that an atomic batch can go back to what was before it. */
    private record State(Head head, Map<String, Account> accounts, List<Transaction> transactions) {
        State copy() {
            return new State(head, new HashMap<>(accounts), new ArrayList<>(transactions));
        }
    }

    public Book(Head head, Collection<Account> accounts, Collection<Recorded> recorded, Instant now) {
        this.start = head;
        this.now = now;
        var byAccountId = new HashMap<String, Account>();
        accounts.forEach(account -> byAccountId.put(account.id(), account));
        this.state = new State(head, byAccountId, new ArrayList<>());
        recorded.forEach(this::remember);
    }

    /** Decides one operation. One that is known already keeps its outcome and changes nothing. */
    public Recorded apply(Submission submission) {
        var known = known(submission);
        if (known.isPresent()) {
            return known.get();
        }
        Outcome outcome;
        try {
            outcome = new Outcome.Succeeded(post(submission));
        } catch (Refusal refusal) {
            outcome = new Outcome.Failed(refusal.problem());
        }
        return record(submission, outcome);
    }

    /**
     * Decides all or none: after a refusal, each operation of the batch is refused, and the others name the one that
     * was the cause. What was decided before the batch stays as it is.
     */
    public List<Recorded> applyAtomically(List<Submission> batch) {
        if (batch.stream().allMatch(one -> byId.containsKey(one.operationId()))) { // redelivered
            return batch.stream().map(this::apply).toList();
        }
        var before = state.copy();
        var results = new ArrayList<Recorded>(batch.size());
        var fresh = new ArrayList<Recorded>(batch.size());
        for (var i = 0; i < batch.size(); i++) {
            var isNew = !byId.containsKey(batch.get(i).operationId());
            var result = apply(batch.get(i));
            results.add(result);
            if (isNew) {
                fresh.add(result);
            }
            if (result.outcome() instanceof Outcome.Failed failed) {
                state = before;
                fresh.forEach(this::forget);
                return refuseAll(batch, i, failed.problem());
            }
        }
        return results;
    }

    /** The transactions that came out, in their order. */
    public List<Transaction> transactions() {
        return List.copyOf(state.transactions());
    }

    /** The accounts that were touched, as they stand now; those that are new among them. */
    public List<Account> touched() {
        var touched = new LinkedHashMap<String, Account>();
        for (var transaction : state.transactions()) {
            for (var entry : transaction.entries()) {
                touched.put(entry.accountId(), state.accounts().get(entry.accountId()));
            }
        }
        return List.copyOf(touched.values());
    }

    public Head head() {
        return state.head();
    }

    private Optional<Recorded> known(Submission submission) {
        var same = byId.get(submission.operationId());
        if (same != null) {
            return Optional.of(same);
        }
        var first = byKey.get(submission.idempotencyKey());
        if (first == null || first.operationId().equals(submission.operationId())) {
            return Optional.empty();
        }
        var repeated = Arrays.equals(first.fingerprint(), submission.fingerprint());
        return Optional.of(
                repeated
                        ? remember(recorded(submission, false, false, first.operationId(), outcomeOf(first)))
                        : remember(recorded(
                                submission,
                                false,
                                false,
                                null,
                                new Outcome.Failed(Problem.of(
                                                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                                                "The idempotency key belongs to an operation with another request")
                                        .withFirstOperationId(first.operationId())))));
    }

    /** What repeats an operation without an outcome cannot have one either. */
    private static Outcome outcomeOf(Recorded first) {
        return Optional.ofNullable(first.outcome())
                .orElseGet(() -> new Outcome.Failed(Problem.of(
                                ProblemCode.PROCESSING_FAILED,
                                "The operation with this idempotency key has no outcome yet")
                        .withFirstOperationId(first.operationId())));
    }

    private Recorded record(Submission submission, Outcome outcome) {
        var reference = submission.command().referenceId();
        return remember(recorded(
                submission, true, reference != null && firstOf(submission).isEmpty(), null, outcome));
    }

    /** The other operation that has the reference. */
    private Optional<Recorded> firstOf(Submission submission) {
        return Optional.ofNullable(submission.command().referenceId())
                .map(byReference::get)
                .filter(first -> !first.operationId().equals(submission.operationId()));
    }

    private Operation.Result post(Submission submission) {
        mustOwnItsReference(submission); // ahead of all other reasons, so that who owns it shows in the outcome
        if (!start.open()) {
            throw Refusal.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger %s", start.ledgerId());
        }
        return commit(submission, Rules.postings(submission.command()));
    }

    private void mustOwnItsReference(Submission submission) {
        var first = firstOf(submission);
        if (first.isPresent()) {
            throw Refusal.duplicateReference(
                    submission.command().referenceId(), first.get().operationId());
        }
    }

    private Operation.Result commit(Submission submission, List<Posting> postings) {
        var changed = new LinkedHashMap<String, Account>();
        var entries = new ArrayList<Transaction.Entry>(postings.size());
        for (var posting : postings) {
            var before =
                    changed.getOrDefault(posting.accountId(), state.accounts().get(posting.accountId()));
            var account = before == null ? open(posting) : before;
            var amount = accepted(posting, account);
            var after = amount.signum() < 0 ? account.debit(amount.negated()) : account.credit(amount);
            changed.put(after.id(), after);
            entries.add(new Transaction.Entry(after.id(), after.currency(), amount, after.balance()));
        }
        changed.values().forEach(this::mustStayAboveFloor);
        var transaction = chain(submission, entries);
        state.accounts().putAll(changed);
        return new Operation.Result(
                transaction.id(),
                transaction.sequence(),
                changed.values().stream()
                        .filter(account -> !Identifiers.isReserved(account.id()))
                        .map(account -> new Operation.Balance(account.id(), account.currency(), account.balance()))
                        .toList());
    }

    private Account open(Posting posting) {
        if (!Identifiers.isReserved(posting.accountId())) {
            throw Refusal.of(
                    ProblemCode.ACCOUNT_NOT_FOUND, "There is no account %s in this ledger", posting.accountId());
        }
        var currency = Identifiers.currencyOfReserved(posting.accountId());
        return Account.reserved(posting.accountId(), asset(currency).scale());
    }

    private Asset asset(String currency) {
        return Asset.find(start.assets(), currency)
                .orElseThrow(() -> Refusal.of(
                        ProblemCode.CURRENCY_UNKNOWN,
                        "%s is neither an ISO 4217 currency nor an asset of this ledger",
                        currency));
    }

    private Amount accepted(Posting posting, Account account) {
        if (!account.currency().equals(posting.currency())) {
            throw Refusal.of(
                    ProblemCode.CURRENCY_MISMATCH,
                    "The account %s is in %s, not in %s",
                    account.id(),
                    account.currency(),
                    posting.currency());
        }
        if (account.status() == AccountStatus.FROZEN) {
            throw Refusal.of(ProblemCode.ACCOUNT_FROZEN, "The account %s is frozen", account.id());
        }
        if (account.status() == AccountStatus.CLOSED) {
            throw Refusal.of(ProblemCode.ACCOUNT_CLOSED, "The account %s is closed", account.id());
        }
        return posting.amount()
                .atScale(account.scale())
                .orElseThrow(() -> Refusal.of(
                        ProblemCode.AMOUNT_SCALE,
                        "%s has %d decimals, and %s has more",
                        account.currency(),
                        account.scale(),
                        posting.amount()));
    }

    private void mustStayAboveFloor(Account after) {
        var before = state.accounts().get(after.id());
        var debited = before != null && after.balance().compareTo(before.balance()) < 0;
        if (debited && after.isBelowFloor()) {
            throw Refusal.of(
                    ProblemCode.INSUFFICIENT_FUNDS,
                    "The account %s has %s %s available above its floor",
                    after.id(),
                    before.available().minus(before.floor()),
                    before.currency());
        }
    }

    private Transaction chain(Submission submission, List<Transaction.Entry> entries) {
        var head = state.head();
        var id = DaybookId.next(head.tenant(), head.ledgerId(), now.toEpochMilli());
        var sequence = head.sequence() + 1;
        var micros = now.truncatedTo(ChronoUnit.MICROS);
        var at = head.at() != null && head.at().isAfter(micros) ? head.at() : micros;
        var kind = submission.command().kind();
        var hash = HashChain.hash(
                head.hash(),
                id,
                sequence,
                submission.operationId(),
                kind,
                at,
                submission.caller(),
                submission.fingerprint(),
                entries);
        var transaction = new Transaction(
                id,
                sequence,
                submission.operationId(),
                kind,
                at,
                submission.caller(),
                submission.fingerprint(),
                List.copyOf(entries),
                hash);
        state.transactions().add(transaction);
        state = new State(
                new Head(head.tenant(), head.ledgerId(), head.open(), head.assets(), sequence, hash, at),
                state.accounts(),
                state.transactions());
        return transaction;
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
        var known = known(submission);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            mustOwnItsReference(submission);
        } catch (Refusal refusal) {
            return record(submission, new Outcome.Failed(refusal.problem()));
        }
        return record(submission, new Outcome.Failed(problem));
    }

    private static Recorded recorded(
            Submission submission, boolean ownsKey, boolean ownsReference, UUID duplicateOf, Outcome outcome) {
        return new Recorded(
                submission.operationId(),
                submission.idempotencyKey(),
                submission.fingerprint(),
                submission.command().referenceId(),
                ownsKey,
                ownsReference,
                duplicateOf,
                outcome);
    }

    private Recorded remember(Recorded recorded) {
        if (recorded.outcome() != null) {
            byId.put(recorded.operationId(), recorded);
        }
        if (recorded.ownsKey()) {
            byKey.put(recorded.idempotencyKey(), recorded);
        }
        if (recorded.ownsReference()) {
            byReference.put(recorded.referenceId(), recorded);
        }
        return recorded;
    }

    private void forget(Recorded recorded) {
        byId.remove(recorded.operationId());
        if (recorded.ownsKey()) {
            byKey.remove(recorded.idempotencyKey());
        }
        if (recorded.ownsReference()) {
            byReference.remove(recorded.referenceId());
        }
    }
}
