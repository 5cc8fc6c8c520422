package io.daybook.status;

import io.daybook.runtime.ProblemException;
import io.micronaut.http.HttpRequest;
import java.time.Instant;

/**
 * Which part of a listing is asked for.
 *
 * @param from the first moment of it, {@code null} for the beginning
 * @param to the first moment behind it, {@code null} for no end
 * @param after where the part ahead of it ended, or {@code null}
 * @param before where the part behind it begins, or {@code null}; one of the two at the most
 */
record Window(boolean newestFirst, Instant from, Instant to, String after, String before, int limit) {

    /** @throws ProblemException {@code malformed_request} */
    static Window of(HttpRequest<?> request) {
        var query = request.getParameters();
        var order = query.getFirst("order").orElse("desc");
        if (!order.equals("asc") && !order.equals("desc")) {
            throw Page.malformed("order must be asc or desc");
        }
        var from = Times.parse("from", query.get("from"));
        var to = Times.parse("to", query.get("to"));
        mustNotRunBackwards(from, to);
        if (query.contains("after") && query.contains("before")) {
            throw Page.malformed("after and before cannot be sent together");
        }
        return new Window(
                order.equals("desc"), from, to, query.get("after"), query.get("before"), limit(query.get("limit")));
    }

    static void mustNotRunBackwards(Instant from, Instant to) {
        if (from != null && to != null && to.isBefore(from)) {
            throw Page.malformed("to must not be earlier than from");
        }
    }

    private static int limit(String text) {
        if (text == null) {
            return Page.LIMIT_DEFAULT;
        }
        return Page.limit(text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1);
    }
}
