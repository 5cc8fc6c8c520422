package io.daybook.contract;

import java.util.HexFormat;
import java.util.UUID;

/**
 * Who holds an idempotency key in Redis, and for which request.
 *
 * @param sent whether it is certain that the operation is on the queue, or in the books already
 */
public record Claim(UUID operationId, String fingerprint, boolean sent) {
    public static Claim of(UUID operationId, byte[] fingerprint) {
        return new Claim(operationId, HexFormat.of().formatHex(fingerprint), false);
    }

    public static Claim parse(String text) {
        var parts = text.split(" ");
        return new Claim(UUID.fromString(parts[0]), parts[1], parts.length > 2);
    }

    public Claim confirmed() {
        return new Claim(operationId, fingerprint, true);
    }

    @Override
    public String toString() {
        return operationId + " " + fingerprint + (sent ? " sent" : "");
    }
}
