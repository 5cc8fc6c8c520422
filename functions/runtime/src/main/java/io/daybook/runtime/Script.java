package io.daybook.runtime;

import io.daybook.contract.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A Lua script that Redis runs as one step.
 *
 * @param digest SHA-1 of the body, the name by which Redis remembers it
 */
public record Script(String body, String digest) {

    /** Reads the script from the resources beside a class. */
    public static Script beside(Class<?> owner, String name) {
        try (var in = owner.getResourceAsStream(name)) {
            var body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Script(
                    body,
                    HexFormat.of().formatHex(Codec.digest("SHA-1").digest(body.getBytes(StandardCharsets.UTF_8))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
