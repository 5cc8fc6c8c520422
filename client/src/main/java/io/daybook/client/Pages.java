package io.daybook.client;

import io.daybook.client.http.ApiException;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/** Listings whose pages follow each other. */
public final class Pages {
    private Pages() {}

    /** Asks for the page behind a cursor, {@code null} for the first one. */
    @FunctionalInterface
    public interface Listing<C, P> {
        P after(C cursor) throws ApiException;
    }

    /**
     * Every item of a listing, page by page.
     *
     * <pre>{@code
     * Pages.each(after -> books.listLedgers(null, after, 500), LedgerPage::getItems, LedgerPage::getNext, ledgers::add);
     * }</pre>
     */
    public static <C, P, T> void each(
            Listing<C, P> listing,
            Function<P, ? extends Collection<T>> items,
            Function<P, C> next,
            Consumer<? super T> consumer)
            throws ApiException {
        C cursor = null;
        do {
            var page = listing.after(cursor);
            items.apply(page).forEach(consumer);
            cursor = next.apply(page);
        } while (cursor != null);
    }
}
