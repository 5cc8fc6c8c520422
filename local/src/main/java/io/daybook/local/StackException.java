package io.daybook.local;

/** The stack cannot start or go on, for a reason that whoever runs it can act on. The message is written for them. */
public final class StackException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
