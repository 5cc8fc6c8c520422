package io.daybook.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    private final Addresses addresses = new Addresses(false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.1",
                "2130706433",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::ffff:a9fe:a9fe",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2001::1",
                "2002:7f00:1::",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void what_is_not_public_is_refused(String host) {
        assertThatThrownBy(() -> addresses.resolve(host)).isInstanceOf(Addresses.NotPublic.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "192.167.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001::200e"
            })
    void what_is_public_is_spoken_to(String host) throws UnknownHostException {
        assertThat(addresses.resolve(host)).hasSize(1);
    }

    @Test
    void where_private_addresses_are_allowed_they_are_spoken_to() throws UnknownHostException {
        assertThat(new Addresses(true).resolve("127.0.0.1")).hasSize(1);
    }
}
