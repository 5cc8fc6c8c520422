package io.daybook.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Who has sent it: HMAC-SHA256 over id, time and body, by each of an endpoint's secrets. */
final class Signature {
    private static final String HMAC = "HmacSHA256";
    private static final String SECRET_PREFIX = "whsec_";

    private Signature() {}

    /** The header {@code webhook-signature}. */
    static String of(List<String> secrets, String id, Instant at, byte[] body) {
        return secrets.stream()
                .map(secret -> "v1," + Base64.getEncoder().encodeToString(sign(secret, id, at, body)))
                .collect(Collectors.joining(" "));
    }

    private static byte[] sign(String secret, String id, Instant at, byte[] body) {
        try {
            var mac = Mac.getInstance(HMAC);
            var key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
            mac.init(new SecretKeySpec(key, HMAC));
            mac.update("%s.%d.".formatted(id, at.getEpochSecond()).getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
