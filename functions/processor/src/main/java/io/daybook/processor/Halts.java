package io.daybook.processor;

import io.daybook.contract.Event;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.LedgerState;
import io.daybook.store.DeadLetterTable;
import io.daybook.store.EventTable.Happened;
import io.daybook.store.LedgerTable;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Has ledgers stand still and go on, and tells of it. Whoever asks for it holds the lock on the ledger. */
@Singleton
final class Halts {
    private static final String CALLER = "daybook";

    private final LedgerTable ledgers;
    private final Events events;

    Halts(LedgerTable ledgers, Events events) {
        this.ledgers = ledgers;
        this.events = events;
    }

    /** If it is the ledger's choice that nothing goes past what could not be processed. */
    void afterDeadLetter(Connection connection, LedgerTable.Row ledger, DeadLetterTable.Row letter, Instant now)
            throws SQLException {
        if (ledger.resource().onDeadLetter().equals("halt")) {
            var reason = "The operation %s could not be processed: %s".formatted(letter.operationId(), letter.cause());
            halt(connection, ledger, new LedgerResource.Halt(reason, CALLER, now));
        }
    }

    /** One that stands still goes on standing still, for the reason that it has. */
    void halt(Connection connection, LedgerTable.Row ledger, LedgerResource.Halt halt) throws SQLException {
        if (ledger.resource().state() != LedgerState.HALTED) {
            ledgers.halt(connection, ledger.key(), halt);
            tell(connection, ledger, "halted", halt.reason(), halt.at());
        }
    }

    /** What is parked is applied from here on, ahead of all that comes. */
    void resume(Connection connection, LedgerTable.Row ledger, Instant now) throws SQLException {
        if (ledger.resource().state() == LedgerState.HALTED) {
            ledgers.resume(connection, ledger.key());
            tell(connection, ledger, "resumed", null, now);
        }
    }

    private void tell(Connection connection, LedgerTable.Row ledger, String name, String reason, Instant at)
            throws SQLException {
        var tenant = ledger.head().tenant();
        var ledgerId = ledger.head().ledgerId();
        var event = Event.ofLedger(tenant, ledgerId, name, reason, at);
        events.append(connection, ledger.key(), List.of(new Happened.Told(event)), at);
    }
}
