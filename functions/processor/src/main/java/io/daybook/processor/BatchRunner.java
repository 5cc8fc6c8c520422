package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.Identifiers;
import io.daybook.contract.InvalidBody;
import io.daybook.contract.LedgerState;
import io.daybook.contract.MalformedBody;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.LogSubject;
import io.daybook.store.LedgerTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a batch of the queue: ledger by ledger, each in order, and none held up by another.
 *
 * <p>What fails is tried again one message at a time, so that one bad message cannot take the good ones ahead of it
 * along; those behind it wait for it, since their order is a promise, until it has failed too often: then it is parked
 * among the dead letters.
 */
@Singleton
final class BatchRunner {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

    private final Bookkeeper bookkeeper;
    private final LastResort lastResort;
    private final DeadLetters deadLetters;
    private final Parking parking;
    private final Outbox outbox;
    private final OperationQueue queue;
    private final Publisher publisher;
    private final Retries retries;
    private final Codec codec;
    private final Clock clock;
    private final Duration runMax;

    BatchRunner(
            Bookkeeper bookkeeper,
            LastResort lastResort,
            DeadLetters deadLetters,
            Parking parking,
            Outbox outbox,
            OperationQueue queue,
            Publisher publisher,
            Retries retries,
            Codec codec,
            Clock clock,
            @Value("${daybook.processor.run-max}") Duration runMax) {
        this.bookkeeper = bookkeeper;
        this.lastResort = lastResort;
        this.deadLetters = deadLetters;
        this.parking = parking;
        this.outbox = outbox;
        this.queue = queue;
        this.publisher = publisher;
        this.retries = retries;
        this.codec = codec;
        this.clock = clock;
        this.runMax = runMax;
    }

    /** What has to be done about ledgers when their messages are done. */
    private static final class Left {
        final Set<Integer> leaving = new LinkedHashSet<>();
        final Set<LedgerTable.Standing> resuming = new LinkedHashSet<>();

        void note(Bookkeeper.Applied applied) {
            if (applied.leaves()) {
                leaving.add(applied.ledgerKey());
            }
            if (applied.resuming()) {
                resuming.add(new LedgerTable.Standing(
                        applied.ledgerKey(), applied.tenant(), applied.ledgerId(), LedgerState.RESUMING));
            }
        }
    }

    /** @return the ids of the messages that have to be delivered again */
    List<String> run(List<Delivery> batch) {
        var groups = new LinkedHashMap<String, List<Delivery>>();
        batch.forEach(delivery -> groups.computeIfAbsent(delivery.group(), ignored -> new ArrayList<>())
                .add(delivery));
        var until = clock.instant().plus(runMax);
        var failed = new ArrayList<String>();
        var left = new Left();
        for (var group : groups.values()) {
            var again = clock.instant().isBefore(until) ? runGroup(group, left) : notBegun(group);
            again.stream().map(Delivery::messageId).forEach(failed::add);
        }
        finish(left);
        return failed;
    }

    /** A function that is ended for its time would keep all of its messages hidden, those that are done among them. */
    private List<Delivery> notBegun(List<Delivery> group) {
        LOG.warn(
                "{} message(s) of {} have to wait for the next run",
                group.size(),
                group.getFirst().group());
        queue.hide(group, Duration.ZERO);
        return group;
    }

    /**
     * Takes what reached the queue's own dead letters.
     *
     * @return the ids of the messages that have to be delivered again
     */
    List<String> bury(List<Delivery> batch) {
        var cause = new Cause("It was taken from the queue too often without a result", null);
        var failed = new ArrayList<String>();
        var left = new Left();
        for (var delivery : batch) {
            try (var subject = about(delivery)) {
                readable(delivery).ifPresent(subject::message);
                if (!isBuried(delivery, cause, left)) {
                    failed.add(delivery.messageId());
                }
            }
        }
        finish(left);
        return failed;
    }

