package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;

/** Whether a webhook is sent anything. */
@Serdeable
public enum WebhookStatus {
    ENABLED,
    DISABLED;

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
