package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Arrays;
import java.util.Optional;

/** What an operation does; its name in JSON is the singular of its path. */
@Serdeable
public enum Kind {
    DEPOSIT("deposit", false),
    WITHDRAWAL("withdrawal", true),
    TRANSFER("transfer", true),
    JOURNAL("journal", false);

    private final String text;
    private final boolean confirmed;

    Kind(String text, boolean confirmed) {
        this.text = text;
        this.confirmed = confirmed;
    }

    public static Optional<Kind> of(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }

    /** The kind whose operations are made at a path: {@code deposits} makes a deposit. */
    public static Optional<Kind> ofPath(String segment) {
        return Arrays.stream(values())
                .filter(kind -> (kind.text + "s").equals(segment))
                .findFirst();
    }

    /** Whether its answer waits for the outcome unless the client asks otherwise. */
    public boolean confirmed() {
        return confirmed;
    }

    @Override
    @JsonValue
    public String toString() {
        return text;
    }
}
