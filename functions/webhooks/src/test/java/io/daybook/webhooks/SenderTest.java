package io.daybook.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an endpoint answers, byte by byte. */
class SenderTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    /** Sends to an endpoint that answers so. */
    private static Sender.Answer sent(String answer) throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answered = CompletableFuture.runAsync(() -> answer(server, answer));
            try (var sender = new Sender(new Addresses(true), TIMEOUT, TIMEOUT, 1)) {
                var url = "http://127.0.0.1:%d/hooks".formatted(server.getLocalPort());
                return sender.send(url, List.of(SECRET), "id", Instant.now(), new byte[] {'{', '}'});
            } finally {
                answered.join();
            }
        }
    }

    private static void answer(ServerSocket server, String answer) {
        try (var client = server.accept()) {
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            // The sender hangs up on what is too much for it.
        }
    }

    @Test
    void what_has_an_ordinary_head_is_taken() throws IOException {
        assertThat(sent("HTTP/1.1 204 No Content\r\nX: " + "a".repeat(4_000) + "\r\n\r\n"))
                .isEqualTo(new Sender.Answer(204, null));
    }

    @Test
    void a_header_that_does_not_end_is_a_failed_attempt() throws IOException {
        refused("HTTP/1.1 204 No Content\r\nX: " + "a".repeat(100_000) + "\r\n\r\n");
    }

    @Test
    void a_status_line_that_does_not_end_is_a_failed_attempt() throws IOException {
        refused("HTTP/1.1 204 " + "a".repeat(100_000) + "\r\n\r\n");
    }

    @Test
    void headers_without_number_are_a_failed_attempt() throws IOException {
        refused("HTTP/1.1 204 No Content\r\n" + "X: a\r\n".repeat(1_000) + "\r\n");
    }

    @Test
    void a_header_folded_over_lines_without_number_is_a_failed_attempt() throws IOException {
        refused("HTTP/1.1 204 No Content\r\nX: a\r\n" + (" " + "a".repeat(1_000) + "\r\n").repeat(100) + "\r\n");
    }

    private static void refused(String answer) throws IOException {
        var came = sent(answer);
        assertThat(came.isTaken()).isFalse();
        assertThat(came.status()).isNull();
        assertThat(came.error()).isEqualTo("its answer's head is too long");
    }
}
