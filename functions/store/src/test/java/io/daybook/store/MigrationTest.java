package io.daybook.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class MigrationTest {

    @Test
    void operations_of_the_first_version_tell_how_they_were_decided() {
        var flyway = Flyway.configure().dataSource(StoreFixture.DATA_SOURCE).schemas("older");
        flyway.target("1").load().migrate();
        StoreFixture.execute("insert into older.ledger (tenant, ledger_id) values ('t', 'l')");
        StoreFixture.execute("""
                insert into older.operation (operation_id, ledger_key, kind, status, version, attempts, idempotency_key,
                    fingerprint, caller, request, created_at, updated_at, completed_at)
                select ?, ledger_key, 'deposit', 'failed', 2, 1, 'k', '', 'c', '{}',
                    '2026-01-31T12:00:00.5Z', '2026-01-31T12:00:01Z', '2026-01-31T12:00:01Z'
                from older.ledger
                """, UUID.randomUUID());
        flyway.target("latest").load().migrate();
        var transitions = StoreFixture.value("select transitions::text from older.operation");
        assertThat(StoreFixture.CODEC.read(transitions.getBytes(StandardCharsets.UTF_8), Operation.Transition[].class))
                .containsExactly(
                        new Operation.Transition(OperationStatus.PENDING, Instant.parse("2026-01-31T12:00:00.5Z")),
                        new Operation.Transition(OperationStatus.FAILED, Instant.parse("2026-01-31T12:00:01Z")));
        assertThat(StoreFixture.value("select steps::text from older.operation"))
                .isEqualTo("[]");
    }
}
