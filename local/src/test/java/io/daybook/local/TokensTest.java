package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

    @TempDir
    private Path folder;

    @Test
    void a_token_verifies_against_the_published_key_and_says_who_may_do_what() throws Exception {
        var tokens = Tokens.in(folder);
        var token = SignedJWT.parse(tokens.mint("demo", "ledger:read ledger:write", Duration.ofHours(1)));

        assertThat(token.verify(new RSASSAVerifier(published(tokens)
                        .getKeyByKeyId(token.getHeader().getKeyID())
                        .toRSAKey())))
                .isTrue();
        var claims = token.getJWTClaimsSet();
        assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("RS256");
        assertThat(claims.getIssuer()).isEqualTo("https://daybook.local");
        assertThat(claims.getAudience()).containsExactly("daybook");
        assertThat(claims.getSubject()).isEqualTo("local");
        assertThat(claims.getStringClaim("tenant")).isEqualTo("demo");
        assertThat(claims.getStringClaim("scope")).isEqualTo("ledger:read ledger:write");
        assertThat(claims.getJWTID()).isNotBlank();
        assertThat(claims.getExpirationTime())
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3601));
    }

    @Test
    void the_private_key_is_not_published() throws Exception {
        assertThat(published(Tokens.in(folder)).getKeys())
                .singleElement()
                .satisfies(key -> assertThat(key.isPrivate()).isFalse());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void only_its_owner_may_read_the_private_key() throws Exception {
        Tokens.in(folder);
        assertThat(Files.getPosixFilePermissions(folder.resolve("keys/private.jwk.json")))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void whoever_opens_a_new_folder_at_once_all_get_one_key() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            var started = IntStream.range(0, 4)
                    .mapToObj(number -> threads.submit(() ->
                            published(Tokens.in(folder)).getKeys().getFirst().getKeyID()))
                    .toList();
            for (var keyId : started) {
                assertThat(keyId.get())
                        .isEqualTo(published(Tokens.in(folder))
                                .getKeys()
                                .getFirst()
                                .getKeyID());
            }
        }
        try (var left = Files.list(folder.resolve("keys"))) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("private.jwk.json", "jwks.json");
        }
    }

    private static JWKSet published(Tokens tokens) throws Exception {
        return JWKSet.load(tokens.jwks().toFile());
    }
}
