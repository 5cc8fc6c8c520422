package io.daybook.webhooks;

import io.daybook.contract.DaybookId;
import io.daybook.contract.DeliveryStatus;
import io.daybook.contract.ServiceAway;
import io.daybook.store.Database;
import io.daybook.store.DeliveryTable;
import io.daybook.store.EventTable;
import io.daybook.store.LaneTable;
import io.daybook.store.LaneTable.Lane;
import io.daybook.store.Seal;
import io.daybook.store.WebhookTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each webhook what has happened in each of its ledgers, from where it was told at last: one event after another,
 * at least once. One that is not taken is tried again later, and those behind it go on.
 */
@Singleton
final class Webhooks {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final int ROWS = 50;
    /** For what is written after the last attempt of a run. */
    private static final Duration LEASE_MARGIN = Duration.ofSeconds(5);

    private final Database database;
    private final WebhookTable webhooks;
    private final LaneTable lanes;
    private final DeliveryTable deliveries;
    private final EventTable events;
    private final Seal seal;
    private final Sender sender;
    private final Backoff backoff;
    private final Clock clock;
    private final Duration runMax;
    private final Duration poll;
    private final Duration timeout;
    private final Duration disableAfter;
    private final Duration restMax;
    private final int restFrom;
    private final int lanesMax;
    private final int lanesOfOneMax;

    Webhooks(
            Database database,
            WebhookTable webhooks,
            LaneTable lanes,
            DeliveryTable deliveries,
            EventTable events,
            Seal seal,
            Sender sender,
            Backoff backoff,
            Clock clock,
            @Value("${daybook.webhooks.run-max}") Duration runMax,
            @Value("${daybook.webhooks.poll}") Duration poll,
            @Value("${daybook.webhooks.timeout}") Duration timeout,
            @Value("${daybook.webhooks.disable-after}") Duration disableAfter,
            @Value("${daybook.webhooks.rest-max}") Duration restMax,
            @Value("${daybook.webhooks.rest-from}") int restFrom,
            @Value("${daybook.webhooks.lanes-max}") int lanesMax,
            @Value("${daybook.webhooks.lanes-of-one-max}") int lanesOfOneMax) {
        this.database = database;
        this.webhooks = webhooks;
        this.lanes = lanes;
        this.deliveries = deliveries;
        this.events = events;
        this.seal = seal;
        this.sender = sender;
        this.backoff = backoff;
        this.clock = clock;
        this.runMax = runMax;
        this.poll = poll;
        this.timeout = timeout;
        this.disableAfter = disableAfter;
        this.restMax = restMax;
        this.restFrom = restFrom;
        this.lanesMax = lanesMax;
        this.lanesOfOneMax = lanesOfOneMax;
    }

    /**
     * What a run has done.
     *
     * @param failures attempts in vain
     * @param disabled webhooks that are sent nothing any more
     */
    record Report(int delivered, int failures, int disabled) {}

