package io.daybook.contract;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/**
 * The identifiers that Daybook makes: UUIDs of version 7 (<a href="https://www.rfc-editor.org/rfc/rfc9562">RFC
 * 9562</a>), rising within a process, that carry the bucket of their ledger.
 *
 * <pre>
 * 48 bits milliseconds | 7 | 12 bits counter | 10 | 16 bits bucket | 46 bits random
 * </pre>
 *
 * <p>The bucket lets whoever holds nothing but an operation's id find the slot of Redis in which its ledger's keys lie
 * together.
 */
public final class DaybookId {
    private static final SecureRandom RANDOM =
            new SecureRandom(); // not seeded once, so a restored snapshot repeats none
    private static final AtomicLong LAST = new AtomicLong(); // milliseconds and counter, 12 bits

    private DaybookId() {}

    public static UUID next(String tenant, String ledgerId, long epochMillis) {
        var tick = LAST.updateAndGet(last -> Math.max(last + 1, epochMillis << 12));
        var high = (tick >>> 12) << 16 | 0x7000 | tick & 0xfff;
        var low = 0b10L << 62 | (long) bucket(tenant, ledgerId) << 46 | RANDOM.nextLong() & (1L << 46) - 1;
        return new UUID(high, low);
    }

    /** What no identifier of the millisecond or a later one is below, and all earlier ones are. */
    public static UUID first(long epochMillis) {
        return new UUID(Math.max(0, epochMillis) << 16 | 0x7000, 0b10L << 62);
    }

    /** When the identifier was made. */
    public static Instant at(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /** 0 to 65,535 */
    public static int bucket(String tenant, String ledgerId) {
        var crc = new CRC32();
        crc.update((tenant + ' ' + ledgerId).getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue() & 0xffff;
    }

    /** The bucket of the ledger that the identifier was made for. */
    public static int bucket(UUID id) {
        return (int) (id.getLeastSignificantBits() >>> 46) & 0xffff;
    }
}
