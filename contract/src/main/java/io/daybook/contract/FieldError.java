package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;

/** Where in a body something is wrong (a JSON pointer, RFC 6901) and what. */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS) // the empty pointer is that of the whole body
public record FieldError(String pointer, String detail) {}
