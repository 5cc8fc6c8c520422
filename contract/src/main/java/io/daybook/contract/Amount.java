package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An exact amount of one currency in its major unit ({@code 12.34}), written as a plain decimal and never as a float.
 *
 * <p>What a client sends has at most {@value #INTEGER_DIGITS_MAX} digits before the point and {@value #SCALE_MAX}
 * behind it. Sums of such amounts are not limited.
 */
@Serdeable
public record Amount(BigDecimal value) implements Comparable<Amount> {
    public static final int INTEGER_DIGITS_MAX = 20;
    public static final int SCALE_MAX = 18;

    private static final Pattern DECIMAL =
            Pattern.compile("-?(0|[1-9][0-9]{0,%d})(\\.[0-9]{1,%d})?".formatted(INTEGER_DIGITS_MAX - 1, SCALE_MAX));

    /** An amount that Daybook itself has written: it may be a sum. */
    @JsonCreator
    public static Amount written(String text) {
        return new Amount(new BigDecimal(text));
    }

    /** @throws IllegalArgumentException unless the text is a plain decimal within the limits; {@code -0} is not one */
    public static Amount of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a decimal amount"));
    }

    public static Optional<Amount> parse(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            return Optional.empty();
        }
        var value = new BigDecimal(text);
        return value.signum() == 0 && text.startsWith("-") ? Optional.empty() : Optional.of(new Amount(value));
    }

    public static Amount zero(int scale) {
        return new Amount(BigDecimal.ZERO.setScale(scale));
    }

    /** The same amount with exactly so many decimals, or nothing if that would round it. */
    public Optional<Amount> atScale(int scale) {
        if (value.scale() == scale) {
            return Optional.of(this);
        }
        return value.stripTrailingZeros().scale() > scale
                ? Optional.empty()
                : Optional.of(new Amount(value.setScale(scale)));
    }

    public Amount plus(Amount other) {
        return new Amount(value.add(other.value));
    }

    public Amount minus(Amount other) {
        return new Amount(value.subtract(other.value));
    }

    public Amount negated() {
        return new Amount(value.negate());
    }

    /** -1, 0 or 1 */
    public int signum() {
        return value.signum();
    }

    /** Compares the numbers: {@code 1.0} and {@code 1.00} are the same. */
    @Override
    public int compareTo(Amount other) {
        return value.compareTo(other.value);
    }

    @Override
    @JsonValue
    public String toString() {
        return value.toPlainString();
    }
}
