package io.daybook.status;

import io.daybook.contract.AccountResource;
import io.daybook.contract.Identifiers;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.ProblemCode;
import io.daybook.ledger.Transaction;
import io.daybook.runtime.ProblemException;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.TransactionTable;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What stands in the books. All of it is read as it is at one moment. */
@Singleton
final class Books {
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

    List<LedgerResource> ledgers(String tenant, String after, int limit) {
        return database.snapshot(connection -> ledgers.list(connection, tenant, after, limit));
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

    List<TransactionTable.StatementLine> statement(
            AccountTable.Row account, long sequence, int line, boolean newestFirst, int limit) {
        return database.snapshot(
                connection -> transactions.statement(connection, account.key(), sequence, line, newestFirst, limit));
    }
}
