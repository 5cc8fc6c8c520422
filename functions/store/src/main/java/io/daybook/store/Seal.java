package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.ServiceAway;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.crac.Context;
import org.crac.Resource;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Keeps secrets that have to be read again: AES-256 in GCM, with a key that the database does not have. Without a key, as
 * on the local stack, they are kept as they are.
 */
@Singleton
public final class Seal implements OrderedResource {
    private static final String SEALED = "v1.";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_LENGTH_MIN = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String key;
    private final String keyArn;
    private final Duration timeout;
    private volatile SecretKeySpec known;

    Seal(
            @Nullable @Value("${daybook.webhooks.key:}") String key,
            @Nullable @Value("${daybook.webhooks.key-arn:}") String keyArn,
            @Value("${daybook.database.secret-timeout}") Duration timeout) {
        this.key = key;
        this.keyArn = keyArn;
        this.timeout = timeout;
    }

    /**
     * @param owner whose secret it is: nobody else's can be put in its place
     * @throws ServiceAway if the key has to be read, and cannot be
     */
    public String close(UUID owner, String secret) {
        return key().map(aes -> close(aes, owner, secret)).orElse(secret);
    }

    /** @throws ServiceAway if the key has to be read, and cannot be */
    public String open(UUID owner, String kept) {
        if (!kept.startsWith(SEALED)) {
            return kept;
        }
        var aes = key().orElseThrow(() -> new IllegalStateException("There is no key for what is sealed"));
        var sealed = Base64.getDecoder().decode(kept.substring(SEALED.length()));
        var nonce = new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES);
        try {
            var cipher = cipher(Cipher.DECRYPT_MODE, aes, nonce, owner);
            var secret = cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            return new String(secret, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("What is sealed does not open: another key, or another owner", e);
        }
    }

    private static String close(SecretKeySpec aes, UUID owner, String secret) {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, aes, new GCMParameterSpec(TAG_BITS, nonce), owner);
            var sealed = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
            var all =
                    ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed);
            return SEALED + Base64.getEncoder().encodeToString(all.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec aes, GCMParameterSpec nonce, UUID owner)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, aes, nonce);
        cipher.updateAAD(owner.toString().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private Optional<SecretKeySpec> key() {
        if (known == null) {
            var text = keyArn == null || keyArn.isBlank() ? key : read();
            if (text == null || text.isBlank()) {
                return Optional.empty();
            }
            if (text.length() < KEY_LENGTH_MIN) {
                throw new IllegalStateException("The key of webhooks must have at least 32 characters");
            }
            known = new SecretKeySpec(Codec.sha256().digest(text.getBytes(StandardCharsets.UTF_8)), "AES");
        }
        return Optional.of(known);
    }

    private String read() {
        try (var secrets = Secret.client(timeout)) {
            return secrets.getSecretValue(request -> request.secretId(keyArn)).secretString();
        } catch (SdkException e) {
            throw new ServiceAway("Secrets Manager", e);
        }
    }

    /** No snapshot holds the key. */
    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        known = null;
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}
}
