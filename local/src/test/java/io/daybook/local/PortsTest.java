package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {

    /** A client that tries to reach a server that is down may be given the server's port, and keep it from coming back. */
    @Test
    void no_outgoing_connection_is_given_the_port_of_a_server() {
        assertThat(IntStream.range(0, 100).map(i -> Ports.free())).allMatch(port -> port >= 1_024 && port < 32_768);
    }

    @Test
    void a_server_can_listen_on_it() throws IOException {
        try (var server = new ServerSocket(Ports.free(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(server.isBound()).isTrue();
        }
    }
}
