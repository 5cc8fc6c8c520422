package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;
import java.util.Optional;

/**
 * A step of an operation between two ledgers: {@code hold} in its home ledger, {@code credit} in the other one, then
 * {@code capture} at home, or {@code release} if the credit was refused.
 */
@Serdeable
public enum StepName {
    HOLD,
    CREDIT,
    CAPTURE,
    RELEASE;

    public static Optional<StepName> of(String text) {
        return Names.find(values(), text);
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
