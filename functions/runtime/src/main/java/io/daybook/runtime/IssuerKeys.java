package io.daybook.runtime;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.security.token.jwt.signature.jwks.JwksClient;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Fetches the issuer's keys where they are given by URL. The framework remembers them; for a request now and then its
 * own HTTP client would be a tenth of each function's size, and its other way has no timeout.
 */
@Singleton
final class IssuerKeys implements JwksClient {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    private static final int BYTES_MAX = 1 << 20;

    private final DefaultResourceRetriever http;

    IssuerKeys(@Value("${daybook.jwt.keys-timeout}") Duration timeout) {
        var millis = Math.toIntExact(timeout.toMillis());
        this.http = new DefaultResourceRetriever(millis, millis, BYTES_MAX);
    }

    /** The key set as JSON; nothing if it cannot be had, and then no token is accepted. */
    @Override
    public Publisher<String> load(@Nullable String provider, String url) {
        return Mono.fromCallable(
                        () -> http.retrieveResource(URI.create(url).toURL()).getContent())
                .doOnError(e -> LOG.error("The keys at {} cannot be fetched: {}", url, e.toString()))
                .onErrorComplete();
    }
}
