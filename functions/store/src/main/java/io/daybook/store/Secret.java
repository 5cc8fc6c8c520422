package io.daybook.store;

import io.daybook.contract.ServiceAway;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.crac.OrderedResource;
import io.micronaut.json.JsonMapper;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.crac.Context;
import org.crac.Resource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * Who logs in to PostgreSQL, as Secrets Manager has it; region and credentials come from where the AWS SDK looks for
 * them. It is read for the first connection, and remembered until it {@linkplain #read turns out} to have changed.
 */
@Singleton
@Requires(property = "daybook.database.secret-arn")
final class Secret implements OrderedResource {
    private final SecretsManagerClient secrets;
    private final JsonMapper json;
    private final String arn;
    private volatile Login login;

    Secret(
            JsonMapper json,
            @Value("${daybook.database.secret-arn}") String arn,
            @Value("${daybook.database.secret-timeout}") Duration timeout) {
        this.secrets = client(timeout);
        this.json = json;
        this.arn = arn;
    }

    static SecretsManagerClient client(Duration timeout) {
        return SecretsManagerClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(timeout.dividedBy(2))
                        .socketTimeout(timeout))
                .overrideConfiguration(override -> override.apiCallTimeout(timeout))
                .build();
    }

    /** What a secret of RDS holds, besides things that are not needed here. */
    @Serdeable
    record Login(String username, String password) {
        @Override
        public String toString() {
            return username;
        }
    }

    /** @throws ServiceAway if it has to be read, and cannot be */
    Login login() {
        var known = login;
        return known == null ? read() : known;
    }

    /** The secret as it is now. */
    Login read() {
        try {
            var text = secrets.getSecretValue(request -> request.secretId(arn)).secretString();
            var read = json.readValue(text, Login.class);
            login = read;
            return read;
        } catch (SdkException e) {
            throw new ServiceAway("Secrets Manager", e);
        } catch (IOException e) { // its message may quote the text
            throw new IllegalStateException("The secret %s has no username and password".formatted(arn));
        }
    }

    /** None if nobody has put one there yet. */
    Optional<Login> find() {
        try {
            return Optional.of(read());
        } catch (ServiceAway e) {
            if (e.getCause() instanceof ResourceNotFoundException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** @throws ServiceAway if it was not written, or nobody knows */
    void write(Login made) {
        try {
            var text = json.writeValueAsString(made);
            secrets.putSecretValue(request -> request.secretId(arn).secretString(text));
            login = made;
        } catch (SdkException e) {
            throw new ServiceAway("Secrets Manager", e);
        } catch (IOException e) { // its message may quote the value
            throw new IllegalStateException("A username and password cannot be written");
        }
    }

    /** No snapshot holds the password, and whoever is restored from one reads it anew. */
    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        login = null;
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}

    @PreDestroy
    void close() {
        secrets.close();
    }
}
