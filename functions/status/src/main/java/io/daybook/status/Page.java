package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Fields;
import io.daybook.contract.Identifiers;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.function.Function;

/**
 * A part of a listing.
 *
 * @param next to be sent as {@code after} for the part behind it; {@code null} at the end
 */
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
record Page<T>(List<T> items, String next) {
    static final int LIMIT_MAX = 500;

    /** @param items one more than the limit, if there are so many */
    static <T> Page<T> of(List<T> items, int limit, Function<T, String> cursor) {
        return items.size() <= limit
                ? new Page<>(items, null)
                : new Page<>(items.subList(0, limit), cursor.apply(items.get(limit - 1)));
    }

    /** @throws ProblemException {@code malformed_request} */
    static int limit(int wanted) {
        if (wanted < 1 || wanted > LIMIT_MAX) {
            throw malformed("limit must be 1 to " + LIMIT_MAX);
        }
        return wanted;
    }

    /**
     * @param text the id that a page ended with, or nothing
     * @throws ProblemException {@code malformed_request}
     */
    static String after(String text) {
        if (!text.isEmpty() && !Identifiers.isAccountId(text)) {
            throw malformed("after must be the next of another page");
        }
        return text;
    }

    /** @throws ProblemException {@code malformed_request} if the text is none that anything could be looked up by */
    static String text(String name, String text) {
        if (text != null && !Fields.isPrintable(text)) {
            throw malformed(name + " must have printable characters");
        }
        return text;
    }

    static ProblemException malformed(String detail) {
        return ProblemException.of(ProblemCode.MALFORMED_REQUEST, detail);
    }
}
