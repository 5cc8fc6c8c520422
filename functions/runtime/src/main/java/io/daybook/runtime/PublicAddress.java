package io.daybook.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses belong to the world outside: all but those of IANA's special-purpose registries
 * (<a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4</a>,
 * <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6</a>), behind which are the machine itself,
 * its neighbours, and the clouds' metadata.
 */
public final class PublicAddress {
    private static final int IPV4_BYTES = 4;

    private static final Block GLOBAL_UNICAST = Block.of("2000::/3");

    private static final List<Block> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.31.196.0/24",
                    "192.52.193.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "192.175.48.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3", // multicast, reserved, broadcast
                    "2001::/23", // Teredo and others that stand for other addresses
                    "2001:db8::/32",
                    "2002::/16", // 6to4: stands for one of IPv4
                    "2620:4f:8000::/48",
                    "3fff::/20")
            .map(Block::of)
            .toList();

    private PublicAddress() {}

    /** Of IPv6 only what is given out to the world counts: what is mapped, translated, local or unassigned does not. */
    public static boolean is(InetAddress address) {
        var bytes = address.getAddress();
        return (bytes.length == IPV4_BYTES || GLOBAL_UNICAST.contains(bytes))
                && SPECIAL.stream().noneMatch(block -> block.contains(bytes));
    }

    private record Block(byte[] prefix, int bits) {
        /** @param text of a literal address, so that nobody is asked for it */
        static Block of(String text) {
            var parts = text.split("/");
            try {
                return new Block(InetAddress.getByName(parts[0]).getAddress(), Integer.parseInt(parts[1]));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(text, e);
            }
        }

        boolean contains(byte[] address) {
            var whole = bits / Byte.SIZE;
            var rest = 0xff00 >> bits % Byte.SIZE & 0xff;
            return address.length == prefix.length
                    && Arrays.equals(address, 0, whole, prefix, 0, whole)
                    && (rest == 0 || (address[whole] & rest) == (prefix[whole] & rest));
        }
    }
}
