package io.daybook.status;

import io.daybook.runtime.ProblemException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.regex.Pattern;

/** Times in the query of a request, written as RFC 3339 wants them. */
final class Times {
    private static final Pattern RFC_3339 = Pattern.compile(
            "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})", Pattern.CASE_INSENSITIVE);

    private Times() {}

    /**
     * @param text {@code null} if the parameter is not there, as the answer is then
     * @throws ProblemException {@code malformed_request}
     */
    static Instant parse(String name, String text) {
        if (text == null) {
            return null;
        }
        try {
            if (RFC_3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
            }
        } catch (DateTimeException e) {
            // the same answer as to any other text
        }
        throw Page.malformed(name + " must be a time of RFC 3339, like 2026-01-31T12:00:00Z; a + is sent as %2B");
    }
}
