package io.daybook.processor;

import io.daybook.store.Database;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.OperationTable;
import io.daybook.store.OutboxTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** What has to be done from time to time: send what stayed in the outbox, and forget what is old. */
@Singleton
final class Relay {
    private static final Duration FORGET_MAX = Duration.ofSeconds(5);

    private final Outbox outbox;
    private final Database database;
    private final OutboxTable outboxTable;
    private final OperationTable operations;
    private final DeadLetterTable deadLetters;
    private final Clock clock;
    private final Duration retention;
    private final int forgetBatch;

    Relay(
            Outbox outbox,
            Database database,
            OutboxTable outboxTable,
            OperationTable operations,
            DeadLetterTable deadLetters,
            Clock clock,
            @Value("${daybook.operations.retention}") Duration retention,
            @Value("${daybook.operations.forget-batch}") int forgetBatch) {
        this.outbox = outbox;
        this.database = database;
        this.outboxTable = outboxTable;
        this.operations = operations;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.retention = retention;
        this.forgetBatch = forgetBatch;
    }

    /**
     * What a run has done and left: all that there is to measure about it.
     *
     * @param outboxAgeSeconds how long the oldest row has waited that is still there; 0 if none is
     * @param deadLetters how many wait for an operator
     */
    record Report(int sent, int statusesRepaired, int operationsForgotten, long outboxAgeSeconds, int deadLetters) {}

    Report run() {
        var sent = outbox.drainAll();
        var repaired = outbox.repairStatuses();
        var forgotten = forget();
        return database.transaction(connection -> new Report(
                sent,
                repaired,
                forgotten,
                outboxTable
                        .oldest(connection)
                        .map(oldest -> Duration.between(oldest, clock.instant()).toSeconds())
                        .orElse(0L),
                deadLetters.count(connection)));
    }

    /** Operations only: transactions and postings stay for ever. */
    private int forget() {
        var until = clock.instant().plus(FORGET_MAX);
        var before = clock.instant().minus(retention);
        var forgotten = 0;
        var more = forgetBatch;
        while (more == forgetBatch && clock.instant().isBefore(until)) {
            more = database.transaction(connection -> operations.forget(connection, before, forgetBatch));
            forgotten += more;
        }
        return forgotten;
    }
}