    /** Looks for what is to be sent until its time is over; not at all if nobody wants to be told anything. */
    Report run() {
        if (!database.transaction(webhooks::anyEnabled)) {
            return new Report(0, 0, 0);
        }
        var run = new Run(now().plus(runMax));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var goesOn = true;
            while (goesOn && run.isOn()) {
                var leased = run.lease();
                leased.forEach(lane -> threads.submit(() -> run.work(lane)));
                goesOn = !leased.isEmpty() || run.pause();
            }
        }
        return new Report(run.delivered.get(), run.failures.get(), run.disabled.get());
    }

    /** One run, in which many lanes are worked on at once. */
    private final class Run {
        private final Instant until;
        private final Semaphore free = new Semaphore(lanesMax);
        private final AtomicInteger delivered = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger disabled = new AtomicInteger();

        private Run(Instant until) {
            this.until = until;
        }

        private boolean isOn() {
            return now().isBefore(until);
        }

        /** @return whether it is to go on */
        private boolean pause() {
            try {
                Thread.sleep(poll);
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** As many as there is room for. A lease outlives the last attempt of the run. */
        private List<Lane> lease() {
            var room = free.drainPermits();
            var leased = List.<Lane>of();
            try {
                if (room > 0) {
                    var end = until.plus(timeout).plus(LEASE_MARGIN);
                    leased = database.transaction(connection -> {
                        lanes.openMissing(connection);
                        return lanes.lease(connection, UUID.randomUUID(), now(), end, lanesOfOneMax, room);
                    });
                }
                return leased;
            } finally {
                free.release(room - leased.size());
            }
        }

        private void work(Lane lane) {
            try {
                var secrets = secrets(lane.webhook());
                if (retry(lane, secrets)) {
                    goOn(lane, secrets);
                }
                database.transaction(connection -> {
                    lanes.release(connection, lane, now());
                    return null;
                });
            } catch (ServiceAway e) {
                LOG.warn("The webhook {} waits: {}", lane.webhook().id(), e.toString());
            } catch (RuntimeException | Error e) {
                // Nobody asks for what came of it: an error that is not logged here is logged nowhere.
                LOG.error("The webhook {} is not told", lane.webhook().id(), e);
            } finally {
                free.release();
            }
        }

        private List<String> secrets(WebhookTable.Row webhook) {
            var secrets = new ArrayList<String>();
            secrets.add(seal.open(webhook.id(), webhook.secret()));
            if (webhook.previous() != null && webhook.previous().until().isAfter(now())) {
                secrets.add(seal.open(webhook.id(), webhook.previous().secret()));
            }
            return secrets;
        }

        /** @return whether the lane may be gone on with */
        private boolean retry(Lane lane, List<String> secrets) {
            var due = database.transaction(connection -> deliveries.due(connection, lane, now(), ROWS));
            for (var delivery : due) {
                if (!isOn() || !attempt(lane, secrets, delivery, body(delivery), lane.number())) {
                    return false;
                }
            }
            return true;
        }

        /** @return {@code null} if it is not kept any more */
        private String body(DeliveryTable.Row delivery) {
            if (delivery.body() != null) {
                return delivery.body();
            }
            return database
                    .transaction(connection -> events.after(connection, delivery.ledgerKey(), delivery.number() - 1, 1))
                    .stream()
                    .filter(event -> event.number() == delivery.number())
                    .map(EventTable.Row::body)
                    .findFirst()
                    .orElse(null);
        }

        private void goOn(Lane lane, List<String> secrets) {
            if (lane.ledgerKey() == LaneTable.TESTS) {
                return;
            }
            record Next(long newest, List<EventTable.Row> rows) {}
            var next = database.snapshot(connection -> new Next(
                    events.range(connection, lane.ledgerKey()).newest(),
                    events.after(connection, lane.ledgerKey(), lane.number(), ROWS)));
            for (var event : next.rows()) {
                if (!isOn()) {
                    return;
                }
                if (lane.webhook().wants(event.type())
                        && !attempt(lane, secrets, delivery(lane, event), event.body(), event.number())) {
                    return;
                }
            }
            // What is not wanted, and what is not kept any more, is behind it as well.
            var last = next.rows().isEmpty()
                    ? next.newest()
                    : next.rows().getLast().number();
            database.transaction(connection -> lanes.advance(connection, lane, last));
        }

        private DeliveryTable.Row delivery(Lane lane, EventTable.Row event) {
            var webhook = lane.webhook();
            var now = now();
            return new DeliveryTable.Row(
                    webhook.id(),
                    DaybookId.next(webhook.tenant(), "", now.toEpochMilli()),
                    lane.ledgerKey(),
                    null,
                    event.number(),
                    event.id(),
                    event.type(),
                    null,
                    DeliveryStatus.PENDING,
                    0,
                    now,
                    null,
                    now);
        }

        /**
         * @param body {@code null} if there is nothing any more that could be sent
         * @param number that the lane has reached with it
         * @return whether the lane may be gone on with
         */
        private boolean attempt(Lane lane, List<String> secrets, DeliveryTable.Row delivery, String body, long number) {
            var at = now();
            var answer = body == null
                    ? new Sender.Answer(null, "the event is not kept any more")
                    : sender.send(
                            lane.webhook().url(),
                            secrets,
                            delivery.eventId(),
                            at,
                            body.getBytes(StandardCharsets.UTF_8));
            return database.transaction(connection -> {
                // The webhook ahead of its lanes, as by all others who lock both.
                if (webhooks.lock(
                                        connection,
                                        lane.webhook().tenant(),
                                        lane.webhook().id())
                                .isEmpty()
                        || !lanes.advance(connection, lane, number)) {
                    return false; // it has changed meanwhile: whoever comes next does it anew
                }
                deliveries.write(connection, tried(delivery, answer, at, body != null));
                if (answer.isTaken()) {
                    webhooks.succeeded(connection, lane.webhook().id());
                    delivered.incrementAndGet();
                    return true;
                }
                failures.incrementAndGet();
                return body == null || failed(connection, lane, answer);
            });
        }

        private DeliveryTable.Row tried(
                DeliveryTable.Row delivery, Sender.Answer answer, Instant at, boolean canBeSent) {
            var attempt = new DeliveryTable.Attempt(at, answer.status(), answer.error());
            if (answer.isTaken()) {
                return delivery.tried(attempt, DeliveryStatus.DELIVERED, null);
            }
            return backoff.after(delivery.attempts() + 1)
                    .filter(ignored -> canBeSent)
                    .map(pause -> delivery.tried(attempt, DeliveryStatus.PENDING, now().plus(pause)))
                    .orElseGet(() -> delivery.tried(attempt, DeliveryStatus.FAILED, null));
        }

        /** @return whether the webhook may be sent more */
        private boolean failed(Connection connection, Lane lane, Sender.Answer answer) throws SQLException {
            var id = lane.webhook().id();
            if (answer.isGone()) {
                return disable(connection, lane, "It is gone: it answered 410");
            }
            var failing = webhooks.failed(connection, id, now(), restFrom, restMax);
            if (!failing.since().plus(disableAfter).isAfter(now())) {
                return disable(
                        connection,
                        lane,
                        "Every attempt has failed since %s, at last because %s"
                                .formatted(failing.since(), answer.error()));
            }
            return !failing.resting();
        }

        private boolean disable(Connection connection, Lane lane, String reason) throws SQLException {
            var webhook = lane.webhook();
            if (webhooks.disable(connection, webhook.id(), new WebhookTable.Disabled(reason, now()))) {
                lanes.endLeases(connection, webhook.id());
                disabled.incrementAndGet();
                LOG.warn("The webhook {} of {} is disabled: {}", webhook.id(), webhook.tenant(), reason);
            }
            return false;
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
