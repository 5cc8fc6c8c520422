package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.LedgerState;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.LogSubject;
import io.daybook.runtime.ProblemException;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.ParkedTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators do about ledgers that stand still; and how such a ledger goes on: what was parked is applied in its
 * order, and what comes meanwhile is parked behind it, until nothing is parked any more.
 *
 * <p>Several may be at it at once. Each takes what is in front and applies it, which changes nothing the second time,
 * before it is deleted.
 */
@Singleton
final class Parking {
    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);
    private static final int MESSAGES_MAX = 100;

    private final Database database;
    private final Registry registry;
    private final LedgerTable ledgers;
    private final ParkedTable parked;
    private final Halts halts;
    private final Bookkeeper bookkeeper;
    private final LastResort lastResort;
    private final Retries retries;
    private final Outbox outbox;
    private final Codec codec;
    private final Clock clock;
    private final Duration resumeMax;

    Parking(
            Database database,
            Registry registry,
            LedgerTable ledgers,
            ParkedTable parked,
            Halts halts,
            Bookkeeper bookkeeper,
            LastResort lastResort,
            Retries retries,
            Outbox outbox,
            Codec codec,
            Clock clock,
            @Value("${daybook.parked.resume-max}") Duration resumeMax) {
        this.database = database;
        this.registry = registry;
        this.ledgers = ledgers;
        this.parked = parked;
        this.halts = halts;
        this.bookkeeper = bookkeeper;
        this.lastResort = lastResort;
        this.retries = retries;
        this.outbox = outbox;
        this.codec = codec;
        this.clock = clock;
        this.resumeMax = resumeMax;
    }

    /**
     * From here on nothing is applied. One that stands still already keeps the reason that it has.
     *
     * @throws ProblemException {@code ledger_not_found}
     */
    LedgerResource halt(String tenant, String ledgerId, String reason, String caller) {
        var key = database.transaction(connection -> {
            var ledger = registry.lock(connection, tenant, ledgerId);
            halts.halt(connection, ledger, new LedgerResource.Halt(reason, caller, now()));
            return ledger.key();
        });
        outbox.drain(List.of(key));
        return find(tenant, ledgerId);
    }

    /**
     * Has the ledger go on. Where much is parked, the answer is that it is {@code resuming}; the rest follows.
     *
     * @throws ProblemException {@code ledger_not_found}
     */
    LedgerResource resume(String tenant, String ledgerId) {
        var key = database.transaction(connection -> {
            var ledger = registry.lock(connection, tenant, ledgerId);
            halts.resume(connection, ledger, now());
            return ledger.key();
        });
        outbox.drain(List.of(key));
        goOn(List.of(new LedgerTable.Standing(key, tenant, ledgerId, LedgerState.RESUMING)));
        return find(tenant, ledgerId);
    }

    /** Applies what is parked in ledgers that go on, as far as it gets in time. */
    int goOn(Collection<LedgerTable.Standing> resuming) {
        var until = clock.instant().plus(resumeMax);
        var leaving = new LinkedHashSet<Integer>();
        var applied = 0;
        for (var ledger : resuming) {
            try (var subject = LogSubject.open()) {
                subject.ledger(ledger.ledgerId());
                applied += goOn(ledger, until, leaving);
            }
        }
        outbox.drain(leaving);
        return applied;
    }

    private int goOn(LedgerTable.Standing ledger, Instant until, Set<Integer> leaving) {
        var applied = 0;
        try {
            var more = MESSAGES_MAX;
            while (more > 0 && clock.instant().isBefore(until)) {
                more = applyNext(ledger, leaving);
                applied += more;
            }
        } catch (ServiceAway | Bookkeeper.StandsStill e) {
            LOG.warn("What is parked in {} waits: {}", ledger.ledgerId(), e.toString());
        } catch (RuntimeException e) {
            LOG.warn("What is parked in {} is not applied", ledger.ledgerId(), e);
        }
        return applied;
    }

    /** @return how many messages; none if nothing is left, or nothing can be done about the next one now */
    private int applyNext(LedgerTable.Standing ledger, Set<Integer> leaving) {
        var rows = database.transaction(connection -> parked.next(connection, ledger.key(), MESSAGES_MAX));
        if (rows.isEmpty()) {
            database.transaction(connection -> {
                registry.lock(connection, ledger.tenant(), ledger.ledgerId());
                return ledgers.run(connection, ledger.key());
            });
            return 0;
        }
        var failure = attempt(rows, leaving);
        if (failure.isPresent() && rows.size() > 1) {
            rows = rows.subList(0, 1);
            failure = attempt(rows, leaving);
        }
        if (failure.isPresent() && !isBuried(rows.getFirst(), failure.get(), leaving)) {
            return 0;
        }
        var done = rows;
        database.transaction(connection -> {
            parked.delete(connection, done);
            return null;
        });
        return done.size();
    }

    private Optional<RuntimeException> attempt(List<ParkedTable.Row> rows, Set<Integer> leaving) {
        try (var subject = LogSubject.open()) {
            return attempt(rows.stream().map(this::work).toList(), leaving, subject);
        }
    }

    private Optional<RuntimeException> attempt(List<Work> all, Set<Integer> leaving, LogSubject subject) {
        var first = all.getFirst();
        if (all.size() == 1) {
            subject.message(first.message()).attempt(first.attempt());
        } else {
            subject.ledger(first.ledgerId());
        }
        try {
            note(bookkeeper.apply(all), leaving);
            return Optional.empty();
        } catch (ServiceAway | Bookkeeper.StandsStill e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("{} parked message(s) were not applied", all.size(), e);
            return Optional.of(e);
        }
    }

    private boolean isBuried(ParkedTable.Row row, RuntimeException failure, Set<Integer> leaving) {
        var work = work(row);
        if (!retries.isPoison(work.attempt(), failure)) {
            database.transaction(connection -> {
                parked.failed(connection, row.key());
                return null;
            });
            return false;
        }
        lastResort.bury(work, Cause.of(failure)).forEach(applied -> note(applied, leaving));
        return true;
    }

    private static void note(Bookkeeper.Applied applied, Set<Integer> leaving) {
        if (applied.leaves()) {
            leaving.add(applied.ledgerKey());
        }
    }

    private Work work(ParkedTable.Row row) {
        return new Work(codec.decode(row.body()), row.attempts() + 1, Optional.empty(), Work.Origin.PARKED);
    }

    private LedgerResource find(String tenant, String ledgerId) {
        return database.transaction(connection -> ledgers.find(connection, tenant, ledgerId))
                .map(LedgerTable.Row::resource)
                .orElseThrow();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
