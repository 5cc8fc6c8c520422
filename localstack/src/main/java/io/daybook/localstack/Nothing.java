package io.daybook.localstack;

/** A Lambda handler that does nothing: what the functions' cold starts are measured against. */
public final class Nothing {
    /** @return what it was given */
    public String answer(Object event) {
        return String.valueOf(event);
    }
}
