package io.daybook.store;

import static io.daybook.store.StoreFixture.CODEC;
import static io.daybook.store.StoreFixture.DATABASE;
import static io.daybook.store.StoreFixture.NOW;
import static io.daybook.store.StoreFixture.OPERATIONS;
import static io.daybook.store.StoreFixture.deposit;
import static io.daybook.store.StoreFixture.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventTableTest {
    private static final EventTable EVENTS = new EventTable(OPERATIONS, CODEC);

    private final StoreFixture ledger = new StoreFixture().account("alice");

    @Test
    void a_ledger_whose_events_nobody_was_told_of_in_time_has_nothing_to_send() {
        var row = ledger.apply(ledger.submit("k1", deposit("alice", "10", "EUR", "R-1")))
                .getFirst();
        append(row);
        assertThat(unsent()).contains(ledger.key);

        DATABASE.transaction(connection -> EVENTS.forget(connection, NOW.plusSeconds(1), true, 100));
        assertThat(unsent()).doesNotContain(ledger.key);

        append(row);
        assertThat(unsent()).contains(ledger.key);
    }

    private void append(OperationTable.Row row) {
        DATABASE.transaction(connection -> {
            EVENTS.append(
                    connection,
                    ledger.key,
                    List.of(new EventTable.Happened.Decided(row.operation().operationId())),
                    NOW);
            return null;
        });
    }

    private static List<Integer> unsent() {
        return read(connection -> EVENTS.unsent(connection, 10_000));
    }
}
