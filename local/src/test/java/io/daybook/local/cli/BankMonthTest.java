package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BankMonthTest {
    private static final Path EXAMPLES = Path.of("..", "examples");

    private final BankMonth month = BankMonth.generate();

    @Test
    void the_committed_files_are_what_the_generator_makes() throws Exception {
        assertThat(month.jsonLines()).isEqualTo(Files.readString(EXAMPLES.resolve(Demo.LINES_FILE)));
        assertThat(month.expected()).isEqualTo(Files.readString(EXAMPLES.resolve(Demo.EXPECTED_FILE)));
    }

    @Test
    void it_is_the_same_month_every_time() {
        assertThat(BankMonth.generate().jsonLines()).isEqualTo(month.jsonLines());
    }

    @Test
    void a_month_has_at_least_2_400_operations() {
        assertThat(month.operations()).isGreaterThanOrEqualTo(2_400);
    }

    @Test
    void the_generators_books_sum_to_zero_in_every_currency_of_every_ledger() {
        month.books().ledgers().values().forEach(accounts -> {
            var sums = new HashMap<String, BigDecimal>();
            accounts.values().forEach(balance -> sums.merge(balance.currency(), balance.amount(), BigDecimal::add));
            assertThat(sums.values()).allSatisfy(sum -> assertThat(sum).isZero());
        });
    }

    @Test
    void no_account_is_below_its_floor() {
        month.books()
                .ledgers()
                .values()
                .forEach(accounts -> assertThat(accounts.values())
                        .allSatisfy(balance -> assertThat(balance.amount())
                                .isGreaterThanOrEqualTo(balance.floor().orElse(balance.amount()))));
    }

    @Test
    void every_line_can_be_read() {
        assertThat(lines()).noneMatch(line -> line instanceof Line.Unreadable);
    }

    @Test
    void there_is_one_of_each_way_to_be_refused() {
        var expected = new ArrayList<String>();
        lines().forEach(line -> {
            if (line instanceof Line.Operation operation) {
                operation.expect().ifPresent(expected::add);
            }
        });
        assertThat(expected)
                .contains(
                        "insufficient_funds",
                        "duplicate_reference",
                        "replayed",
                        "400 idempotency_key_missing",
                        "404 account_not_found",
                        "404 ledger_not_found",
                        "422 amount_scale",
                        "422 currency_mismatch",
                        "422 currency_unknown",
                        "422 idempotency_key_reused",
                        "422 validation_failed");
    }

    private static List<Line> lines() {
        var lines = new ArrayList<Line>();
        new LineFile(EXAMPLES.resolve(Demo.LINES_FILE), Optional.empty()).read(lines::add);
        return lines;
    }
}
