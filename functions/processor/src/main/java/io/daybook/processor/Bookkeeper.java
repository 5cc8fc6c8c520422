package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.LedgerState;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.ActionItem;
import io.daybook.ledger.Book;
import io.daybook.ledger.Hold;
import io.daybook.ledger.Needs;
import io.daybook.ledger.Original;
import io.daybook.ledger.StepTaken;
import io.daybook.ledger.Submission;
import io.daybook.store.AccountTable;
import io.daybook.store.ActionItemTable;
import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.HoldTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.daybook.store.ParkedTable;
import io.daybook.store.ReversalTable;
import io.daybook.store.StepTable;
import io.daybook.store.TransactionTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Applies messages of one ledger: in one transaction, in a number of statements that does not grow with them.
 *
 * <ol>
 *   <li>lock the ledger;
 *   <li>load all that the operations can touch;
 *   <li>decide them one after the other in memory, by the rules of {@link Book};
 *   <li>write what came out, with what other ledgers have to be told, and commit;
 *   <li>tell the statuses to Redis.
 * </ol>
 */
@Singleton
final class Bookkeeper {
    private static final String CALLER = "daybook";

    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final OperationTable operations;
    private final TransactionTable transactions;
    private final HoldTable holds;
    private final StepTable steps;
    private final ReversalTable reversals;
    private final ActionItemTable actionItems;
    private final DeadLetterTable deadLetters;
    private final ParkedTable parked;
    private final Halts halts;
    private final Events events;
    private final OutboxTable outboxTable;
    private final Outbox outbox;
    private final Codec codec;
    private final Clock clock;
    private final Duration retention;
    private final Tally tally;

