package io.daybook.accept;

import io.daybook.contract.Claim;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.Trace;
import io.daybook.runtime.Caller;
import io.daybook.runtime.LogSubject;
import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import io.daybook.runtime.ProblemException;
import io.lettuce.core.RedisException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets it safe: what returns from here without an exception is on the queue's disk.
 *
 * <p>Redis may fail in any step. Then nothing is known of the ledger, no key is claimed and nobody can wait; the
 * processor decides all of it again, on PostgreSQL.
 */
@Singleton
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final ReadModels readModels;
    private final Claims claims;
    private final OperationQueue queue;
    private final Outcomes outcomes;
    private final Codec codec;
    private final Clock clock;
    private final Meter meter;

    Intake(
            ReadModels readModels,
            Claims claims,
            OperationQueue queue,
            Outcomes outcomes,
            Codec codec,
            Clock clock,
            Meter meter) {
        this.readModels = readModels;
        this.claims = claims;
        this.queue = queue;
        this.outcomes = outcomes;
        this.codec = codec;
        this.clock = clock;
        this.meter = meter;
    }

    /** @param wait for the outcome, so long at the most */
    Accepted accept(Caller caller, String ledgerId, String key, Command command, Optional<Duration> wait) {
        mayUse(caller, command);
        var wanted = want(caller.tenant(), ledgerId, key, command, now());
        mustAllow(caller.tenant(), ledgerId, wanted);
        try (var subject = about(caller, ledgerId, wanted.operationId());
                var waiting = wait.map(ignored -> outcomes.expect(wanted.operationId()))
                        .orElseGet(Outcomes.Expectation::none)) {
            var held = claim(caller.tenant(), ledgerId, List.of(wanted), waiting.channel())
                    .getFirst();
            mustBeTheSame(wanted, held);
            subject.operation(held.operationId());
            if (!held.sent()) {
                send(caller, ledgerId, false, List.of(wanted), List.of(held));
            }
            var replayed = !held.operationId().equals(wanted.operationId());
            if (replayed) {
                return replay(held, wanted, wait);
            }
            var outcome = wait.flatMap(waiting::await);
            return new Accepted(outcome.orElse(wanted.pending()), false, wait.isPresent());
        }
    }

    /**
     * Has the operation applied instead of sending it, if its key is new. A key that was used before is answered by the
     * operation that has it: that one may be part of an atomic batch, which only the queue keeps whole.
     *
     * @param wait for the outcome of an operation that is on the queue, so long at the most
     */
    Accepted apply(Caller caller, String ledgerId, String key, Command command, Duration wait, Books books) {
        mayUse(caller, command);
        var wanted = want(caller.tenant(), ledgerId, key, command, now());
        mustAllow(caller.tenant(), ledgerId, wanted);
        try (var subject = about(caller, ledgerId, wanted.operationId())) {
            var held = orUnclaimed(List.of(wanted), () -> claims.claimAtOnce(caller.tenant(), ledgerId, wanted))
                    .getFirst();
            mustBeTheSame(wanted, held);
            subject.operation(held.operationId());
            return held.operationId().equals(wanted.operationId())
                    ? apply(caller, ledgerId, wanted, held, books)
                    : books.find(held.operationId())
                            .map(known -> new Accepted(known, true, true))
                            .orElseGet(() -> await(caller, ledgerId, wanted, held, wait));
        }
    }

    /** What the ledger does not allow any more, it may have allowed before: a key that has an operation keeps it. */
    private void mustAllow(String tenant, String ledgerId, Wanted wanted) {
        try {
            readModels.mustAllow(tenant, ledgerId, wanted.command());
        } catch (ProblemException refused) {
            if (!claims.isHeld(tenant, ledgerId, wanted)) {
                throw refused;
            }
        }
    }

    private static LogSubject about(Caller caller, String ledgerId, UUID operationId) {
        return LogSubject.open()
                .ledger(ledgerId)
                .operation(operationId)
                .trace(Trace.of(caller.traceparent(), operationId).id());
    }

    private Accepted apply(Caller caller, String ledgerId, Wanted wanted, Claim held, Books books) {
        var mine = List.of(wanted);
        try {
            var operation = books.apply(message(caller, ledgerId, false, mine, List.of(held)));
            meter.count(Metric.ACCEPTED, 1);
            claims.confirmInBackground(caller.tenant(), ledgerId, mine, List.of(held));
            return new Accepted(operation, operation.duplicateOf() != null, true);
        } catch (RuntimeException e) {
            claims.releaseInBackground(caller.tenant(), ledgerId, mine, List.of(held));
            throw e;
        }
    }

    private Accepted await(Caller caller, String ledgerId, Wanted wanted, Claim held, Duration wait) {
        if (!held.sent()) {
            send(caller, ledgerId, false, List.of(wanted), List.of(held));
        }
        return replay(held, wanted, Optional.of(wait));
    }

    /** @param fingerprint of the whole body, so that the key of a batch cannot be used for another one */
    List<Accepted> accept(Caller caller, String ledgerId, String key, byte[] fingerprint, Batch batch) {
        batch.items().forEach(item -> mayUse(caller, item.command()));
        readModels.mustKnow(caller.tenant(), ledgerId);
        var now = now();
        var wanted = new ArrayList<Wanted>();
        var byKey = new HashMap<String, Integer>();
        var places = new ArrayList<Integer>(); // of each item, in wanted: items with one key are one operation
        for (var item : batch.items()) {
            var next = want(caller.tenant(), ledgerId, item.idempotencyKey(), item.command(), now);
            var place = byKey.computeIfAbsent(item.idempotencyKey(), ignored -> wanted.size());
            if (place == wanted.size()) {
                wanted.add(next);
            } else if (!Arrays.equals(wanted.get(place).fingerprint(), next.fingerprint())) {
                throw new ProblemException(
                        reused(wanted.get(place).operationId()).withItem(places.size()));
            }
            places.add(place);
        }
        var whole = Wanted.ofBatch(key, wanted.getFirst().operationId(), fingerprint);
        var all = new ArrayList<Wanted>(List.of(whole));
        all.addAll(wanted);
        var held = claim(caller.tenant(), ledgerId, all, Optional.empty());
        mustBeTheSame(whole, held.getFirst());
        var operations = held.subList(1, held.size());
        for (var i = 0; i < wanted.size(); i++) {
            if (!operations.get(i).fingerprint().equals(hex(wanted.get(i)))) {
                throw new ProblemException(
                        reused(operations.get(i).operationId()).withItem(places.indexOf(i)));
            }
        }
        var unsent = new ArrayList<Wanted>();
        var unsentClaims = new ArrayList<Claim>();
        // What stands or falls together is sent together, what is on the queue already included.
        var sendsAll = batch.atomic() && operations.stream().anyMatch(claim -> !claim.sent());
        for (var i = 0; i < wanted.size(); i++) {
            if (sendsAll || !operations.get(i).sent()) {
                unsent.add(wanted.get(i));
                unsentClaims.add(operations.get(i));
            }
        }
        if (!unsent.isEmpty()) {
            unsent.add(whole);
            unsentClaims.add(held.getFirst());
            send(caller, ledgerId, batch.atomic(), unsent, unsentClaims);
        }
        return places.stream()
                .map(place -> {
                    var id = operations.get(place).operationId();
                    var mine = wanted.get(place);
                    return new Accepted(mine.pending(id), !id.equals(mine.operationId()), false);
                })
                .toList();
    }

    private static void mayUse(Caller caller, Command command) {
        if (caller.admin()) {
            return;
        }
        if (command instanceof Command.Journal journal
                && journal.postings().stream().anyMatch(line -> Identifiers.isReserved(line.accountId()))) {
            throw ProblemException.of(ProblemCode.FORBIDDEN, "Only an admin may post to an account of Daybook's own");
        }
        if (command instanceof Command.Reversal reversal && reversal.force()) {
            throw ProblemException.of(ProblemCode.FORBIDDEN, "Only an admin may force a reversal");
        }
    }

    private Wanted want(String tenant, String ledgerId, String key, Command command, Instant now) {
        var fingerprint = Codec.fingerprint(command.kind(), codec.canonical(command));
        var id = DaybookId.next(tenant, ledgerId, now.toEpochMilli());
        return new Wanted(
                key, id, fingerprint, command, Operation.pending(id, ledgerId, key, command, codec.tree(command), now));
    }

    private List<Claim> claim(String tenant, String ledgerId, List<Wanted> wanted, Optional<String> waiter) {
        return orUnclaimed(wanted, () -> claims.claim(tenant, ledgerId, wanted, waiter));
    }

    private static List<Claim> orUnclaimed(List<Wanted> wanted, Supplier<List<Claim>> claiming) {
        try {
            return claiming.get();
        } catch (RedisException e) {
            LOG.warn("No key is claimed, the processor will tell duplicates: {}", e.toString());
            return wanted.stream().map(Wanted::claim).toList();
        }
    }

    private void mustBeTheSame(Wanted wanted, Claim held) {
        if (!held.fingerprint().equals(hex(wanted))) {
            throw new ProblemException(reused(held.operationId()));
        }
    }

    private static String hex(Wanted wanted) {
        return HexFormat.of().formatHex(wanted.fingerprint());
    }

    private static Problem reused(UUID first) {
        return Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED, "The idempotency key belongs to another request")
                .withFirstOperationId(first);
    }

    private QueueMessage message(
            Caller caller, String ledgerId, boolean atomic, List<Wanted> wanted, List<Claim> held) {
        var items = new ArrayList<QueueMessage.Item>(wanted.size());
        for (var i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).isOperation()) {
                var command = wanted.get(i).command();
                items.add(new QueueMessage.Item(
                        held.get(i).operationId(), wanted.get(i).key(), command.kind(), command));
            }
        }
        return new QueueMessage(
                QueueMessage.VERSION,
                caller.tenant(),
                ledgerId,
                caller.subject(),
                now(),
                atomic,
                items,
                caller.traceparent());
    }

    private void send(Caller caller, String ledgerId, boolean atomic, List<Wanted> wanted, List<Claim> held) {
        var message = message(caller, ledgerId, atomic, wanted, held);
        try {
            queue.send(message);
        } catch (OperationQueue.Refused e) {
            claims.releaseInBackground(caller.tenant(), ledgerId, wanted, held);
            throw e.problem();
        }
        meter.count(Metric.ACCEPTED, message.operations().size());
        claims.confirmInBackground(caller.tenant(), ledgerId, wanted, held);
    }

    /** The operation that has the key; its outcome, if the client waits for it. */
    private Accepted replay(Claim held, Wanted wanted, Optional<Duration> wait) {
        var pending = wanted.pending(held.operationId());
        try (var waiting = outcomes.expect(held.operationId())) {
            var known = claims.find(held.operationId(), waiting.channel());
            if (known.isEmpty() || known.get().done() || wait.isEmpty()) {
                return new Accepted(known.orElse(pending), true, wait.isPresent());
            }
            return new Accepted(waiting.await(wait.get()).orElse(known.get()), true, true);
        } catch (RedisException e) {
            LOG.warn("The operation {} cannot be looked up: {}", held.operationId(), e.toString());
            return new Accepted(pending, true, false);
        }
    }

    /** In whole microseconds, as PostgreSQL keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
