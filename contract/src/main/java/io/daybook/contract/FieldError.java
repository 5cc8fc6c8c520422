package io.daybook.contract;

import io.micronaut.serde.annotation.Serdeable;

/** Where in a body something is wrong (a JSON pointer, RFC 6901) and what. */
@Serdeable
public record FieldError(String pointer, String detail) {}
