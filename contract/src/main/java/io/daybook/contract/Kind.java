package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an operation does. */
@Serdeable
public enum Kind {
    DEPOSIT("deposits", false),
    WITHDRAWAL("withdrawals", true),
    TRANSFER("transfers", true),
    EXCHANGE("exchanges", true),
    JOURNAL("journals", false),
    HOLD("holds", false),
    CAPTURE(null, false),
    RELEASE(null, false),
    REVERSAL(null, false),
    ACTION_ITEM("action-items", false),
    ACTION_ITEM_UPDATE(null, false);

    private final String path;
    private final boolean confirmed;

    /** @param path the collection of a ledger in which its operations are made; {@code null} if they follow on something */
    Kind(String path, boolean confirmed) {
        this.path = path;
        this.confirmed = confirmed;
    }

    public static Optional<Kind> of(String text) {
        return Names.find(values(), text);
    }

    /** The kind whose operations are made at a path: {@code deposits} makes a deposit. */
    public static Optional<Kind> ofPath(String segment) {
        return Arrays.stream(values()).filter(kind -> segment.equals(kind.path)).findFirst();
    }

    /** The last segment of the path at which its operations are made, if they need nothing but their ledger. */
    public Optional<String> path() {
        return Optional.ofNullable(path);
    }

    /** Whether its answer waits for the outcome unless the client asks otherwise. */
    public boolean confirmed() {
        return confirmed;
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
