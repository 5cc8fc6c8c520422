package io.daybook.bench;

/** An operation was lost or doubled, or the books do not hold: whatever was measured is worth nothing. */
final class BrokenBooksException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenBooksException(String message) {
        super(message);
    }
}
