package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Fields;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Names;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import io.micronaut.serde.annotation.Serdeable;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A part of a listing.
 *
 * @param previous to be sent as {@code before} for the part ahead of it; {@code null} at the beginning, and in listings
 *     that are read in one direction
 * @param next to be sent as {@code after} for the part behind it; {@code null} at the end
 */
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
record Page<T>(List<T> items, String previous, String next) {
    static final int LIMIT_MAX = 500;
    static final int LIMIT_DEFAULT = 100;

    /** A listing that can be read in both directions. */
    @FunctionalInterface
    interface Listing<T, C> {
        /**
         * The items behind a place, the nearest first.
         *
         * @param place {@code null} to begin where the listing begins
         * @param onwards in the order of the listing, or against it
         */
        List<T> behind(C place, boolean onwards, int limit) throws SQLException;
    }

    /** @param place where an item stands; its text is a cursor */
    static <T, C> Page<T> of(Window window, Function<String, C> parse, Listing<T, C> listing, Function<T, C> place)
            throws SQLException {
        var onwards = window.before() == null;
        var cursor = onwards ? window.after() : window.before();
        var start = cursor == null ? null : parse.apply(cursor);
        var found = listing.behind(start, onwards, window.limit() + 1);
        var more = found.size() > window.limit();
        var items = more ? found.subList(0, window.limit()) : found;
        var back = start != null
                && !items.isEmpty()
                && !listing.behind(place.apply(items.getFirst()), !onwards, 1).isEmpty();
        var ordered = onwards ? items : items.reversed();
        return new Page<>(
                ordered,
                (onwards ? back : more) ? place.apply(ordered.getFirst()).toString() : null,
                (onwards ? more : back) ? place.apply(ordered.getLast()).toString() : null);
    }

    /** @param items one more than the limit, if there are so many */
    static <T> Page<T> of(List<T> items, int limit, Function<T, String> cursor) {
        return items.size() <= limit
                ? new Page<>(items, null, null)
                : new Page<>(items.subList(0, limit), null, cursor.apply(items.get(limit - 1)));
    }

    <R> Page<R> map(Function<T, R> view) {
        return new Page<>(items.stream().map(view).toList(), previous, next);
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

    /**
     * @param text the name of a constant, or {@code null} for none
     * @throws ProblemException {@code malformed_request} if it names none of them
     */
    static <E extends Enum<E>> E choice(String name, String text, E[] constants) {
        if (text == null) {
            return null;
        }
        return Names.find(constants, text)
                .orElseThrow(() -> malformed(name + " must be one of " + Arrays.toString(constants)));
    }

    static ProblemException malformed(String detail) {
        return ProblemException.of(ProblemCode.MALFORMED_REQUEST, detail);
    }
}
