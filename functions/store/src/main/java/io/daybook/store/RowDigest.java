package io.daybook.store;

import io.daybook.contract.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * SHA-256 of a row's values, each behind its length, so that no two rows share their bytes. Times count in microseconds,
 * as PostgreSQL keeps them.
 */
final class RowDigest {
    private static final int ABSENT = -1;

    private final MessageDigest sha256 = Codec.sha256();

    RowDigest add(byte[] value) {
        sha256.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(value == null ? ABSENT : value.length)
                .flip());
        if (value != null) {
            sha256.update(value);
        }
        return this;
    }

    RowDigest add(String value) {
        return add(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    RowDigest add(Long value) {
        return add(
                value == null
                        ? null
                        : ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    RowDigest add(int value) {
        return add(Long.valueOf(value));
    }

    RowDigest add(UUID value) {
        return add(
                value == null
                        ? null
                        : ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(value.getMostSignificantBits())
                                .putLong(value.getLeastSignificantBits())
                                .array());
    }

    RowDigest add(Instant value) {
        return add(value == null ? null : Long.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, value)));
    }

    byte[] sha256() {
        return sha256.digest();
    }
}
