package io.daybook.status;

import io.daybook.contract.DeadLetterResource;
import io.daybook.runtime.Caller;
import io.daybook.runtime.Scopes;
import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.util.List;

/** What waits for an operator. For admins only: a cause can tell how Daybook works inside. */
@Controller("/v1")
@Secured(Scopes.ADMIN)
final class DeadLettersController {
    private final Database database;
    private final DeadLetterTable deadLetters;
    private final Books books;

    DeadLettersController(Database database, DeadLetterTable deadLetters, Books books) {
        this.database = database;
        this.deadLetters = deadLetters;
        this.books = books;
    }

    /** Of all ledgers. */
    @Get("/dead-letters")
    Page<DeadLetterResource> deadLetters(
            Caller caller, @Nullable @QueryValue String after, @QueryValue(defaultValue = "100") int limit) {
        var from = Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        return page(database.snapshot(connection -> deadLetters.list(connection, caller.tenant(), from, most)), limit);
    }

    @Get("/ledgers/{ledgerId}/dead-letters")
    Page<DeadLetterResource> deadLetters(
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var from = Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        return page(database.snapshot(connection -> deadLetters.list(connection, ledger.key(), from, most)), limit);
    }

    private static Page<DeadLetterResource> page(List<DeadLetterTable.Row> found, int limit) {
        return Page.of(
                found.stream().map(DeadLetterTable.Row::resource).toList(),
                limit,
                letter -> letter.operationId().toString());
    }
}
