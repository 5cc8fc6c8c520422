package io.daybook.processor;

import io.daybook.contract.AccountResource;
import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.FieldError;
import io.daybook.contract.Identifiers;
import io.daybook.contract.InvalidBody;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Which ledgers and accounts there are. Every change holds the lock on its ledger. */
@Singleton
final class Registry {
    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final ReadModels readModels;
    private final Clock clock;

    Registry(Database database, LedgerTable ledgers, AccountTable accounts, ReadModels readModels, Clock clock) {
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.readModels = readModels;
        this.clock = clock;
    }

    /** @param isNew false when the same request had opened it before */
    record Opened<T>(T resource, boolean isNew) {}

    /** @throws ProblemException {@code ledger_exists} */
    Opened<LedgerResource> openLedger(String tenant, LedgerResource wanted) {
        var opened = database.transaction(connection -> {
            ledgers.insertUnopened(connection, tenant, wanted.ledgerId());
            var row = ledgers.lock(connection, tenant, wanted.ledgerId()).orElseThrow();
            if (row.head().open()) {
                return new Opened<>(mustBeTheSame(row.resource(), wanted), false);
            }
            var ledger = LedgerResource.opened(
                    wanted.ledgerId(), wanted.name(), wanted.assets(), wanted.onDeadLetter(), now());
            ledgers.open(connection, row.key(), ledger);
            return new Opened<>(ledger, true);
        });
        readModels.ledgerOpened(tenant, wanted.ledgerId());
        return opened;
    }

    /** @throws ProblemException {@code ledger_not_found}, {@code currency_unknown}, {@code account_exists} */
    Opened<AccountResource> openAccount(String tenant, String ledgerId, AccountResource wanted) {
        var opened = database.transaction(connection -> {
            var ledger = lock(connection, tenant, ledgerId);
            var scale = asset(ledger, wanted.currency()).scale();
            var account = inScale(ledgerId, wanted, scale);
            var before = accounts.find(connection, ledger.key(), wanted.accountId());
            if (before.isPresent()) {
                mustBeTheSame(before.get().resource(), account);
            } else {
                accounts.insert(connection, ledger.key(), account, scale);
            }
            var row =
                    accounts.find(connection, ledger.key(), wanted.accountId()).orElseThrow();
            return new Opened<>(row, before.isEmpty());
        });
        readModels.accountChanged(tenant, ledgerId, opened.resource());
        return new Opened<>(opened.resource().resource(), opened.isNew());
    }

    /** @throws ProblemException {@code account_not_found}, {@code account_closed}, {@code account_not_empty} */
    AccountResource changeStatus(String tenant, String ledgerId, String accountId, AccountStatus status) {
        var changed = database.transaction(connection -> {
            var ledger = lock(connection, tenant, ledgerId);
            var isClients = Identifiers.isAccountId(accountId) && !Identifiers.isReserved(accountId);
            var found =
                    isClients ? accounts.find(connection, ledger.key(), accountId) : Optional.<AccountTable.Row>empty();
            var account = found.orElseThrow(() -> ProblemException.of(
                    ProblemCode.ACCOUNT_NOT_FOUND, "There is no account with this id in this ledger"));
            if (account.account().status() == status) {
                return account;
            }
            if (account.account().status() == AccountStatus.CLOSED) {
                throw ProblemException.of(ProblemCode.ACCOUNT_CLOSED, "A closed account stays closed");
            }
            if (status == AccountStatus.CLOSED && !isEmpty(account)) {
                throw ProblemException.of(
                        ProblemCode.ACCOUNT_NOT_EMPTY, "An account is closed when nothing is in it or held on it");
            }
            accounts.updateStatus(connection, account.key(), status);
            return accounts.find(connection, ledger.key(), accountId).orElseThrow();
        });
        readModels.accountChanged(tenant, ledgerId, changed);
        return changed.resource();
    }

    /** @throws ProblemException {@code ledger_not_found} */
    LedgerTable.Row lock(Connection connection, String tenant, String ledgerId) throws SQLException {
        var ledger = Identifiers.isLedgerId(ledgerId)
                ? ledgers.lock(connection, tenant, ledgerId)
                : Optional.<LedgerTable.Row>empty();
        return ledger.filter(row -> row.head().open())
                .orElseThrow(
                        () -> ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger with this id"));
    }

    private static Asset asset(LedgerTable.Row ledger, String currency) {
        return Asset.find(ledger.head().assets(), currency)
                .orElseThrow(() -> ProblemException.of(
                        ProblemCode.CURRENCY_UNKNOWN,
                        "%s is neither an ISO 4217 currency nor an asset of this ledger".formatted(currency)));
    }

    private AccountResource inScale(String ledgerId, AccountResource wanted, int scale) {
        Amount floor = null;
        if (wanted.minimumBalance() != null) {
            floor = wanted.minimumBalance()
                    .atScale(scale)
                    .orElseThrow(() -> new InvalidBody(List.of(new FieldError(
                            "/minimum_balance", "%s has %d decimals".formatted(wanted.currency(), scale)))));
            if (floor.signum() > 0) {
                throw new InvalidBody(List.of(
                        new FieldError("/minimum_balance", "must not be above zero: the account begins with zero")));
            }
        }
        var zero = Amount.zero(scale);
        return new AccountResource(
                ledgerId,
                wanted.accountId(),
                wanted.currency(),
                wanted.type(),
                AccountStatus.ACTIVE,
                floor,
                zero,
                zero,
                zero,
                wanted.metadata(),
                now());
    }

    private static LedgerResource mustBeTheSame(LedgerResource before, LedgerResource wanted) {
        if (before.name().equals(wanted.name())
                && before.assets().equals(wanted.assets())
                && before.onDeadLetter().equals(wanted.onDeadLetter())) {
            return before;
        }
        throw ProblemException.of(
                ProblemCode.LEDGER_EXISTS, "The ledger %s was opened with other values".formatted(before.ledgerId()));
    }

    private static void mustBeTheSame(AccountResource before, AccountResource wanted) {
        if (!before.currency().equals(wanted.currency())
                || before.type() != wanted.type()
                || !Objects.equals(before.minimumBalance(), wanted.minimumBalance())
                || !before.metadata().equals(wanted.metadata())) {
            throw ProblemException.of(
                    ProblemCode.ACCOUNT_EXISTS,
                    "The account %s was opened with other values".formatted(before.accountId()));
        }
    }

    private static boolean isEmpty(AccountTable.Row account) {
        return account.account().balance().signum() == 0
                && account.account().held().signum() == 0;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