    Bookkeeper(
            Database database,
            LedgerTable ledgers,
            AccountTable accounts,
            OperationTable operations,
            TransactionTable transactions,
            HoldTable holds,
            StepTable steps,
            ReversalTable reversals,
            ActionItemTable actionItems,
            DeadLetterTable deadLetters,
            ParkedTable parked,
            Halts halts,
            Events events,
            OutboxTable outboxTable,
            Outbox outbox,
            Codec codec,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention,
            Tally tally) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.operations = operations;
        this.transactions = transactions;
        this.holds = holds;
        this.steps = steps;
        this.reversals = reversals;
        this.actionItems = actionItems;
        this.deadLetters = deadLetters;
        this.parked = parked;
        this.halts = halts;
        this.events = events;
        this.outboxTable = outboxTable;
        this.outbox = outbox;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
        this.tally = tally;
    }

    /**
     * What was committed.
     *
     * @param decided all operations of the ledger as they stand now
     * @param leaves whether something is to be sent, or may be
     * @param resuming whether the ledger has something parked that is to be applied
     */
    private record Committed(int ledgerKey, List<Operation> decided, boolean leaves, boolean resuming) {}

    /**
     * What is left to do about a ledger.
     *
     * @param leaves whether something of it is to be sent, or may be
     * @param resuming whether it has something parked that is to be applied
     */
    record Applied(String tenant, String ledgerId, int ledgerKey, boolean leaves, boolean resuming) {}

    /** What was parked cannot be applied: its ledger has been halted again. */
    static final class StandsStill extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What there was before. */
    private record Loaded(
            List<OperationTable.Row> operations,
            List<AccountTable.Row> accounts,
            List<Hold> holds,
            List<StepTaken> steps,
            List<Original> originals,
            List<ActionItem> actionItems) {

        Book.Loaded forBook() {
            return new Book.Loaded(
                    accounts.stream().map(AccountTable.Row::account).toList(),
                    operations.stream().map(OperationTable.Row::recorded).toList(),
                    holds,
                    steps,
                    originals,
                    actionItems);
        }
    }

    /**
     * Returns when all outcomes are committed; or throws, and nothing has changed. To apply the same again changes
     * nothing more.
     *
     * @throws StandsStill if what was parked cannot be applied
     */
    Applied apply(List<Work> work) {
        var tenant = work.getFirst().message().tenant();
        var ledgerId = work.getFirst().ledgerId();
        var startedAt = clock.instant();
        var committed = database.transaction(connection -> apply(connection, tenant, ledgerId, work));
        tally.count(startedAt, committed.decided());
        outbox.publish(tenant, ledgerId, committed.ledgerKey(), committed.decided());
        return new Applied(tenant, ledgerId, committed.ledgerKey(), committed.leaves(), committed.resuming());
    }

    private Committed apply(Connection connection, String tenant, String ledgerId, List<Work> work)
            throws SQLException {
        var ledger = lock(connection, tenant, ledgerId);
        if (ledger.resource().state() == LedgerState.HALTED
                && work.stream()
                        .anyMatch(one -> one.origin() == Work.Origin.PARKED
                                && one.poison().isEmpty())) {
            throw new StandsStill();
        }
        var submissions = work.stream().map(one -> submissions(one.message())).toList();
        var needs = new Needs(submissions.stream().flatMap(List::stream).toList());
        var loaded = load(connection, ledger, needs, work);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var book = new Book(ledger.head(), loaded.forBook(), now);
        var decisions = new Decisions(ledger, book, loaded.operations(), now, codec, retention);
        for (var i = 0; i < work.size(); i++) {
            decisions.take(work.get(i), submissions.get(i));
        }
        decisions.finish();
        write(connection, ledger, book, loaded, decisions, now);
        // Whoever took it before may have ended between its commit and the sending.
        var isBack = work.stream().anyMatch(one -> one.attempt() > 1);
        return new Committed(
                ledger.key(),
                decisions.of(needs.operations()),
                isBack
                        || !decisions.outbox().isEmpty()
                        || events.areSent() && !decisions.events().isEmpty(),
                ledger.resource().state() == LedgerState.RESUMING);
    }

    private LedgerTable.Row lock(Connection connection, String tenant, String ledgerId) throws SQLException {
        var ledger = ledgers.lock(connection, tenant, ledgerId);
        if (ledger.isPresent()) {
            return ledger.get();
        }
        ledgers.insertUnopened(connection, tenant, ledgerId);
        return ledgers.lock(connection, tenant, ledgerId).orElseThrow();
    }

    private List<Submission> submissions(QueueMessage message) {
        return message.operations().stream()
                .map(item -> new Submission(
                        item.operationId(),
                        item.idempotencyKey(),
                        Codec.fingerprint(item.kind(), codec.canonical(item.request())),
                        message.caller(),
                        item.request(),
                        item.step()))
                .toList();
    }

    /** A question that nothing asks is not put to the database. */
    private Loaded load(Connection connection, LedgerTable.Row ledger, Needs needs, List<Work> work)
            throws SQLException {
        var key = ledger.key();
        var known = operations.known(connection, key, needs.operations(), needs.idempotencyKeys(), needs.references());
        var held = found(needs.holds(), ids -> holds.find(connection, key, ids));
        var taken = found(needs.steps(), ids -> steps.find(connection, key, ids));
        var originals = found(
                needs.originals(),
                ids -> reversals.originals(connection, ledger.head().tenant(), key, ids));
        var itemIds = needs.actionItems();
        work.stream()
                .filter(one -> one.poison().isPresent())
                .flatMap(one -> one.message().operations().stream())
                .map(QueueMessage.Item::operationId)
                .forEach(itemIds::add);
        var items = found(itemIds, ids -> actionItems.find(connection, key, ids));
        return new Loaded(
                known,
                accounts(connection, key, needs, needs.accounts(held, originals)),
                held,
                taken,
                originals,
                items);
    }

    @FunctionalInterface
    private interface Finder<T> {
        List<T> find(Set<UUID> ids) throws SQLException;
    }

    private static <T> List<T> found(Set<UUID> ids, Finder<T> finder) throws SQLException {
        return ids.isEmpty() ? List.of() : finder.find(ids);
    }

    private List<AccountTable.Row> accounts(Connection connection, int ledgerKey, Needs needs, Set<String> named)
            throws SQLException {
        var loaded = new ArrayList<>(accounts.find(connection, ledgerKey, named));
        var bought = needs.exchangeAccounts(
                loaded.stream().map(AccountTable.Row::account).toList());
        bought.removeAll(named);
        if (!bought.isEmpty()) {
            loaded.addAll(accounts.find(connection, ledgerKey, bought));
        }
        return loaded;
    }

    private void write(
            Connection connection, LedgerTable.Row ledger, Book book, Loaded loaded, Decisions decisions, Instant now)
            throws SQLException {
        writeBooks(connection, ledger, book, loaded.accounts(), now);
        if (!book.steps().isEmpty()) {
            steps.insert(connection, ledger.key(), book.steps());
        }
        if (!book.reversals().isEmpty()) {
            reversals.write(connection, ledger.key(), book.reversals());
        }
        var items = decisions.actionItems(loaded.actionItems());
        if (!items.isEmpty()) {
            actionItems.write(connection, ledger.key(), items);
        }
        if (!decisions.operations().isEmpty()) {
            operations.write(connection, ledger.key(), decisions.operations());
        }
        if (!decisions.parked().isEmpty()) {
            parked.insert(connection, ledger.key(), decisions.parked(), now);
        }
        if (!decisions.revived().isEmpty()) {
            var answered = new DeadLetterTable.Resolution("redriven", null, CALLER, now);
            deadLetters.resolve(connection, decisions.revived(), answered);
        }
        events.append(connection, ledger.key(), decisions.events(), now);
        if (!decisions.outbox().isEmpty()) {
            outboxTable.insert(connection, ledger.key(), decisions.outbox(), now);
        }
        if (!decisions.letters().isEmpty()) {
            deadLetters.write(connection, ledger.key(), decisions.letters());
            halts.afterDeadLetter(connection, ledger, decisions.letters().getFirst(), now);
        }
    }

    private void writeBooks(
            Connection connection, LedgerTable.Row ledger, Book book, Collection<AccountTable.Row> loaded, Instant now)
            throws SQLException {
        var touched = book.touched();
        if (touched.isEmpty()) {
            return;
        }
        var keys = new HashMap<String, Long>();
        loaded.forEach(row -> keys.put(row.account().id(), row.key()));
        var made = touched.stream()
                .filter(account -> !keys.containsKey(account.id()))
                .toList();
        if (!made.isEmpty()) {
            keys.putAll(accounts.insertReserved(connection, ledger.key(), made, now));
        }
        accounts.updateBalances(connection, touched, keys);
        if (!book.transactions().isEmpty()) {
            transactions.insert(connection, ledger.key(), book.transactions(), keys);
            ledgers.advance(connection, ledger.key(), book.head());
        }
        if (!book.holds().isEmpty()) {
            holds.write(connection, ledger.key(), book.holds(), keys);
        }
    }
}
