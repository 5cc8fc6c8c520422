package io.daybook.processor;

import io.daybook.contract.DeliveryResource;
import io.daybook.contract.Event;
import io.daybook.contract.Fields;
import io.daybook.contract.Identifiers;
import io.daybook.contract.WebhookResource;
import io.daybook.contract.WebhookStatus;
import io.daybook.runtime.Caller;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.daybook.store.WebhookTable;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Where a tenant wants to be told of its events by HTTP: changed within the request. */
@Controller("/v1/webhooks")
@Secured(Scopes.ADMIN)
final class WebhooksController {
    private static final String NO_STORE = "no-store";

    private final WebhookRegistry registry;
    private final Destination destination;
    private final Clock clock;

    WebhooksController(WebhookRegistry registry, Destination destination, Clock clock) {
        this.registry = registry;
        this.destination = destination;
        this.clock = clock;
    }

    /** What is sent again. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Replay(UUID webhookId, Instant since) {}

    @Post(consumes = MediaType.APPLICATION_JSON)
    HttpResponse<WebhookResource> create(Caller caller, RawBody body) {
        var created = registry.create(caller.tenant(), body.read(this::wanted));
        return HttpResponse.created(created)
                .header(HttpHeaders.LOCATION, "/v1/webhooks/" + created.webhookId())
                .header(HttpHeaders.CACHE_CONTROL, NO_STORE);
    }

    @Patch(uri = "/{webhookId}", consumes = MediaType.APPLICATION_JSON)
    WebhookResource change(Caller caller, @PathVariable String webhookId, RawBody body) {
        return registry.change(caller.tenant(), id(webhookId), body.read(this::change));
    }

    @Delete("/{webhookId}")
    @Consumes(MediaType.ALL)
    HttpResponse<?> delete(Caller caller, @PathVariable String webhookId) {
        registry.delete(caller.tenant(), id(webhookId));
        return HttpResponse.noContent();
    }

    @Post("/{webhookId}/rotations")
    @Consumes(MediaType.ALL)
    HttpResponse<WebhookResource> rotate(Caller caller, @PathVariable String webhookId) {
        return HttpResponse.created(registry.rotate(caller.tenant(), id(webhookId)))
                .header(HttpHeaders.CACHE_CONTROL, NO_STORE);
    }

    @Post(uri = "/{webhookId}/replays", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<Replay> replay(Caller caller, @PathVariable String webhookId, RawBody body) {
        var since = body.read(in -> {
            var time = in.moment("since");
            if (time != null && time.isAfter(clock.instant())) {
                in.error("since", "must not be in the future");
            }
            return in.build(() -> time);
        });
        var id = id(webhookId);
        registry.replay(caller.tenant(), id, since);
        return HttpResponse.accepted().body(new Replay(id, since));
    }

    @Post("/{webhookId}/tests")
    @Consumes(MediaType.ALL)
    HttpResponse<DeliveryResource> test(Caller caller, @PathVariable String webhookId) {
        return HttpResponse.accepted().body(registry.test(caller.tenant(), id(webhookId)));
    }

    private WebhookRegistry.Wanted wanted(Fields in) {
        var url = url(in);
        var description = in.description();
        var ledgerId = in.optional("ledger_id", () -> in.ledgerId("ledger_id"));
        var eventTypes = in.optional("event_types", () -> eventTypes(in));
        return in.build(() -> new WebhookRegistry.Wanted(url, description, ledgerId, eventTypes));
    }

    /** A field that is not there stays as it is; {@code event_types} may be {@code null}, which is all. */
    private UnaryOperator<WebhookTable.Row> change(Fields in) {
        var url = in.optional("url", () -> url(in));
        var description = in.description();
        var allTypes = in.isNull("event_types");
        var eventTypes = in.optional("event_types", () -> eventTypes(in));
        var status = in.choice("status", false, List.of(WebhookStatus.values()));
        if (url == null && description == null && eventTypes == null && !allTypes && status.isEmpty()) {
            in.error("", "must change something");
        }
        return in.build(() -> row -> registry.changed(
                row,
                url == null ? row.url() : url,
                description == null ? row.description() : description,
                eventTypes == null && !allTypes ? row.eventTypes() : eventTypes,
                disabled(row, status)));
    }

    private WebhookTable.Disabled disabled(WebhookTable.Row row, Optional<WebhookStatus> wanted) {
        if (wanted.isEmpty()) {
            return row.disabled();
        }
        return switch (wanted.get()) {
            case ENABLED -> null;
            case DISABLED -> row.isEnabled() ? registry.disabledByClient() : row.disabled();
        };
    }

    private String url(Fields in) {
        return in.text("url", destination::isAllowed, Destination.RULE);
    }

    private static List<String> eventTypes(Fields in) {
        return in.texts(
                "event_types", 1, Event.TYPES.size(), Event.TYPES::contains, "is no type of an event of Daybook");
    }

    private static UUID id(String text) {
        return Identifiers.daybookId(text).orElseThrow(WebhookRegistry::notFound);
    }
}
