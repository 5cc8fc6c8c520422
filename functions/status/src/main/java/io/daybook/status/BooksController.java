package io.daybook.status;

import io.daybook.contract.AccountResource;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.Scopes;
import io.daybook.store.TransactionTable.StatementLine;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.util.regex.Pattern;

/** Ledgers, accounts, statements and the audit. */
@Controller("/v1/ledgers")
@Secured(Scopes.READ)
final class BooksController {
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,18})\\.([0-9]{1,4})");

    private final Books books;
    private final Audit audit;

    BooksController(Books books, Audit audit) {
        this.books = books;
        this.audit = audit;
    }

    @Get
    Page<LedgerResource> ledgers(
            Caller caller, @QueryValue(defaultValue = "") String after, @QueryValue(defaultValue = "100") int limit) {
        var found = books.ledgers(caller.tenant(), Page.after(after), Page.limit(limit) + 1);
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

    @Get("/{ledgerId}/accounts/{accountId}")
    AccountResource account(Caller caller, @PathVariable String ledgerId, @PathVariable String accountId) {
        return books.account(books.ledger(caller.tenant(), ledgerId), accountId).resource();
    }

    /** The account's postings with the balance behind each, the newest first unless {@code order=asc}. */
    @Get("/{ledgerId}/accounts/{accountId}/entries")
    Page<StatementLine> statement(
            Caller caller,
            @PathVariable String ledgerId,
            @PathVariable String accountId,
            @QueryValue(defaultValue = "desc") String order,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        if (!order.equals("asc") && !order.equals("desc")) {
            throw Page.malformed("order must be asc or desc");
        }
        var newestFirst = order.equals("desc");
        var sequence = newestFirst ? Long.MAX_VALUE : 0;
        var line = 0;
        if (after != null) {
            var place = PLACE.matcher(after);
            if (!place.matches()) {
                throw Page.malformed("after must be the next of another page");
            }
            sequence = Long.parseLong(place.group(1));
            line = Integer.parseInt(place.group(2));
        }
        var account = books.account(books.ledger(caller.tenant(), ledgerId), accountId);
        var found = books.statement(account, sequence, line, newestFirst, Page.limit(limit) + 1);
        return Page.of(found, limit, entry -> entry.sequence() + "." + entry.line());
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
