package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;
import java.util.Optional;

/** What became of an event on its way to a webhook. */
@Serdeable
public enum DeliveryStatus {
    /** it is tried again */
    PENDING,
    DELIVERED,
    /** and is not tried again by itself */
    FAILED;

    public static Optional<DeliveryStatus> of(String text) {
        return Names.find(values(), text);
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
