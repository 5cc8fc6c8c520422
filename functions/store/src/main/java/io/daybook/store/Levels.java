package io.daybook.store;

import io.daybook.contract.LedgerName;
import io.daybook.contract.LedgerState;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How things stand in PostgreSQL, over all tenants. */
@Singleton
public final class Levels {
    private final LedgerTable ledgers;
    private final DeadLetterTable deadLetters;
    private final ParkedTable parked;
    private final OutboxTable outbox;
    private final EventTable events;

    Levels(
            LedgerTable ledgers,
            DeadLetterTable deadLetters,
            ParkedTable parked,
            OutboxTable outbox,
            EventTable events) {
        this.ledgers = ledgers;
        this.deadLetters = deadLetters;
        this.parked = parked;
        this.outbox = outbox;
        this.events = events;
    }

    /**
     * At a moment.
     *
     * @param ledgers that operations can be on their way to
     * @param deadLetters how many wait for an operator
     * @param standing ledgers that do not apply what comes
     * @param parked how many messages wait for these
     * @param oldestUnsent since when an event or a message waits to be sent
     */
    public record Now(
            List<LedgerName> ledgers,
            int deadLetters,
            List<LedgerTable.Standing> standing,
            int parked,
            Optional<Instant> oldestUnsent) {

        /** Where what is on its way should be applied soon. */
        public boolean isRunning(LedgerName name) {
            return standing.stream().map(LedgerTable.Standing::name).noneMatch(name::equals);
        }

        public long in(LedgerState state) {
            return standing.stream().filter(ledger -> ledger.state() == state).count();
        }
    }

    /** @param ledgersMax of how many ledgers to tell the names */
    public Now read(Connection connection, int ledgersMax) throws SQLException {
        return new Now(
                ledgers.names(connection, ledgersMax),
                deadLetters.count(connection),
                ledgers.standing(connection),
                parked.count(connection),
                Stream.of(outbox.oldest(connection), events.oldestUnsent(connection))
                        .flatMap(Optional::stream)
                        .min(Comparator.naturalOrder()));
    }
}
