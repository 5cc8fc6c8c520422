package io.daybook.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

/**
 * The local stack's own issuer of tokens. Its RSA key is made on first use and kept in the data folder, readable by its
 * owner alone; any process that may read it can mint, whether a stack is running or not.
 */
public final class Tokens {

    public static final String ISSUER = "https://daybook.local";
    public static final String AUDIENCE = "daybook";
    public static final Duration VALIDITY_DEFAULT = Duration.ofHours(12);

    private static final String SUBJECT = "local";

    private final RSAKey key;
    private final Path jwks;

    private Tokens(RSAKey key, Path jwks) {
        this.key = key;
        this.jwks = jwks;
    }

    /**
     * The issuer of a data folder.
     *
     * @throws StackException if the folder cannot be written to, or what is in it is not a key
     */
    public static Tokens in(Path dataFolder) {
        var keys = dataFolder.resolve("keys");
        var privateKey = keys.resolve("private.jwk.json");
        try {
            Files.createDirectories(keys);
            if (!Files.exists(privateKey)) {
                create(privateKey);
            }
            var key = RSAKey.parse(Files.readString(privateKey));
            var tokens = new Tokens(key, keys.resolve("jwks.json"));
            tokens.publish();
            return tokens;
        } catch (IOException | ParseException | JOSEException e) {
            throw new StackException("No signing key in %s: %s".formatted(keys, e.getMessage()), e);
        }
    }

    private static void create(Path privateKey) throws IOException, JOSEException {
        var key = new RSAKeyGenerator(2048)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS256)
                .keyIDFromThumbprint(true)
                .generate();
        var draft = Files.createTempFile(privateKey.getParent(), "private", ".draft", ownerOnly(privateKey));
        try {
            Files.writeString(draft, key.toJSONString());
            // A link is whole at once, and fails where a rename would replace another process's key.
            Files.createLink(privateKey, draft);
        } catch (FileAlreadyExistsException anotherProcessWasFirst) {
            return;
        } catch (UnsupportedOperationException noLinksHere) {
            Files.move(draft, privateKey);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private void publish() throws IOException {
        var published = new JWKSet(key.toPublicJWK()).toString(true);
        if (Files.exists(jwks) && Files.readString(jwks).equals(published)) {
            return;
        }
        var draft = Files.createTempFile(jwks.getParent(), "jwks", ".draft");
        Files.writeString(draft, published);
        Files.move(draft, jwks, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * A signed token of user {@code local}.
     *
     * @param scope scopes with spaces between them
     */
    public String mint(String tenant, String scope, Duration validity) {
        var now = Instant.now();
        var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        var claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(SUBJECT)
                .claim("tenant", tenant)
                .claim("scope", scope)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(validity)))
                .jwtID(UUID.randomUUID().toString())
                .build();
        try {
            var token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new StackException("The signing key cannot sign: " + e.getMessage(), e);
        }
    }

    /** The file with the public key, as a JSON Web Key Set. */
    public Path jwks() {
        return jwks;
    }
}
