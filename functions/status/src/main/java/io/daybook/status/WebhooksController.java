package io.daybook.status;

import io.daybook.contract.DeliveryResource;
import io.daybook.contract.DeliveryStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.WebhookResource;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Scopes;
import io.daybook.store.Database;
import io.daybook.store.DeliveryTable;
import io.daybook.store.WebhookTable;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import java.sql.Connection;
import java.sql.SQLException;

/** Where a tenant is told of its events by HTTP, and what became of them. Their secrets are not told here. */
@Controller("/v1/webhooks")
@Secured(Scopes.ADMIN)
final class WebhooksController {
    private final Database database;
    private final WebhookTable webhooks;
    private final DeliveryTable deliveries;

    WebhooksController(Database database, WebhookTable webhooks, DeliveryTable deliveries) {
        this.database = database;
        this.webhooks = webhooks;
        this.deliveries = deliveries;
    }

    @Get
    Page<WebhookResource> webhooks(
            Caller caller, @Nullable @QueryValue String after, @QueryValue(defaultValue = "100") int limit) {
        var behind = Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        var found = database.snapshot(connection -> webhooks.list(connection, caller.tenant(), behind, most));
        return Page.of(found, limit, webhook -> webhook.id().toString()).map(WebhookTable.Row::resource);
    }

    @Get("/{webhookId}")
    WebhookResource webhook(Caller caller, @PathVariable String webhookId) {
        return database.snapshot(connection -> find(connection, caller, webhookId))
                .resource();
    }

    /** The newest first. */
    @Get("/{webhookId}/deliveries")
    Page<DeliveryResource> deliveries(
            Caller caller,
            @PathVariable String webhookId,
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String after,
            @QueryValue(defaultValue = "100") int limit) {
        var wanted = Page.choice("status", status, DeliveryStatus.values());
        var behind = after == null ? null : Ids.cursor(after);
        var most = Page.limit(limit) + 1;
        var found = database.snapshot(connection ->
                deliveries.list(connection, find(connection, caller, webhookId).id(), wanted, behind, most));
        return Page.of(found, limit, delivery -> delivery.deliveryId().toString())
                .map(DeliveryTable.Row::resource);
    }

    private WebhookTable.Row find(Connection connection, Caller caller, String text) throws SQLException {
        var id = Ids.parse(text, ProblemCode.WEBHOOK_NOT_FOUND, "This is no id of a webhook");
        return webhooks.find(connection, caller.tenant(), id)
                .orElseThrow(
                        () -> ProblemException.of(ProblemCode.WEBHOOK_NOT_FOUND, "There is no webhook with this id"));
    }
}
