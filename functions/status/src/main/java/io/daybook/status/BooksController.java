package io.daybook.status;

import io.daybook.contract.AccountResource;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.LedgerState;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.Scopes;
import io.daybook.store.AccountTable.Balance;
import io.daybook.store.TransactionTable.StatementLine;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;

/** Ledgers, accounts and what stands in the books, and the audit. */
@Controller("/v1/ledgers")
@Secured(Scopes.READ)
final class BooksController {
    private static final Csv<StatementLine> STATEMENT = new Csv<StatementLine>()
            .column("sequence", StatementLine::sequence)
            .column("line", StatementLine::line)
            .column("transaction_id", StatementLine::transactionId)
            .column("operation_id", StatementLine::operationId)
            .column("kind", StatementLine::kind)
            .column("at", StatementLine::at)
            .column("amount", StatementLine::amount)
            .column("currency", StatementLine::currency)
            .column("balance_after", StatementLine::balanceAfter)
            .freeText("reference_id", StatementLine::referenceId)
            .freeText("description", StatementLine::description);
    private static final Csv<Balance> TRIAL_BALANCE = new Csv<Balance>()
            .column("currency", Balance::currency)
            .column("account_id", Balance::accountId)
            .column("type", Balance::type)
            .column("balance", Balance::balance);

    private final Books books;
    private final Audit audit;

    BooksController(Books books, Audit audit) {
        this.books = books;
        this.audit = audit;
    }

    @Get
    Page<LedgerResource> ledgers(
            Caller caller,
            @Nullable @QueryValue String state,
            @QueryValue(defaultValue = "") String after,
            @QueryValue(defaultValue = "100") int limit) {
        var wanted = Page.choice("state", state, LedgerState.values());
        var found = books.ledgers(caller.tenant(), wanted, Page.after(after), Page.limit(limit) + 1);
        return Page.of(found, limit, LedgerResource::ledgerId);
    }

    @Get("/{ledgerId}")
    LedgerResource ledger(Caller caller, @PathVariable String ledgerId) {
        return books.ledger(caller.tenant(), ledgerId).resource();
    }

    @Get("/{ledgerId}/accounts")
    Page<AccountResource> accounts(
            Caller caller,
            @PathVariable String ledgerId,
            @QueryValue(defaultValue = "") String after,
            @QueryValue(defaultValue = "100") int limit) {
        var found = books.accounts(books.ledger(caller.tenant(), ledgerId), Page.after(after), Page.limit(limit) + 1);
        return Page.of(found, limit, AccountResource::accountId);
    }

    /** The account as it is now, or what was on it at a time. */
    @Get("/{ledgerId}/accounts/{accountId}")
    HttpResponse<?> account(
            Caller caller,
            @PathVariable String ledgerId,
            @PathVariable String accountId,
            @Nullable @QueryValue String at) {
        var time = Times.parse("at", at);
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var account = books.account(ledger, accountId);
        return HttpResponse.ok(time == null ? account.resource() : books.accountAt(ledger, account, time));
    }

    /** The account's postings with the balance behind each, the newest first unless {@code order=asc}. */
    @Get("/{ledgerId}/accounts/{accountId}/entries")
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_CSV})
    HttpResponse<?> statement(
            HttpRequest<?> request, Caller caller, @PathVariable String ledgerId, @PathVariable String accountId) {
        var window = Window.of(request);
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var page = books.statement(ledger, books.account(ledger, accountId), window);
        return Csv.isWanted(request)
                ? STATEMENT.answer(request, page.items(), page.previous(), page.next())
                : HttpResponse.ok(page).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** What is on all accounts, by currency, now or at a time; each currency sums to zero. */
    @Get("/{ledgerId}/trial-balance")
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_CSV})
    HttpResponse<?> trialBalance(
            HttpRequest<?> request,
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue String at,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var time = Times.parse("at", at);
        var trial = books.trialBalance(books.ledger(caller.tenant(), ledgerId), time, after, Page.limit(limit));
        return Csv.isWanted(request)
                ? TRIAL_BALANCE.answer(request, trial.items(), null, trial.next())
                : HttpResponse.ok(trial).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    @Get("/{ledgerId}/transactions")
    Page<TransactionResource> transactions(HttpRequest<?> request, Caller caller, @PathVariable String ledgerId) {
        var window = Window.of(request);
        return books.transactions(books.ledger(caller.tenant(), ledgerId), window)
                .map(TransactionResource::of);
    }

    @Get("/{ledgerId}/transactions/{transactionId}")
    TransactionResource transaction(Caller caller, @PathVariable String ledgerId, @PathVariable String transactionId) {
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var id = Ids.parse(transactionId, ProblemCode.TRANSACTION_NOT_FOUND, "This is no id of a transaction");
        return TransactionResource.of(books.transaction(ledger, id));
    }

    /** Recomputes the books behind a transaction, and says where they break. */
    @Get("/{ledgerId}/audit")
    Audit.Report audit(Caller caller, @PathVariable String ledgerId, @QueryValue(defaultValue = "0") long after) {
        var ledger = books.ledger(caller.tenant(), ledgerId);
        if (after < 0 || after > ledger.head().sequence()) {
            throw Page.malformed("after must be the next of another report");
        }
        return audit.of(ledger, after);
    }
}
