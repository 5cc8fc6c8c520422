package io.daybook.runtime;

import io.daybook.contract.Fields;
import io.daybook.contract.ProblemCode;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.convert.ArgumentConversionContext;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.bind.binders.TypedRequestArgumentBinder;
import io.micronaut.servlet.http.ServletHttpRequest;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** The body of a request as it came, for those who read it strictly themselves; JSON by the request's own word. */
public record RawBody(byte[] bytes) {
    private static final byte[] NO_FIELDS = "{}".getBytes(StandardCharsets.UTF_8);

    /** What {@link Fields#read} makes of it, and throws. */
    public <T> T read(Function<Fields, T> reader) {
        return Fields.read(bytes, reader);
    }

    /** The same; a body that is not there counts as an object without fields. */
    public <T> T readIfAny(Function<Fields, T> reader) {
        return Fields.read(bytes.length == 0 ? NO_FIELDS : bytes, reader);
    }

    /** Lets a controller ask for the body by naming it as a parameter; refuses one that is too long. */
    @Singleton
    static final class Binder implements TypedRequestArgumentBinder<RawBody> {
        private final int bytesMax;

        Binder(@Value("${daybook.body.bytes-max}") int bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public Argument<RawBody> argumentType() {
            return Argument.of(RawBody.class);
        }

        @Override
        public BindingResult<RawBody> bind(ArgumentConversionContext<RawBody> context, HttpRequest<?> request) {
            var body = read(request);
            return () -> Optional.of(body);
        }

        private RawBody read(HttpRequest<?> request) {
            if (!(request instanceof ServletHttpRequest<?, ?> servlet)) {
                throw new IllegalStateException("not a request of a Lambda proxy: " + request.getClass());
            }
            try (var in = servlet.getInputStream()) {
                var bytes = in.readNBytes(bytesMax + 1);
                if (bytes.length > bytesMax) {
                    throw ProblemException.of(
                            ProblemCode.PAYLOAD_TOO_LARGE, "A body has at most %d bytes".formatted(bytesMax));
                }
                if (bytes.length > 0 && request.getContentType().isEmpty()) { // the framework refuses only another type
                    throw ProblemException.of(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send a Content-Type: application/json");
                }
                return new RawBody(bytes);
            } catch (
                    IOException
                            e) { // no I/O here: the event is in memory, and the framework reports so that it has none
                return new RawBody(new byte[0]);
            }
        }
    }
}
