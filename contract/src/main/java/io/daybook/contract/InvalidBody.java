package io.daybook.contract;

import java.util.List;

/** A body that is JSON but not what it should be; names every place that is wrong. */
public final class InvalidBody extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<FieldError> errors;

    public InvalidBody(List<FieldError> errors) {
        super(errors.toString(), null, false, false);
        this.errors = List.copyOf(errors);
    }

    public List<FieldError> errors() {
        return errors;
    }
}
