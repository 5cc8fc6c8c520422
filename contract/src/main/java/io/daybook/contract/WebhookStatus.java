package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whether a webhook is sent anything. */
@Serdeable
public enum WebhookStatus {
    ENABLED,
    DISABLED;

    public static Optional<WebhookStatus> of(String text) {
        return Arrays.stream(values())
                .filter(status -> status.toString().equals(text))
                .findFirst();
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
