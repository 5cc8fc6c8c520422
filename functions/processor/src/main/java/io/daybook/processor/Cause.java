package io.daybook.processor;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * Why something is dead.
 *
 * @param summary one line, for clients
 * @param stack for operators; {@code null} if there is none
 */
record Cause(String summary, String stack) {
    private static final int SUMMARY_LENGTH_MAX = 500;
    private static final int STACK_LENGTH_MAX = 8_000;

    static Cause of(Throwable failure) {
        var text = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        var stack = new StringWriter();
        failure.printStackTrace(new PrintWriter(stack));
        return new Cause(
                cut(failure.getClass().getSimpleName() + ": " + text, SUMMARY_LENGTH_MAX),
                cut(stack.toString(), STACK_LENGTH_MAX));
    }

    /** As PostgreSQL can hold it, too. */
    private static String cut(String text, int lengthMax) {
        return text.substring(0, Math.min(text.length(), lengthMax)).replaceAll("[\\x00\\ud800-\\udfff]", "?");
    }
}
