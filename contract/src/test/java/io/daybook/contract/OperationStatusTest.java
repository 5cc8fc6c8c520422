package io.daybook.contract;

import static io.daybook.contract.OperationStatus.COMPENSATING;
import static io.daybook.contract.OperationStatus.DEAD;
import static io.daybook.contract.OperationStatus.DISCARDED;
import static io.daybook.contract.OperationStatus.FAILED;
import static io.daybook.contract.OperationStatus.PENDING;
import static io.daybook.contract.OperationStatus.PROCESSING;
import static io.daybook.contract.OperationStatus.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperationStatusTest {

    @Test
    void an_operation_goes_only_where_the_table_says() {
        var table = Map.of(
                PENDING, Set.of(PROCESSING, SUCCEEDED, FAILED, DEAD),
                PROCESSING, Set.of(PENDING, SUCCEEDED, FAILED, COMPENSATING, DEAD),
                COMPENSATING, Set.of(FAILED, DEAD),
                DEAD, Set.of(PENDING, DISCARDED),
                SUCCEEDED, Set.<OperationStatus>of(),
                FAILED, Set.<OperationStatus>of(),
                DISCARDED, Set.<OperationStatus>of());
        assertThat(table).containsOnlyKeys(OperationStatus.values());
        table.forEach((status, next) -> assertThat(status.next()).isEqualTo(next));
    }

    @Test
    void succeeded_failed_and_discarded_are_final() {
        assertThat(OperationStatus.values())
                .filteredOn(OperationStatus::isFinal)
                .containsExactlyInAnyOrder(SUCCEEDED, FAILED, DISCARDED);
    }

    @Test
    void a_dead_operation_is_done_but_not_for_ever() {
        assertThat(DEAD.isDone()).isTrue();
        assertThat(DEAD.isFinal()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = OperationStatus.class,
            names = {"PENDING", "PROCESSING", "COMPENSATING"})
    void what_is_on_its_way_is_not_done(OperationStatus status) {
        assertThat(status.isDone()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(OperationStatus.class)
    void a_status_is_known_by_its_text(OperationStatus status) {
        assertThat(OperationStatus.of(status.toString())).contains(status);
        assertThat(status.toString()).isLowerCase();
        assertThat(OperationStatus.of(status.name())).isEmpty();
    }
}
