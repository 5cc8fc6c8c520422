package io.daybook.local.cli;

/** The API did not answer, or not as Daybook does, however often it was asked. */
final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
