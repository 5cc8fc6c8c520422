package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.Book;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.Submission;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Applies messages of one ledger: in one transaction, in a number of statements that does not grow with them.
 *
 * <ol>
 *   <li>lock the ledger;
 *   <li>load all that the operations can touch;
 *   <li>decide them one after the other in memory, by the rules of {@link Book};
 *   <li>write what came out, and commit;
 *   <li>tell the statuses to Redis.
 * </ol>
 */
@Singleton
final class Bookkeeper {
    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final OperationTable operations;
    private final TransactionTable transactions;
    private final Publisher publisher;
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
            Publisher publisher,
            Codec codec,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention,
            Tally tally) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.operations = operations;
        this.transactions = transactions;
        this.publisher = publisher;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
        this.tally = tally;
    }

    /**
     * Returns when all outcomes are committed; or throws, and nothing has changed. To apply the same again changes
     * nothing more.
     */
    void apply(List<Work> work) {
        var first = work.getFirst().message();
        var startedAt = clock.instant();
        var decided = database.transaction(connection -> apply(connection, first.tenant(), first.ledgerId(), work));
        tally.count(startedAt, decided);
        publisher.publish(first.tenant(), first.ledgerId(), decided);
    }

    private List<Operation> apply(Connection connection, String tenant, String ledgerId, List<Work> work)
            throws SQLException {
        var ledger = lock(connection, tenant, ledgerId);
        var submissions = new LinkedHashMap<Work, List<Submission>>();
        work.forEach(one -> submissions.put(one, submissions(one.message())));
        var all = submissions.values().stream().flatMap(List::stream).toList();

        var known = known(connection, ledger.key(), all);
        var accountIds =
                all.stream().flatMap(one -> one.accounts().stream()).distinct().toList();
        var loaded = accounts.find(connection, ledger.key(), accountIds);

        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var book = new Book(
                ledger.head(),
                loaded.stream().map(AccountTable.Row::account).toList(),
                known.values().stream().map(OperationTable.Row::recorded).toList(),
                now);
        var fresh = new ArrayList<OperationTable.Row>(all.size());
        var decided = new ArrayList<Operation>(all.size());
        for (var one : work) {
            for (var row : decide(book, one, submissions.get(one), known, now)) {
                decided.add(row.operation());
                if (known.putIfAbsent(row.operation().operationId(), row) == null) {
                    fresh.add(row);
                }
            }
        }
        write(connection, ledger, book, loaded, fresh, now);
        return decided;
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
                        item.request()))
                .toList();
    }

    private Map<UUID, OperationTable.Row> known(Connection connection, int ledgerKey, List<Submission> all)
            throws SQLException {
        var references = all.stream()
                .map(one -> one.command().referenceId())
                .filter(Objects::nonNull)
                .toList();
        var rows = operations.known(
                connection,
                ledgerKey,
                all.stream().map(Submission::operationId).toList(),
                all.stream().map(Submission::idempotencyKey).toList(),
                references);
        var known = new HashMap<UUID, OperationTable.Row>();
        rows.forEach(row -> known.put(row.operation().operationId(), row));
        return known;
    }

    private List<OperationTable.Row> decide(
            Book book, Work work, List<Submission> submissions, Map<UUID, OperationTable.Row> known, Instant now) {
        var message = work.message();
        var recorded = message.atomic()
                ? book.applyAtomically(submissions)
                : submissions.stream().map(book::apply).toList();
        var rows = new ArrayList<OperationTable.Row>(recorded.size());
        for (var i = 0; i < recorded.size(); i++) {
            var before = known.get(recorded.get(i).operationId());
            rows.add(before == null ? row(work, message.operations().get(i), recorded.get(i), now) : before);
        }
        return rows;
    }

    private OperationTable.Row row(Work work, QueueMessage.Item item, Recorded recorded, Instant now) {
        var message = work.message();
        var pending = Operation.pending(
                item.operationId(),
                message.ledgerId(),
                item.idempotencyKey(),
                item.request(),
                codec.tree(item.request()),
                message.acceptedAt());
        var version = work.attempt() + 1;
        var operation = switch (recorded.outcome()) {
            case Outcome.Succeeded succeeded ->
                pending.decided(
                        OperationStatus.SUCCEEDED,
                        version,
                        work.attempt(),
                        succeeded.result(),
                        null,
                        recorded.duplicateOf(),
                        now,
                        retention);
            case Outcome.Failed failed ->
                pending.decided(
                        OperationStatus.FAILED,
                        version,
                        work.attempt(),
                        null,
                        failed.problem(),
                        recorded.duplicateOf(),
                        now,
                        retention);
        };
        return new OperationTable.Row(message.tenant(), operation, recorded.fingerprint(), message.caller());
    }

    private void write(
            Connection connection,
            LedgerTable.Row ledger,
            Book book,
            Collection<AccountTable.Row> loaded,
            List<OperationTable.Row> fresh,
            Instant now)
            throws SQLException {
        if (!book.transactions().isEmpty()) {
            var keys = new HashMap<String, Long>();
            loaded.forEach(row -> keys.put(row.account().id(), row.key()));
            var touched = book.touched();
            var made = touched.stream()
                    .filter(account -> !keys.containsKey(account.id()))
                    .toList();
            if (!made.isEmpty()) {
                keys.putAll(accounts.insertReserved(connection, ledger.key(), made, now));
            }
            transactions.insert(connection, ledger.key(), book.transactions(), keys);
            accounts.updateBalances(connection, touched, keys);
            ledgers.advance(connection, ledger.key(), book.head());
        }
        if (!fresh.isEmpty()) {
            operations.insert(connection, ledger.key(), fresh);
        }
    }
}
