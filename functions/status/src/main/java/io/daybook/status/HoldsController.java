package io.daybook.status;

import io.daybook.contract.HoldResource;
import io.daybook.contract.HoldStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Scopes;
import io.daybook.store.Database;
import io.daybook.store.HoldTable;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;

/** What is kept back on accounts. */
@Controller("/v1")
@Secured(Scopes.READ)
final class HoldsController {
    private final Database database;
    private final HoldTable holds;
    private final Books books;

    HoldsController(Database database, HoldTable holds, Books books) {
        this.database = database;
        this.holds = holds;
        this.books = books;
    }

    @Get("/holds/{holdId}")
    HoldResource hold(Caller caller, @PathVariable String holdId) {
        var id = Ids.parse(holdId, ProblemCode.HOLD_NOT_FOUND, "This is no id of a hold");
        return database.snapshot(connection -> holds.find(connection, caller.tenant(), id))
                .orElseThrow(() -> ProblemException.of(ProblemCode.HOLD_NOT_FOUND, "There is no hold with this id"));
    }

    @Get("/ledgers/{ledgerId}/holds")
    Page<HoldResource> holds(
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var wanted = Page.choice("status", status, HoldStatus.values());
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var behind = Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        var found = database.snapshot(connection -> holds.list(connection, ledger.key(), wanted, behind, most));
        return Page.of(found, limit, hold -> hold.holdId().toString());
    }
}
