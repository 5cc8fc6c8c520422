package io.daybook.status;

import io.daybook.contract.Operation;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import io.daybook.store.Database;
import io.daybook.store.EventTable;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what is new: by looking again and again, since nobody calls a function while it works. */
@Singleton
final class Streams {
    private static final int ROWS = 100;

    private final Operations operations;
    private final Database database;
    private final EventTable events;
    private final Duration wait;
    private final Duration poll;
    private final int bytesMax;

    Streams(
            Operations operations,
            Database database,
            EventTable events,
            @Value("${daybook.stream.wait}") Duration wait,
            @Value("${daybook.stream.poll}") Duration poll,
            @Value("${daybook.stream.bytes-max}") int bytesMax) {
        this.operations = operations;
        this.database = database;
        this.events = events;
        this.wait = wait;
        this.poll = poll;
        this.bytesMax = bytesMax;
    }

    /**
     * The operation in a later version than the known one, as soon as there is one; in that one when it is done, or the
     * time is over.
     *
     * @throws ProblemException {@code operation_not_found}
     */
    Operation operation(String tenant, UUID id, long known) {
        return await(
                () -> operations
                        .find(tenant, id)
                        .orElseThrow(() -> ProblemException.of(
                                ProblemCode.OPERATION_NOT_FOUND, "There is no operation with this id")),
                operation -> operation.version() > known || operation.done());
    }

    /** The number of the ledger's last event. */
    long newest(int ledgerKey) {
        return database.snapshot(connection -> events.range(connection, ledgerKey))
                .newest();
    }

    /**
     * The next events of a ledger behind a known one, as soon as there are any; none when the time is over.
     *
     * @param known 0 for all that are kept
     * @throws ProblemException {@code events_gone} if it is not known which these are
     */
    List<EventTable.Row> events(int ledgerKey, long known) {
        var range = database.snapshot(connection -> events.range(connection, ledgerKey));
        if (known != 0 && known < range.oldest() - 1 || known > range.newest()) {
            throw ProblemException.of(
                    ProblemCode.EVENTS_GONE,
                    "Events of this ledger are kept from number %d to %d".formatted(range.oldest(), range.newest()));
        }
        return await(() -> next(ledgerKey, known), rows -> !rows.isEmpty());
    }

    private List<EventTable.Row> next(int ledgerKey, long known) {
        var next = new ArrayList<EventTable.Row>();
        var bytes = 0L;
        List<EventTable.Row> more;
        do {
            var last = next.isEmpty() ? known : next.getLast().number();
            more = database.transaction(connection -> events.after(connection, ledgerKey, last, ROWS));
            next.addAll(more);
            bytes += more.stream().mapToLong(row -> row.body().length()).sum();
        } while (more.size() >= ROWS && bytes < bytesMax);
        return next;
    }

    private <T> T await(Supplier<T> look, Predicate<T> isNew) {
        var until = System.nanoTime() + wait.toNanos();
        var seen = look.get();
        while (!isNew.test(seen) && System.nanoTime() < until) {
            try {
                Thread.sleep(poll);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return seen;
            }
            seen = look.get();
        }
        return seen;
    }
}
