package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where an operation stands, and where it may go from there. */
@Serdeable
public enum OperationStatus {
    PENDING,
    PROCESSING,
    COMPENSATING,
    SUCCEEDED,
    FAILED,
    DEAD,
    DISCARDED;

    public static Optional<OperationStatus> of(String text) {
        return Names.find(values(), text);
    }

    public Set<OperationStatus> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(PROCESSING, SUCCEEDED, FAILED, DEAD);
            case PROCESSING -> EnumSet.of(PENDING, SUCCEEDED, FAILED, COMPENSATING, DEAD);
            case COMPENSATING -> EnumSet.of(FAILED, DEAD);
            case DEAD -> EnumSet.of(PENDING, DISCARDED);
            case SUCCEEDED, FAILED, DISCARDED -> EnumSet.noneOf(OperationStatus.class);
        };
    }

    /** Nothing comes after it. */
    public boolean isFinal() {
        return next().isEmpty();
    }

    /** Nothing more happens unless an operator steps in. */
    public boolean isDone() {
        return isFinal() || this == DEAD;
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
