package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.DaybookId;
import io.daybook.contract.DeliveryResource;
import io.daybook.contract.DeliveryStatus;
import io.daybook.contract.Event;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.WebhookResource;
import io.daybook.runtime.ProblemException;
import io.daybook.store.Database;
import io.daybook.store.DeliveryTable;
import io.daybook.store.LaneTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.Seal;
import io.daybook.store.WebhookTable;
import io.daybook.store.WebhookTable.Disabled;
import io.daybook.store.WebhookTable.Previous;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Which webhooks there are. Whoever changes one holds the lock on it, and ends what is under way: what is sent from then
 * on is sent as it says now.
 */
@Singleton
final class WebhookRegistry {
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final LedgerTable ledgers;
    private final WebhookTable webhooks;
    private final LaneTable lanes;
    private final DeliveryTable deliveries;
    private final Seal seal;
    private final Codec codec;
    private final Clock clock;
    private final int countMax;
    private final Duration rotationOverlap;

    WebhookRegistry(
            Database database,
            LedgerTable ledgers,
            WebhookTable webhooks,
            LaneTable lanes,
            DeliveryTable deliveries,
            Seal seal,
            Codec codec,
            Clock clock,
            @Value("${daybook.webhooks.count-max}") int countMax,
            @Value("${daybook.webhooks.rotation-overlap}") Duration rotationOverlap) {
        this.database = database;
        this.ledgers = ledgers;
        this.webhooks = webhooks;
        this.lanes = lanes;
        this.deliveries = deliveries;
        this.seal = seal;
        this.codec = codec;
        this.clock = clock;
        this.countMax = countMax;
        this.rotationOverlap = rotationOverlap;
    }

    /**
     * What a client wants.
     *
     * @param ledgerId {@code null} for all
     * @param eventTypes {@code null} for all
     */
    record Wanted(String url, String description, String ledgerId, List<String> eventTypes) {}

    /**
     * With its secret, which is never told again.
     *
     * @throws ProblemException {@code ledger_not_found}, {@code too_many_webhooks}
     */
    WebhookResource create(String tenant, Wanted wanted) {
        var now = now();
        var id = DaybookId.next(tenant, "", now.toEpochMilli());
        var secret = secret();
        return database.transaction(connection -> {
            if (webhooks.lockCount(connection, tenant) >= countMax) {
                throw ProblemException.of(
                        ProblemCode.TOO_MANY_WEBHOOKS, "A tenant has at most %d webhooks".formatted(countMax));
            }
            var row = new WebhookTable.Row(
                    id,
                    tenant,
                    ledgerKey(connection, tenant, wanted.ledgerId()),
                    wanted.ledgerId(),
                    wanted.url(),
                    wanted.description(),
                    wanted.eventTypes(),
                    seal.close(id, secret),
                    null,
                    null,
                    null,
                    now,
                    now);
            webhooks.insert(connection, row);
            lanes.open(connection, row);
            return row.resource().withSecret(secret);
        });
    }

    private Integer ledgerKey(Connection connection, String tenant, String ledgerId) throws SQLException {
        if (ledgerId == null) {
            return null;
        }
        return ledgers.find(connection, tenant, ledgerId)
                .orElseThrow(() -> ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger with this id"))
                .key();
    }

    /** @throws ProblemException {@code webhook_not_found} */
    WebhookResource change(String tenant, UUID id, UnaryOperator<WebhookTable.Row> change) {
        return database.transaction(connection -> {
            var before = lock(connection, tenant, id);
            var after = change.apply(before);
            webhooks.update(connection, after);
            lanes.endLeases(connection, id);
            if (after.isEnabled() && !before.isEnabled()) {
                deliveries.hasten(connection, id, now());
            }
            return lock(connection, tenant, id).resource();
        });
    }

    Disabled disabledByClient() {
        return new Disabled("A client has disabled it", now());
    }

    /** @throws ProblemException {@code webhook_not_found} */
    void delete(String tenant, UUID id) {
        if (!database.transaction(connection -> webhooks.delete(connection, tenant, id))) {
            throw notFound();
        }
    }

    /**
     * Gives it a new secret, which is never told again; the one that it had signs, too, for a while.
     *
     * @throws ProblemException {@code webhook_not_found}
     */
    WebhookResource rotate(String tenant, UUID id) {
        var secret = secret();
        var until = now().plus(rotationOverlap);
        return change(
                        tenant,
                        id,
                        row -> changed(
                                row,
                                row.url(),
                                row.description(),
                                row.eventTypes(),
                                row.disabled(),
                                seal.close(id, secret),
                                new Previous(row.secret(), until)))
                .withSecret(secret);
    }

    /** The same with other values. */
    WebhookTable.Row changed(
            WebhookTable.Row row, String url, String description, List<String> eventTypes, Disabled disabled) {
        return changed(row, url, description, eventTypes, disabled, row.secret(), row.previous());
    }

    private WebhookTable.Row changed(
            WebhookTable.Row row,
            String url,
            String description,
            List<String> eventTypes,
            Disabled disabled,
            String secret,
            Previous previous) {
        return new WebhookTable.Row(
                row.id(),
                row.tenant(),
                row.ledgerKey(),
                row.ledgerId(),
                url,
                description,
                eventTypes,
                secret,
                previous,
                disabled,
                row.failingSince(),
                row.createdAt(),
                now());
    }

    /**
     * Has it told again all that has happened since a time, and is kept.
     *
     * @throws ProblemException {@code webhook_not_found}, {@code webhook_disabled}
     */
    void replay(String tenant, UUID id, Instant since) {
        database.transaction(connection -> {
            mustBeEnabled(lock(connection, tenant, id));
            lanes.rewind(connection, id, since);
            return null;
        });
    }

    /**
     * Has it sent an event that tells of nothing.
     *
     * @throws ProblemException {@code webhook_not_found}, {@code webhook_disabled}
     */
    DeliveryResource test(String tenant, UUID id) {
        var now = now();
        var deliveryId = DaybookId.next(tenant, "", now.toEpochMilli());
        var event = Event.ofTest(tenant, id, deliveryId, now);
        var delivery = new DeliveryTable.Row(
                id,
                deliveryId,
                LaneTable.TESTS,
                null,
                0,
                event.id(),
                event.type(),
                new String(codec.write(event), StandardCharsets.UTF_8),
                DeliveryStatus.PENDING,
                0,
                now,
                null,
                now);
        return database.transaction(connection -> {
            mustBeEnabled(lock(connection, tenant, id));
            deliveries.write(connection, delivery);
            return delivery.resource();
        });
    }

    private WebhookTable.Row lock(Connection connection, String tenant, UUID id) throws SQLException {
        return webhooks.lock(connection, tenant, id).orElseThrow(WebhookRegistry::notFound);
    }

    static ProblemException notFound() {
        return ProblemException.of(ProblemCode.WEBHOOK_NOT_FOUND, "There is no webhook with this id");
    }

    private static void mustBeEnabled(WebhookTable.Row webhook) {
        if (!webhook.isEnabled()) {
            throw ProblemException.of(
                    ProblemCode.WEBHOOK_DISABLED,
                    "It is sent nothing before it is enabled: "
                            + webhook.disabled().reason());
        }
    }

    private static String secret() {
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return "whsec_" + Base64.getEncoder().encodeToString(bytes);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
