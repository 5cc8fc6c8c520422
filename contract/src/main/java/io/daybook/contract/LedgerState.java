package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;

/** Whether a ledger's operations are applied. */
@Serdeable
public enum LedgerState {
    /** as they come */
    RUNNING,
    /** not now: what comes is parked, in its order, until somebody lets the ledger go on */
    HALTED,
    /** again: what was parked first, then what has come since */
    RESUMING;

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
