package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Kind;
import io.daybook.contract.LedgerState;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.daybook.runtime.LogSubject;
import io.daybook.store.Database;
import io.daybook.store.DeliveryTable;
import io.daybook.store.HoldTable;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done from time to time: send what stayed in the outbox, let go holds whose time is over, ask again for
 * steps that nobody has heard of, apply what was parked in ledgers that go on, and forget what is old.
 */
@Singleton
final class Relay {
    /** Of each thing that it does: a run has to come to its end within a minute. */
    private static final Duration TURN_MAX = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final String CALLER = "daybook";

    private final Outbox outbox;
    private final ReadModels readModels;
    private final Bookkeeper bookkeeper;
    private final Parking parking;
    private final Database database;
    private final Events events;
    private final HoldTable holds;
    private final OperationTable operations;
    private final LedgerTable ledgers;
    private final DeliveryTable deliveries;
    private final Clock clock;
    private final Duration retention;
    private final Duration eventRetention;
    private final Duration deliveryRetention;
    private final int forgetBatch;
    private final Duration resendAfter;
    private final Duration deadAfter;
    private final int batch;
    private final Codec codec;

    Relay(
            Outbox outbox,
            ReadModels readModels,
            Bookkeeper bookkeeper,
            Parking parking,
            Database database,
            Events events,
            HoldTable holds,
            OperationTable operations,
            LedgerTable ledgers,
            DeliveryTable deliveries,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention,
            @Value("${daybook.events.retention}") Duration eventRetention,
            @Value("${daybook.webhooks.retention}") Duration deliveryRetention,
            @Value("${daybook.operations.forget-batch}") int forgetBatch,
            @Value("${daybook.saga.resend-after}") Duration resendAfter,
            @Value("${daybook.saga.dead-after}") Duration deadAfter,
            @Value("${daybook.relay.operations-max}") int batch,
            Codec codec) {
        this.outbox = outbox;
        this.readModels = readModels;
        this.bookkeeper = bookkeeper;
        this.parking = parking;
        this.database = database;
        this.events = events;
        this.holds = holds;
        this.operations = operations;
        this.ledgers = ledgers;
        this.deliveries = deliveries;
        this.clock = clock;
        this.retention = retention;
        this.eventRetention = eventRetention;
        this.deliveryRetention = deliveryRetention;
        this.forgetBatch = forgetBatch;
        this.resendAfter = resendAfter;
        this.deadAfter = deadAfter;
        this.batch = batch;
        this.codec = codec;
    }

    /**
     * What a run has done.
     *
     * @param statusesRepaired and read models
     * @param holdsExpired that have let go
     * @param stepsResent of operations between two ledgers
     * @param parkedApplied messages of ledgers that go on
     */
    record Report(
            int sent, int statusesRepaired, int holdsExpired, int stepsResent, int parkedApplied, int forgotten) {}

    Report run() {
        var expired = expireHolds();
        var resent = resendSteps();
        var applied = parking.goOn(resuming());
        var sent = outbox.drainAll();
        var repaired = outbox.repairStatuses() + readModels.repair();
        return new Report(sent, repaired, expired, resent, applied, forget());
    }

    private List<LedgerTable.Standing> resuming() {
        return database.transaction(ledgers::standing).stream()
                .filter(ledger -> ledger.state() == LedgerState.RESUMING)
                .toList();
    }

    /** As an operation like any other; § is in no key that a client can send. */
    private int expireHolds() {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var expired = database.transaction(connection -> holds.expired(connection, now, batch));
        return apply(
                expired.stream().map(hold -> new Work(release(hold, now), 1)).toList());
    }

    private static QueueMessage release(HoldTable.Expired hold, Instant now) {
        var item = new QueueMessage.Item(
                DaybookId.next(hold.tenant(), hold.ledgerId(), now.toEpochMilli()),
                "§expiry:" + hold.holdId(),
                Kind.RELEASE,
                new Command.Release(hold.holdId(), null, null, Map.of()));
        return new QueueMessage(
                QueueMessage.VERSION, hold.tenant(), hold.ledgerId(), CALLER, now, false, List.of(item));
    }

    /** Whoever stands still for too long is dead: an operator sees it, and what is held stays held until then. */
    private int resendSteps() {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var waiting =
                database.transaction(connection -> operations.underWay(connection, now.minus(resendAfter), batch));
        return apply(waiting.stream()
                .map(row ->
                        new Work(Reminder.of(row, codec, now), 1, standstill(row.operation(), now), Work.Origin.QUEUE))
                .toList());
    }

    private Optional<Cause> standstill(Operation operation, Instant now) {
        var since = operation.steps().getFirst().at();
        return !operation.done() && since.plus(deadAfter).isBefore(now)
                ? Optional.of(new Cause("It has waited for another ledger since " + since, null))
                : Optional.empty();
    }

    /** What fails, or does not get its turn, is tried again by the next run, and holds up no other. */
    private int apply(List<Work> all) {
        var until = clock.instant().plus(TURN_MAX);
        var applied = 0;
        for (var work : all) {
            if (!clock.instant().isBefore(until)) {
                break;
            }
            try (var subject = LogSubject.open()) {
                subject.message(work.message());
                applied += isApplied(work) ? 1 : 0;
            }
        }
        return applied;
    }

    private boolean isApplied(Work work) {
        try {
            bookkeeper.apply(List.of(work));
            return true;
        } catch (RuntimeException e) { // a ledger that somebody holds looks as if PostgreSQL were away
            LOG.warn(
                    "What the schedule has to do in {} is not done",
                    work.message().group(),
                    e);
            return false;
        }
    }

    /** No books: transactions and postings stay for ever. Events are told from their operations. */
    private int forget() {
        var now = clock.instant();
        var eventsBefore = now.minus(eventRetention);
        var operationsBefore = now.minus(retention.compareTo(eventRetention) > 0 ? retention : eventRetention);
        return forget(connection -> events.forget(connection, eventsBefore, forgetBatch))
                + forget(connection -> deliveries.forget(connection, now.minus(deliveryRetention), forgetBatch))
                + forget(connection -> operations.forget(connection, operationsBefore, forgetBatch));
    }

    private int forget(Database.Work<Integer> batch) {
        var until = clock.instant().plus(TURN_MAX);
        var forgotten = 0;
        var more = forgetBatch;
        while (more == forgetBatch && clock.instant().isBefore(until)) {
            more = database.transaction(batch);
            forgotten += more;
        }
        return forgotten;
    }
}
