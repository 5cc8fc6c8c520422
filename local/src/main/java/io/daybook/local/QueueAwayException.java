package io.daybook.local;

/** The queue has been stopped. */
final class QueueAwayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueueAwayException() {
        super("the queue is stopped");
    }
}
