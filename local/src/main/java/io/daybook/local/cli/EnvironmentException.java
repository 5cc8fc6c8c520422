package io.daybook.local.cli;

/** Something around the program is not as it must be: a file, a folder, a token. Its message is for users. */
final class EnvironmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnvironmentException(String message) {
        super(message);
    }

    EnvironmentException(String message, Throwable cause) {
        super(message, cause);
    }
}
