package io.daybook.ledger;

import io.daybook.contract.Asset;
import io.daybook.contract.Command;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Several ledgers as the database keeps them: each book is given what {@link Needs} asks for and nothing else, and what
 * comes out of it is all that is known afterwards.
 */
public final class World {
    /** @param atomic all or none */
    public record Message(boolean atomic, List<Submission> submissions) {}

    public static final class Stored {
        public Book.Head head;
        public final Map<String, Account> accounts = new LinkedHashMap<>();
        public final Map<UUID, Recorded> recorded = new LinkedHashMap<>();
        public final Map<UUID, Hold> holds = new LinkedHashMap<>();
        public final List<StepTaken> steps = new ArrayList<>();
        public final Map<UUID, UUID> reversals = new HashMap<>();
        public final Map<UUID, ActionItem> items = new LinkedHashMap<>();
        public final List<Transaction> transactions = new ArrayList<>();
        /** What other ledgers have sent, in its order. */
        public final Deque<Submission> inbox = new ArrayDeque<>();

        private List<Posting> postings(UUID operationId) {
            return transactions.stream()
                    .filter(transaction -> transaction.operationId().equals(operationId))
                    .flatMap(transaction -> transaction.entries().stream())
                    .map(entry -> new Posting(entry.accountId(), entry.amount(), entry.currency()))
                    .toList();
        }
    }

    private static final Problem UNPROCESSED = Problem.of(ProblemCode.PROCESSING_FAILED, "It cannot be processed");

    private record Sent(String ledgerId, Command command) {}

    public final Map<String, Stored> ledgers = new LinkedHashMap<>();
    private final Map<UUID, Sent> sent = new HashMap<>();
    public Instant now = LedgerFixture.NOW;

    public World ledger(String id, List<Asset> assets, Account... accounts) {
        var stored = new Stored();
        stored.head = new Book.Head("acme", id, true, assets, 0, HashChain.genesis(), null);
        for (var account : accounts) {
            stored.accounts.put(account.id(), account);
        }
        ledgers.put(id, stored);
        return this;
    }

    public World unopened(String id) {
        var stored = new Stored();
        stored.head = new Book.Head("acme", id, false, List.of(), 0, HashChain.genesis(), null);
        ledgers.put(id, stored);
        return this;
    }

    public Stored in(String ledgerId) {
        return ledgers.get(ledgerId);
    }

    /** Sends it and waits for nothing. */
    public Recorded apply(String ledgerId, Submission submission) {
        return apply(ledgerId, List.of(new Message(false, List.of(submission))))
                .getFirst()
                .getFirst()
                .orElseThrow();
    }

    /** Hands the oldest message of another ledger to this one. */
    public Optional<Recorded> deliver(String ledgerId) {
        return deliver(ledgerId, in(ledgerId).inbox.remove());
    }

    public Optional<Recorded> deliver(String ledgerId, Submission step) {
        return apply(ledgerId, List.of(new Message(false, List.of(step))))
                .getFirst()
                .getFirst();
    }

    /** Until nothing is on its way any more. */
    public void settle() {
        while (ledgers.values().stream().anyMatch(ledger -> !ledger.inbox.isEmpty())) {
            ledgers.forEach((id, ledger) -> {
                if (!ledger.inbox.isEmpty()) {
                    deliver(id);
                }
            });
        }
    }

    /** @return for each submission what has become of it, or nothing for a step in another ledger than its own */
    public List<List<Optional<Recorded>>> apply(String ledgerId, List<Message> messages) {
        var book = book(
                ledgerId,
                messages.stream().flatMap(one -> one.submissions().stream()).toList());
        var results = messages.stream()
                .map(message -> message.atomic()
                        ? book.applyAtomically(message.submissions()).stream()
                                .map(Optional::of)
                                .toList()
                        : message.submissions().stream()
                                .map(one -> one.step() == null ? Optional.of(book.apply(one)) : book.step(one))
                                .toList())
                .toList();
        keep(in(ledgerId), book);
        return results;
    }

    /** Its turn has not come. */
    public void postpone(String ledgerId, Message message) {
        var book = book(ledgerId, message.submissions());
        if (message.atomic()) {
            book.postponeAtomically(message.submissions());
        } else {
            message.submissions().forEach(book::postpone);
        }
        keep(in(ledgerId), book);
    }

