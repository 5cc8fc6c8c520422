package io.daybook.processor;

import io.daybook.contract.Fields;

/** Why an operator does something, as the body of the request has it. */
final class Reason {
    private static final int LENGTH_MAX = 500;

    private Reason() {}

    static String read(Fields in) {
        return in.text(
                "reason",
                wanted -> !wanted.isBlank() && wanted.length() <= LENGTH_MAX && Fields.isPrintable(wanted),
                "must have 1 to 500 printable characters");
    }
}
