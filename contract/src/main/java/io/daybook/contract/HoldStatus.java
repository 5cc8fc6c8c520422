package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;
import java.util.Optional;

/** What became of a hold; only an open one keeps money back. */
@Serdeable
public enum HoldStatus {
    OPEN,
    CAPTURED,
    RELEASED,
    EXPIRED;

    public static Optional<HoldStatus> of(String text) {
        return Names.find(values(), text);
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
