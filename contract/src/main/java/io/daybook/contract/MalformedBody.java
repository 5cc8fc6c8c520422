package io.daybook.contract;

/** A body that is not JSON, or nests deeper, repeats a name or is longer than is allowed. */
public final class MalformedBody extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedBody(String message) {
        super(message, null, false, false);
    }
}
