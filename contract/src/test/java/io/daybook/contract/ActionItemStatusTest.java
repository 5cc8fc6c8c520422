package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionItemStatusTest {

    @ParameterizedTest(name = "{0} goes to {1}")
    @CsvSource({
        "OPEN,        in_progress cancelled",
        "IN_PROGRESS, open done cancelled",
        "DONE,        open",
        "CANCELLED,   open"
    })
    void an_item_goes_where_the_table_allows(ActionItemStatus status, String next) {
        assertThat(status.next())
                .containsExactlyElementsOf(Arrays.stream(next.split(" "))
                        .map(text -> ActionItemStatus.of(text).orElseThrow())
                        .toList());
    }
}
