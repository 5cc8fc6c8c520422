package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0.0",
                "0.00",
                "1",
                "12.34",
                "-12.34",
                "-0.01",
                "10.500",
                "0.000000000000000001",
                "99999999999999999999",
                "99999999999999999999.999999999999999999",
                "-99999999999999999999.999999999999999999"
            })
    void a_plain_decimal_within_the_limits_is_kept_to_the_last_character(String text) {
        assertThat(Amount.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                ".",
                "abc",
                "NaN",
                "Infinity",
                "null",
                "0x10",
                "1_000",
                "1,000.00",
                "12,34",
                "1.2.3",
                "--1",
                "+1",
                "1-",
                " 1",
                "1 ",
                "1\n",
                "\n1",
                ".5",
                "5.",
                "-.5",
                "1e3",
                "1E3",
                "1E-2",
                "1e999999999",
                "\u0661",
                "\uff11",
                "\u22121",
                "1\u00a0000"
            })
    void what_is_not_a_plain_decimal_is_no_amount(String text) {
        assertThat(Amount.parse(text)).isEmpty();
        assertThatThrownBy(() -> Amount.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0", "-0.0", "-0.000000000000000000"})
    void there_is_no_negative_zero(String text) {
        assertThat(Amount.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "01", "-01", "007.50", "00.1"})
    void there_are_no_leading_zeros(String text) {
        assertThat(Amount.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100000000000000000000",
                "-100000000000000000000",
                "0.0000000000000000001",
                "0.0000000000000000000",
                "1.1234567890123456789"
            })
    void there_are_at_most_20_digits_before_the_point_and_18_behind_it(String text) {
        assertThat(Amount.parse(text)).isEmpty();
    }

    @Test
    void a_text_of_a_million_digits_is_refused_without_being_read_as_a_number() {
        assertThat(Amount.parse("9".repeat(1_000_000))).isEmpty();
        assertThat(Amount.parse("0." + "9".repeat(1_000_000))).isEmpty();
    }

    @ParameterizedTest(name = "{0} with {1} decimals is {2}")
    @CsvSource({
        "1,      2,  1.00",
        "1.5,    2,  1.50",
        "1.50,   2,  1.50",
        "1.500,  2,  1.50",
        "1.00,   0,  1",
        "100,    0,  100",
        "0.000,  2,  0.00",
        "0,      18, 0.000000000000000000",
        "-1.10,  1,  -1.1",
        "99999999999999999999, 18, 99999999999999999999.000000000000000000"
    })
    void its_scale_changes_where_nothing_is_rounded(String text, int scale, String expected) {
        assertThat(Amount.of(text).atScale(scale)).map(Amount::toString).contains(expected);
    }

    @ParameterizedTest(name = "{0} has no form with {1} decimals")
    @CsvSource({"1.005, 2", "0.1, 0", "-0.001, 2", "0.000000000000000001, 17"})
    void its_scale_does_not_change_where_something_would_be_rounded(String text, int scale) {
        assertThat(Amount.of(text).atScale(scale)).isEmpty();
    }

    @Test
    void it_compares_as_a_number_whatever_its_scale() {
        assertThat(Amount.of("1.0")).isEqualByComparingTo(Amount.of("1.00"));
        assertThat(Amount.of("-2")).isLessThan(Amount.of("-1.99"));
        assertThat(Amount.of("10")).isGreaterThan(Amount.of("9.999"));
    }

    @Test
    void a_zero_of_any_scale_is_written_out() {
        assertThat(Amount.zero(0)).hasToString("0");
        assertThat(Amount.zero(18)).hasToString("0.000000000000000000");
        assertThat(Amount.zero(2).signum()).isZero();
    }

    @Property
    void every_number_within_the_limits_survives_being_written_and_read(
            @ForAll
                    @BigRange(
                            min = "-99999999999999999999999999999999999999",
                            max = "99999999999999999999999999999999999999")
                    BigInteger unscaled,
            @ForAll @IntRange(min = 0, max = 18) int scale) {
        var number = new BigDecimal(unscaled, scale);
        if (number.precision() - number.scale() <= Amount.INTEGER_DIGITS_MAX) {
            assertThat(Amount.of(number.toPlainString()).value()).isEqualTo(number);
        } else {
            assertThat(Amount.parse(number.toPlainString())).isEmpty();
        }
    }

    @Property
    void a_change_of_scale_never_changes_the_number(
            @ForAll @BigRange(min = "-999999999999", max = "999999999999") BigInteger unscaled,
            @ForAll @IntRange(min = 0, max = 18) int from,
            @ForAll @IntRange(min = 0, max = 18) int to) {
        var amount = new Amount(new BigDecimal(unscaled, from));
        amount.atScale(to).ifPresent(changed -> {
            assertThat(changed).isEqualByComparingTo(amount);
            assertThat(changed.value().scale()).isEqualTo(to);
        });
        if (to >= from) {
            assertThat(amount.atScale(to)).isPresent();
        }
    }

    @Property
    void what_is_added_can_be_taken_away(@ForAll BigInteger one, @ForAll BigInteger other) {
        var a = new Amount(new BigDecimal(one, 2));
        var b = new Amount(new BigDecimal(other, 2));
        assertThat(a.plus(b).minus(b)).isEqualTo(a);
        assertThat(a.plus(b.negated())).isEqualTo(a.minus(b));
    }

    @Property(tries = 2_000)
    void any_text_is_an_amount_or_is_not_and_nothing_is_thrown(@ForAll String text) {
        Amount.parse(text).ifPresent(amount -> assertThat(amount).hasToString(text));
    }
}
