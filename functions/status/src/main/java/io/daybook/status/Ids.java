package io.daybook.status;

import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import java.util.UUID;

/** Identifiers that Daybook has made, in a path or a cursor. */
final class Ids {
    private static final int LENGTH = 36;
    private static final UUID FIRST = new UUID(0, 0);

    private Ids() {}

    /**
     * @param after the id that a page ended with, or {@code null} for the first page
     * @throws ProblemException {@code malformed_request}
     */
    static UUID cursor(String after) {
        return after == null
                ? FIRST
                : parse(after, ProblemCode.MALFORMED_REQUEST, "after must be the next of another page");
    }

    /** @throws ProblemException with the code, if the text cannot be one */
    static UUID parse(String text, ProblemCode otherwise, String detail) {
        try {
            if (text.length() == LENGTH) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // the same answer as to a text of another length
        }
        throw ProblemException.of(otherwise, detail);
    }
}
