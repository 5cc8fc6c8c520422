package io.daybook.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bytes that were good once. */
final class Mutations {
    private static final List<byte[]> FRAGMENTS = List.of(
            utf8("\\u0000"),
            utf8("\\ud800"),
            utf8("\\udc00\\ud800"),
            utf8("\\"),
            utf8("\""),
            utf8("\"\\ud83d\": 1,"),
            utf8("null"),
            utf8("{"),
            utf8("}"),
            utf8("["),
            utf8("]"),
            utf8(","),
            utf8(":"),
            utf8("[[[[[[[[[[[["),
            utf8("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"),
            utf8("-0"),
            utf8("1e999999999"),
            utf8("1E-999999999"),
            utf8("9".repeat(99)),
            utf8("9".repeat(5_000)),
            utf8("NaN"),
            utf8("\u0000"),
            utf8("\u202e\ufeff"),
            utf8("a".repeat(2_000)),
            new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // half of a pair, as no UTF-8 has it
            new byte[] {(byte) 0xFF, (byte) 0xFE},
            new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
            new byte[] {0, 0, 0, '{'},
            new byte[] {(byte) 0xC0, (byte) 0x80});

    private Mutations() {}

    static byte[] of(byte[] good, Random random) {
        var bytes = good;
        for (var i = random.nextInt(4); i >= 0; i--) {
            var at = random.nextInt(bytes.length + 1);
            bytes = switch (random.nextInt(6)) {
                case 0 -> joined(bytes, at, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())), at);
                case 1 -> joined(bytes, at, new byte[0], Math.min(bytes.length, at + 1 + random.nextInt(8)));
                case 2 -> joined(bytes, at, new byte[] {(byte) random.nextInt()}, Math.min(bytes.length, at + 1));
                case 3 -> Arrays.copyOf(bytes, at);
                case 4 -> joined(bytes, at, bytes, at);
                default ->
                    joined(
                            bytes,
                            at,
                            FRAGMENTS.get(random.nextInt(FRAGMENTS.size())),
                            Math.min(bytes.length, at + 1 + random.nextInt(20)));
            };
        }
        return bytes;
    }

    private static byte[] joined(byte[] bytes, int upTo, byte[] middle, int from) {
        var result = new byte[upTo + middle.length + bytes.length - from];
        System.arraycopy(bytes, 0, result, 0, upTo);
        System.arraycopy(middle, 0, result, upTo, middle.length);
        System.arraycopy(bytes, from, result, upTo + middle.length, bytes.length - from);
        return result;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
