package io.daybook.processor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    private final Destination destination = new Destination(false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "https://example.com/hooks?tenant=a",
                "HTTPS://Example.com:8443/",
                "https://example.com:443/",
                "https://1.1.1.1/",
                "https://[2606:4700:4700::1111]/"
            })
    void a_public_host_is_one(String url) {
        assertThat(destination.isAllowed(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "http://example.com/",
                "ftp://example.com/",
                "https:example.com",
                "https:///hooks",
                "https://user:password@example.com/",
                "https://example.com@127.0.0.1/",
                "https://example.com/#fragment",
                "https://example.com:22/",
                "https://example.com:80/",
                "https://example.com:0/",
                "https://example.com:65536/",
                "https://localhost/",
                "https://intranet/",
                "https://127.0.0.1/",
                "https://127.1/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0x7f.0.0.1/",
                "https://0177.0.0.1/",
                "https://127.0.0.1./",
                "https://169.254.169.254/latest/meta-data",
                "https://10.0.0.1/",
                "https://100.64.0.1/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[fd00:ec2::254]/",
                "https://exa mple.com/",
                "https://example.com/\n"
            })
    void what_leads_elsewhere_is_none(String url) {
        assertThat(destination.isAllowed(url)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:9000/hooks", "http://localhost/", "https://[::1]:1/"})
    void where_private_addresses_are_allowed_they_are_ones(String url) {
        assertThat(destination.isAllowed(url)).isFalse();
        assertThat(new Destination(true).isAllowed(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "http://user@localhost/", "gopher://localhost/", "http://"})
    void even_then_it_is_the_web(String url) {
        assertThat(new Destination(true).isAllowed(url)).isFalse();
    }
}
