package io.daybook.processor;

import io.daybook.accept.Books;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.daybook.store.Database;
import io.daybook.store.OperationTable;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Applies an operation within the request that asks for it, as it would be applied from the queue. */
@Singleton
final class SyncBooks implements Books {
    private final Bookkeeper bookkeeper;
    private final Outbox outbox;
    private final Database database;
    private final OperationTable operations;

    SyncBooks(Bookkeeper bookkeeper, Outbox outbox, Database database, OperationTable operations) {
        this.bookkeeper = bookkeeper;
        this.outbox = outbox;
        this.database = database;
        this.operations = operations;
    }

    @Override
    public Operation apply(QueueMessage message) {
        var applied = bookkeeper.apply(List.of(new Work(message, 1, Optional.empty(), Work.Origin.REQUEST)));
        if (applied.leaves()) {
            outbox.drain(List.of(applied.ledgerKey()));
        }
        return find(message.operations().getFirst().operationId()).orElseThrow();
    }

    @Override
    public Optional<Operation> find(UUID operationId) {
        return database.transaction(connection -> operations.find(connection, operationId))
                .map(OperationTable.Row::operation);
    }
}
