package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;

/** Whether an account takes part: a frozen or closed one neither gives nor receives. */
@Serdeable
public enum AccountStatus {
    ACTIVE,
    FROZEN,
    CLOSED;

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
