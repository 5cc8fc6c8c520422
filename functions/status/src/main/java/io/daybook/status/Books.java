package io.daybook.status;

import io.daybook.contract.AccountResource;
import io.daybook.contract.Amount;
import io.daybook.contract.Identifiers;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.LedgerState;
import io.daybook.contract.ProblemCode;
import io.daybook.ledger.Account;
import io.daybook.ledger.Transaction;
import io.daybook.runtime.ProblemException;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.TransactionTable;
import io.daybook.store.TransactionTable.Place;
import io.daybook.store.TransactionTable.Sequences;
import io.daybook.store.TransactionTable.StatementLine;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** What stands in the books. All of it is read as it is at one moment. */
@Singleton
final class Books {
    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,18})\\.([0-9]{1,4})");

    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final TransactionTable transactions;

    Books(Database database, LedgerTable ledgers, AccountTable accounts, TransactionTable transactions) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.transactions = transactions;
    }

    /** @param state {@code null} for all */
    List<LedgerResource> ledgers(String tenant, LedgerState state, String after, int limit) {
        return database.snapshot(connection -> ledgers.list(connection, tenant, state, after, limit));
    }

    /** @throws ProblemException {@code ledger_not_found} */
    LedgerTable.Row ledger(String tenant, String ledgerId) {
        return Optional.of(ledgerId)
                .filter(Identifiers::isLedgerId)
                .flatMap(id -> database.snapshot(connection -> ledgers.find(connection, tenant, id)))
                .orElseThrow(
                        () -> ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger with this id"));
    }

    List<AccountResource> accounts(LedgerTable.Row ledger, String after, int limit) {
        return database.snapshot(connection -> accounts.list(connection, ledger.key(), after, limit)).stream()
                .map(AccountTable.Row::resource)
                .toList();
    }

    /** @throws ProblemException {@code account_not_found} */
    AccountTable.Row account(LedgerTable.Row ledger, String accountId) {
        return Optional.of(accountId)
                .filter(Identifiers::isAccountId)
                .flatMap(id -> database.snapshot(connection -> accounts.find(connection, ledger.key(), id)))
                .orElseThrow(() -> ProblemException.of(
                        ProblemCode.ACCOUNT_NOT_FOUND, "There is no account with this id in this ledger"));
    }

    /** @throws ProblemException {@code transaction_not_found} */
    Transaction transaction(LedgerTable.Row ledger, UUID transactionId) {
        return database.snapshot(connection -> transactions.find(connection, ledger.key(), transactionId))
                .orElseThrow(() -> ProblemException.of(
                        ProblemCode.TRANSACTION_NOT_FOUND, "There is no transaction with this id in this ledger"));
    }

    /** The account as it was at a time. */
    AccountAt accountAt(LedgerTable.Row ledger, AccountTable.Row row, Instant at) {
        return database.snapshot(connection -> {
            var account = row.account();
            var sequence = lastUpTo(connection, ledger, at);
            var balance =
                    transactions.balanceAfter(connection, row, sequence).orElseGet(() -> Amount.zero(account.scale()));
            return new AccountAt(
                    ledger.head().ledgerId(),
                    account.id(),
                    account.currency(),
                    row.resource().type(),
                    at,
                    sequence,
                    balance);
        });
    }

    Page<StatementLine> statement(LedgerTable.Row ledger, AccountTable.Row account, Window window) {
        return database.snapshot(connection -> {
            var within = within(connection, ledger, window);
            return Page.of(
                    window,
                    Books::place,
                    (place, onwards, limit) -> {
                        var newestFirst = window.newestFirst() == onwards;
                        var start = place != null ? place : newestFirst ? Place.END : Place.START;
                        return transactions.statement(connection, account.key(), within, start, newestFirst, limit);
                    },
                    StatementLine::place);
        });
    }

    Page<Transaction> transactions(LedgerTable.Row ledger, Window window) {
        return database.snapshot(connection -> {
            var within = within(connection, ledger, window);
            return Page.of(
                    window,
                    Books::sequence,
                    (sequence, onwards, limit) -> {
                        var newestFirst = window.newestFirst() == onwards;
                        var rest = sequence == null ? within : within.cut(sequence, !newestFirst);
                        return transactions.list(connection, ledger.key(), rest, newestFirst, limit);
                    },
                    Transaction::sequence);
        });
    }

    /**
     * Balances behind one transaction, that of the part ahead if this is not the first: whatever is posted meanwhile
     * belongs to another trial balance.
     *
     * @param at {@code null} for now
     * @param after the {@code next} of the part ahead, or {@code null}
     */
    TrialBalance trialBalance(LedgerTable.Row ledger, Instant at, String after, int limit) {
        return database.snapshot(connection -> {
            var last = at == null ? ledger.head().sequence() : lastUpTo(connection, ledger, at);
            var cursor = after == null ? null : TrialBalance.Cursor.parse(after);
            var behind = cursor == null ? null : cursorAccount(connection, ledger, cursor, last);
            var standing = new AccountTable.Standing(
                    ledger.key(),
                    cursor == null ? last : cursor.sequence(),
                    at == null ? null : at.truncatedTo(ChronoUnit.MICROS));
            var found = accounts.balances(
                    connection,
                    standing,
                    behind == null ? "" : behind.currency(),
                    behind == null ? "" : behind.id(),
                    limit + 1);
            var page = Page.of(
                    found, limit, line -> new TrialBalance.Cursor(standing.sequence(), line.accountId()).toString());
            var totals = cursor == null ? accounts.totals(connection, standing) : null;
            return new TrialBalance(
                    ledger.head().ledgerId(),
                    at,
                    standing.sequence(),
                    totals == null
                            ? null
                            : totals.stream().allMatch(total -> total.balance().signum() == 0),
                    totals,
                    page.items(),
                    page.next());
        });
    }

    private Account cursorAccount(Connection connection, LedgerTable.Row ledger, TrialBalance.Cursor cursor, long last)
            throws SQLException {
        return accounts.find(connection, ledger.key(), cursor.accountId())
                .filter(row -> cursor.sequence() <= last)
                .map(AccountTable.Row::account)
                .orElseThrow(() -> Page.malformed("after must be the next of another page"));
    }

    private long lastUpTo(Connection connection, LedgerTable.Row ledger, Instant at) throws SQLException {
        return transactions.lastBefore(connection, ledger.key(), at.plusNanos(1));
    }

    private Sequences within(Connection connection, LedgerTable.Row ledger, Window window) throws SQLException {
        return new Sequences(
                window.from() == null ? 1 : transactions.lastBefore(connection, ledger.key(), window.from()) + 1,
                window.to() == null ? Long.MAX_VALUE : transactions.lastBefore(connection, ledger.key(), window.to()));
    }

    private static Place place(String cursor) {
        var place = PLACE.matcher(cursor);
        if (!place.matches()) {
            throw Page.malformed("after and before must be the next and the previous of another page");
        }
        return new Place(Long.parseLong(place.group(1)), Integer.parseInt(place.group(2)));
    }

    private static Long sequence(String cursor) {
        if (!SEQUENCE.matcher(cursor).matches()) {
            throw Page.malformed("after and before must be the next and the previous of another page");
        }
        return Long.valueOf(cursor);
    }
}
