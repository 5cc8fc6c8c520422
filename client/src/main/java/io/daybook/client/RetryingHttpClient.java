package io.daybook.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Sends a request to Daybook again while it is throttled (429), the service or something before it is away (502, 503,
 * 504), or the connection breaks; whatever is answered at last, or fails at last, is the caller's. Only what Daybook does
 * not do twice is sent again: what reads, what has an {@code Idempotency-Key}, and the opening of ledgers and accounts. A
 * request of another kind is sent again only if it was throttled or never left. Safe for use by several threads.
 */
public final class RetryingHttpClient extends HttpClient {
    /** Where nothing ever listened, patience is for nothing. */
    private static final int FIRST_CONTACT_ATTEMPTS = 3;

    private static final Pattern OPENING = Pattern.compile(".*/v1/ledgers(/[^/]+/accounts)?");

    private final HttpClient http;
    private final Backoff backoff;
    private final AtomicLong retries = new AtomicLong();
    private volatile boolean reached;

    /** @param http that sends each attempt, and is closed with this one */
    public RetryingHttpClient(HttpClient http, Backoff backoff) {
        this.http = http;
        this.backoff = backoff;
    }

    /** How many requests were sent once more so far. */
    public long retries() {
        return retries.get();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            Optional<Duration> asked;
            try {
                var response = http.send(request, handler);
                reached = true;
                if (attempt == backoff.attempts() || !isTemporary(response.statusCode(), request)) {
                    return response;
                }
                asked = response.headers().firstValue("Retry-After").flatMap(Backoff::retryAfter);
                discard(response.body());
            } catch (IOException fault) {
                if (attempt == backoff.attempts() || !mayBeRepeatedAfter(fault, request, attempt)) {
                    throw fault;
                }
                asked = Optional.empty();
            }
            Thread.sleep(backoff.pauseAfter(attempt, asked));
            retries.incrementAndGet();
        }
    }

    private static boolean isTemporary(int status, HttpRequest request) {
        return switch (status) {
            case 429 -> true;
            case 502, 503, 504 -> isDoneOnce(request);
            default -> false;
        };
    }

    private boolean mayBeRepeatedAfter(IOException fault, HttpRequest request, int attempt) {
        if (fault instanceof ConnectException || fault instanceof HttpConnectTimeoutException) {
            return reached || attempt < FIRST_CONTACT_ATTEMPTS;
        }
        return isDoneOnce(request);
    }

    /** Whether it has the effect of one request however often it is sent. */
    private static boolean isDoneOnce(HttpRequest request) {
        return switch (request.method()) {
            case "GET", "HEAD", "PUT", "DELETE" -> true;
            default ->
                request.headers().firstValue("Idempotency-Key").isPresent()
                        || OPENING.matcher(request.uri().getPath()).matches();
        };
    }

    /** A body that is not read to its end costs its connection. */
    private static void discard(Object body) throws IOException {
        if (body instanceof InputStream unread) {
            try (unread) {
                unread.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    /** As {@link #send}, in a thread of this client's executor, or of the common pool. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        return CompletableFuture.supplyAsync(
                () -> sendNow(request, handler), http.executor().orElseGet(ForkJoinPool::commonPool));
    }

    private <T> HttpResponse<T> sendNow(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return send(request, handler);
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    /** As {@link #send}, but nobody is handed what the server pushes. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return http.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return http.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return http.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return http.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return http.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return http.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return http.authenticator();
    }

    @Override
    public Version version() {
        return http.version();
    }

    @Override
    public Optional<Executor> executor() {
        return http.executor();
    }

    @Override
    public void shutdown() {
        http.shutdown();
    }

    @Override
    public boolean awaitTermination(Duration duration) throws InterruptedException {
        return http.awaitTermination(duration);
    }

    @Override
    public boolean isTerminated() {
        return http.isTerminated();
    }

    @Override
    public void shutdownNow() {
        http.shutdownNow();
    }

    @Override
    public void close() {
        http.close();
    }
}