    private boolean isBuried(Delivery delivery, Cause cause, Left left) {
        try {
            bury(delivery, cause, left);
            return true;
        } catch (RuntimeException e) {
            LOG.warn("Dead letter {} of {} is not taken", delivery.messageId(), delivery.group(), e);
            return false;
        }
    }

    private List<Delivery> runGroup(List<Delivery> group, Left left) {
        if (group.size() > 1) {
            try (var subject = about(group.getFirst())) {
                var failure = attempt(group, left, subject);
                if (failure.isEmpty()) {
                    return List.of();
                }
                if (failure.get() instanceof ServiceAway) {
                    return again(group);
                }
            }
        }
        for (var i = 0; i < group.size(); i++) {
            var delivery = group.get(i);
            try (var subject = about(delivery).attempt(delivery.attempt())) {
                var failure = attempt(List.of(delivery), left, subject);
                if (failure.isPresent() && !isParked(delivery, failure.get(), left)) {
                    return again(group.subList(i, group.size()));
                }
            }
        }
        return List.of();
    }

    private Optional<RuntimeException> attempt(List<Delivery> deliveries, Left left, LogSubject subject) {
        try {
            var work = deliveries.stream().map(this::decode).toList();
            if (work.size() == 1) {
                subject.message(work.getFirst().message());
            }
            left.note(bookkeeper.apply(work));
            return Optional.empty();
        } catch (RuntimeException e) {
            LOG.warn(
                    "{} message(s) of {} from {} on were not applied",
                    deliveries.size(),
                    deliveries.getFirst().group(),
                    deliveries.getFirst().messageId(),
                    e);
            return Optional.of(e);
        }
    }

    /** As far as the queue itself knows. */
    private static LogSubject about(Delivery delivery) {
        var subject = LogSubject.open();
        return Stream.ofNullable(delivery.group())
                .map(group -> group.substring(group.indexOf('~') + 1))
                .filter(Identifiers::isLedgerId)
                .findFirst()
                .map(subject::ledger)
                .orElse(subject);
    }

    private boolean isParked(Delivery delivery, RuntimeException failure, Left left) {
        if (!retries.isPoison(delivery.attempt(), failure)) {
            return false;
        }
        try {
            bury(delivery, Cause.of(failure), left);
            LOG.error("Message {} of {} is parked", delivery.messageId(), delivery.group(), failure);
            return true;
        } catch (RuntimeException e) {
            LOG.warn("Message {} of {} cannot be parked", delivery.messageId(), delivery.group(), e);
            return false;
        }
    }

    /** All come again; the first of them has failed, the others wait for it. */
    private List<Delivery> again(List<Delivery> deliveries) {
        var first = deliveries.getFirst();
        queue.hide(deliveries, retries.delay(first.attempt()));
        readable(first)
                .ifPresent(message -> publisher.retried(
                        message.tenant(),
                        message.ledgerId(),
                        message.operations().stream()
                                .filter(item -> item.step() == null) // a step's are not the operation's
                                .map(QueueMessage.Item::operationId)
                                .toList(),
                        first.attempt()));
        return deliveries;
    }

    private void bury(Delivery delivery, Cause cause, Left left) {
        var message = readable(delivery);
        if (message.isEmpty()) {
            deadLetters.keep(delivery, cause).ifPresent(left.leaving::add);
        } else {
            lastResort.bury(new Work(message.get(), delivery.attempt()), cause).forEach(left::note);
        }
    }

    private void finish(Left left) {
        if (!left.resuming.isEmpty()) {
            parking.goOn(left.resuming);
        }
        outbox.drain(left.leaving);
    }

    private Work decode(Delivery delivery) {
        var message = codec.decode(delivery.body());
        if (!message.group().equals(delivery.group())) {
            throw new IllegalArgumentException(
                    "a message for %s in the group %s".formatted(message.group(), delivery.group()));
        }
        return new Work(message, delivery.attempt());
    }

    private Optional<QueueMessage> readable(Delivery delivery) {
        try {
            return Optional.of(decode(delivery).message());
        } catch (MalformedBody | InvalidBody | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
