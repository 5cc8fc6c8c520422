package io.daybook.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    /** From the specification's own examples. */
    @Test
    void a_signature_is_the_one_of_the_specification() {
        var signature = Signature.of(
                List.of(SECRET),
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void each_secret_signs() {
        var now = Instant.now();
        var body = "{\"specversion\":\"1.0\",\"data\":{\"description\":\"Miete für März 🏠\"}}";
        var signature = Signature.of(List.of(OTHER, SECRET), "id", now, body.getBytes(StandardCharsets.UTF_8));
        var headers = HttpHeaders.of(
                Map.of(
                        "webhook-id", List.of("id"),
                        "webhook-timestamp", List.of(Long.toString(now.getEpochSecond())),
                        "webhook-signature", List.of(signature)),
                (name, value) -> true);
        for (var secret : List.of(SECRET, OTHER)) {
            assertThatCode(() -> new Webhook(secret).verify(body, headers)).doesNotThrowAnyException();
        }
    }
}
