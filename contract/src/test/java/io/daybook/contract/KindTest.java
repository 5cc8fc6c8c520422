package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KindTest {

    @ParameterizedTest(name = "POST …/{0} makes a {1}")
    @CsvSource({
        "deposits, DEPOSIT",
        "withdrawals, WITHDRAWAL",
        "transfers, TRANSFER",
        "exchanges, EXCHANGE",
        "journals, JOURNAL",
        "holds, HOLD",
        "action-items, ACTION_ITEM"
    })
    void a_path_names_a_kind_in_the_plural(String segment, Kind kind) {
        assertThat(Kind.ofPath(segment)).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "deposit",
                "Deposits",
                "depositss",
                "deposits/",
                "accounts",
                "batches",
                "captures",
                "releases",
                "reversals",
                "action_items",
                "action-item-updates"
            })
    void another_path_names_none(String segment) {
        assertThat(Kind.ofPath(segment)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_kind_is_known_by_its_text(Kind kind) {
        assertThat(Kind.of(kind.toString())).contains(kind);
        assertThat(Kind.of(kind.name())).isEmpty();
    }

    @Test
    void money_that_goes_out_of_an_account_is_waited_for() {
        assertThat(Kind.values())
                .filteredOn(Kind::confirmed)
                .containsExactly(Kind.WITHDRAWAL, Kind.TRANSFER, Kind.EXCHANGE);
    }
}
