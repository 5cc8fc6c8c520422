package io.daybook.webhooks;

import io.micronaut.context.annotation.Value;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts to endpoints that nobody here knows: within a time that no answer can draw out, to public addresses only, without
 * going where it is sent on to, without cookies, and without reading more than a little of what comes back, its head
 * included.
 */
@Singleton
final class Sender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);
    private static final int ANSWER_BYTES_MAX = 16 * 1024;
    private static final int LINE_LENGTH_MAX = 8 * 1024;
    private static final int HEADERS_MAX = 100;
    private static final Duration CONNECTION_AGE_MAX = Duration.ofMinutes(1);

    private final CloseableHttpClient client;
    private final Duration timeout;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("webhook-deadlines").daemon().factory());

    Sender(
            Addresses addresses,
            @Value("${daybook.webhooks.timeout}") Duration timeout,
            @Value("${daybook.webhooks.connect-timeout}") Duration connectTimeout,
            @Value("${daybook.webhooks.lanes-max}") int lanesMax) {
        this.timeout = timeout;
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(addresses)
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(LINE_LENGTH_MAX)
                                .setMaxHeaderCount(HEADERS_MAX)
                                .build())
                        .build())
                .setMaxConnTotal(lanesMax)
                .setMaxConnPerRoute(lanesMax)
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(Timeout.of(connectTimeout))
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(connectTimeout))
                        .setSocketTimeout(Timeout.of(timeout))
                        .setTimeToLive(TimeValue.of(CONNECTION_AGE_MAX))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .build())
                .build();
        this.client = HttpClients.custom()
                .setConnectionManager(connections)
                .setUserAgent("Daybook-Webhooks")
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.of(timeout))
                        .setResponseTimeout(Timeout.of(timeout))
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /**
     * What came of it.
     *
     * @param status {@code null} if there was no answer
     * @param error {@code null} if the endpoint has taken it
     */
    record Answer(Integer status, String error) {
        private static final int GONE = 410;

        private static Answer of(int status) {
            return new Answer(status, status >= 200 && status < 300 ? null : "it answered " + status);
        }

        boolean isTaken() {
            return error == null;
        }

        /** It wants nothing more, for ever. */
        boolean isGone() {
            return status != null && status == GONE;
        }
    }

    /** @param secrets each of them signs */
    Answer send(String url, List<String> secrets, String id, Instant at, byte[] body) {
        var request = new HttpPost(URI.create(url));
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", Long.toString(at.getEpochSecond()));
        request.setHeader("webhook-signature", Signature.of(secrets, id, at, body));
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        var deadline = deadlines.schedule(request::cancel, timeout.toMillis(), TimeUnit.MILLISECONDS);
        try (var response = client.executeOpen(RoutingSupport.determineHost(request), request, null)) {
            leave(response.getEntity());
            return Answer.of(response.getCode());
        } catch (IOException | HttpException e) {
            return new Answer(null, deadline.isDone() ? "it did not answer within " + timeout : reason(e));
        } finally {
            deadline.cancel(false);
        }
    }

    /** A short answer is read to its end, so that the connection can be used again; a long one ends the connection. */
    private static void leave(HttpEntity entity) {
        if (entity == null) {
            return;
        }
        try {
            entity.getContent().readNBytes(ANSWER_BYTES_MAX);
        } catch (IOException e) {
            LOG.debug("An answer broke off", e); // its status counts, and is there
        }
    }

    /** In words that say nothing of the network that this runs in. */
    private static String reason(Exception e) {
        return switch (e) {
            case Addresses.NotPublic ignored -> "its host has no public address";
            case UnknownHostException ignored -> "its host is not known";
            case SocketTimeoutException ignored -> "it did not answer in time";
            case MessageConstraintException ignored -> "its answer's head is too long";
            case SSLException ignored -> "its TLS cannot be trusted";
            case SocketException ignored -> "it cannot be connected to";
            default -> "the connection broke";
        };
    }

    @Override
    @PreDestroy
    public void close() throws IOException {
        deadlines.shutdownNow();
        client.close();
    }
}
