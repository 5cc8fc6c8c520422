package io.daybook.runtime;

import io.daybook.contract.Fields;
import io.daybook.contract.ProblemCode;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;

/** Reads the body of a request, strictly, up to the configured size. */
@Singleton
public final class BodyReader {
    private final int bytesMax;

    BodyReader(@Value("${daybook.body.bytes-max}") int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** @throws ProblemException {@code payload_too_large}, besides what {@link Fields#read} throws */
    public <T> T read(Optional<byte[]> body, Function<Fields, T> reader) {
        var bytes = body.orElse(new byte[0]);
        if (bytes.length > bytesMax) {
            throw ProblemException.of(ProblemCode.PAYLOAD_TOO_LARGE, "A body has at most %d bytes".formatted(bytesMax));
        }
        return Fields.read(bytes, reader);
    }
}