    /**
     * It cannot be processed; unless it has its outcome for another reason, it is dead.
     *
     * @param isTold whether an action item tells of it, rather than of another one of its batch
     */
    public void bury(String ledgerId, Submission submission, boolean isTold) {
        var book = book(ledgerId, List.of(submission));
        var recorded = book.refuse(submission, UNPROCESSED);
        keep(in(ledgerId), book);
        var isDead = recorded.outcome() instanceof Outcome.Failed failed
                && failed.problem().equals(UNPROCESSED);
        if (isDead && isTold && !(submission.command() instanceof Command.ActionItem)) {
            tell(ledgerId, submission.operationId());
        }
        if (isDead) {
            turn(ledgerId, submission.operationId(), OperationStatus.DEAD);
        }
    }

    /** It dies on its way to another ledger. */
    public void die(String ledgerId, UUID operationId) {
        tell(ledgerId, operationId);
        turn(ledgerId, operationId, OperationStatus.DEAD);
    }

    /** An operator sends it again. */
    public void redrive(String ledgerId, UUID operationId) {
        turn(ledgerId, operationId, OperationStatus.PENDING);
    }

    private void turn(String ledgerId, UUID operationId, OperationStatus status) {
        in(ledgerId)
                .recorded
                .computeIfPresent(operationId, (id, one) -> one.with(new Outcome.Undecided(status), one.steps()));
    }

    private void tell(String ledgerId, UUID operationId) {
        in(ledgerId)
                .items
                .compute(
                        operationId,
                        (id, item) -> item == null
                                ? ActionItem.about(id, UNPROCESSED, now)
                                : item.failed(id, UNPROCESSED, now));
    }

    private Book book(String ledgerId, List<Submission> submissions) {
        submissions.stream()
                .filter(one -> one.step() == null)
                .forEach(one -> sent.putIfAbsent(one.operationId(), new Sent(ledgerId, one.command())));
        var stored = in(ledgerId);
        return new Book(stored.head, load(stored, new Needs(submissions)), now);
    }

    private Book.Loaded load(Stored stored, Needs needs) {
        var operations = needs.operations();
        var keys = needs.idempotencyKeys();
        var references = needs.references();
        var recorded = some(
                stored.recorded.values(),
                one -> operations.contains(one.operationId())
                        || operations.contains(one.duplicateOf())
                        || one.ownsKey() && keys.contains(one.idempotencyKey())
                        || one.ownsReference() && references.contains(one.referenceId()));
        var holds = some(stored.holds.values(), one -> needs.holds().contains(one.id()));
        var originals = needs.originals().stream()
                .flatMap(id -> original(stored, id).stream())
                .toList();
        var names = needs.accounts(holds, originals);
        var accounts = new ArrayList<>(some(stored.accounts.values(), one -> names.contains(one.id())));
        var bought = needs.exchangeAccounts(accounts);
        bought.removeAll(names);
        accounts.addAll(some(stored.accounts.values(), one -> bought.contains(one.id())));
        return new Book.Loaded(
                accounts,
                recorded,
                holds,
                some(stored.steps, one -> needs.steps().contains(one.operationId())),
                originals,
                some(stored.items.values(), one -> needs.actionItems().contains(one.id())));
    }

    private Optional<Original> original(Stored stored, UUID id) {
        return Optional.ofNullable(sent.get(id))
                .flatMap(operation -> Optional.ofNullable(
                                in(operation.ledgerId()).recorded.get(id))
                        .map(recorded -> new Original(
                                id,
                                operation.ledgerId(),
                                operation.command(),
                                recorded.outcome().status(),
                                stored.postings(id),
                                stored.reversals.get(id))));
    }

    private void keep(Stored stored, Book book) {
        stored.head = book.head();
        book.touched().forEach(account -> stored.accounts.put(account.id(), account));
        book.operations().forEach(one -> stored.recorded.put(one.operationId(), one));
        book.holds().forEach(hold -> stored.holds.put(hold.id(), hold));
        stored.steps.addAll(book.steps());
        book.reversals().forEach((original, by) -> {
            stored.reversals.remove(original);
            by.ifPresent(id -> stored.reversals.put(original, id));
        });
        book.actionItems().forEach(item -> stored.items.put(item.id(), item));
        stored.transactions.addAll(book.transactions());
        book.messages().forEach(message -> in(message.ledgerId()).inbox.add(submission(message)));
    }

    private Submission submission(QueueMessage message) {
        var item = message.operations().getFirst();
        var plain = LedgerFixture.submission(item.operationId(), item.idempotencyKey(), item.request());
        return new Submission(
                plain.operationId(),
                plain.idempotencyKey(),
                plain.fingerprint(),
                message.caller(),
                plain.command(),
                item.step());
    }

    private static <T> List<T> some(Collection<T> all, Predicate<T> wanted) {
        return all.stream().filter(wanted).toList();
    }
}
