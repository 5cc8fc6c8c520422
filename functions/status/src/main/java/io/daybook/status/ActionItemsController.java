package io.daybook.status;

import io.daybook.contract.ActionItemResource;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.ledger.ActionItem;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Scopes;
import io.daybook.store.ActionItemTable;
import io.daybook.store.Database;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.util.List;

/** Follow-up work on a ledger. */
@Controller("/v1/ledgers/{ledgerId}/action-items")
@Secured(Scopes.READ)
final class ActionItemsController {
    private final Database database;
    private final ActionItemTable actionItems;
    private final Books books;

    ActionItemsController(Database database, ActionItemTable actionItems, Books books) {
        this.database = database;
        this.actionItems = actionItems;
        this.books = books;
    }

    @Get
    Page<ActionItemResource> actionItems(
            Caller caller,
            @PathVariable String ledgerId,
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var wanted = Page.choice("status", status, ActionItemStatus.values());
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var behind = Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        var found = database.snapshot(connection -> actionItems.list(connection, ledger.key(), wanted, behind, most));
        return Page.of(found, limit, item -> item.id().toString()).map(item -> resource(ledgerId, item));
    }

    @Get("/{actionItemId}")
    ActionItemResource actionItem(Caller caller, @PathVariable String ledgerId, @PathVariable String actionItemId) {
        var ledger = books.ledger(caller.tenant(), ledgerId);
        var id = Ids.parse(actionItemId, ProblemCode.ACTION_ITEM_NOT_FOUND, "This is no id of an action item");
        return database.snapshot(connection -> actionItems.find(connection, ledger.key(), List.of(id))).stream()
                .findFirst()
                .map(item -> resource(ledgerId, item))
                .orElseThrow(() -> ProblemException.of(
                        ProblemCode.ACTION_ITEM_NOT_FOUND, "There is no action item with this id in this ledger"));
    }

    private static ActionItemResource resource(String ledgerId, ActionItem item) {
        return new ActionItemResource(
                item.id(),
                ledgerId,
                item.status(),
                item.version(),
                item.title(),
                item.details(),
                item.assignee(),
                item.dueAt(),
                item.operationId(),
                item.exceptions().stream()
                        .map(one ->
                                new ActionItemResource.Fault(one.at(), one.code(), one.message(), one.operationId()))
                        .toList(),
                item.createdAt(),
                item.updatedAt());
    }
}
