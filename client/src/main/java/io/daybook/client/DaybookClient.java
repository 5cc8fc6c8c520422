package io.daybook.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daybook.client.api.ActionItemsApi;
import io.daybook.client.api.BooksApi;
import io.daybook.client.api.DeadLettersApi;
import io.daybook.client.api.OperationsApi;
import io.daybook.client.api.WebhooksApi;
import io.daybook.client.http.ApiClient;
import io.daybook.client.http.ApiException;
import io.daybook.client.model.ConfirmedOperation;
import io.daybook.client.model.Operation;
import io.daybook.client.model.Problem;
import io.daybook.client.model.ProblemCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Daybook's API for programs in Java. The requests and answers are generated from its OpenAPI document; what is added is
 * what a caller of it must not get wrong: a request is sent again, under the same key, until it is answered
 * ({@link RetryingHttpClient}), and an operation is followed to its outcome.
 *
 * <pre>{@code
 * try (var daybook = DaybookClient.of(URI.create("http://localhost:8080"), () -> token)) {
 *     var deposit = new Deposit().accountId("alice").amount("10.00").currency("EUR");
 *     var done = daybook.perform(Duration.ofSeconds(30), (key, prefer) ->
 *             daybook.operations().deposit("main", key, deposit, prefer));
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 */
public final class DaybookClient implements AutoCloseable {
    /** How long a request waits for its answer: longer than the API does for an outcome, so that it gives up first. */
    public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(35);

    /** As long as a request may wait for its outcome. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS_MIN = Duration.ofMillis(20);
    private static final Duration BETWEEN_LOOKS_MAX = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = ApiClient.createDefaultObjectMapper();

    private final RetryingHttpClient http;
    private final OperationsApi operations;
    private final BooksApi books;
    private final ActionItemsApi actionItems;
    private final DeadLettersApi deadLetters;
    private final WebhooksApi webhooks;

    private DaybookClient(URI url, Supplier<String> token, RetryingHttpClient http) {
        this.http = http;
        var api = new ApiClient(null, JSON, url.toString().replaceFirst("/+$", "")) {
            @Override
            public HttpClient getHttpClient() {
                return http;
            }
        };
        api.setReadTimeout(ANSWER_TIMEOUT);
        api.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token.get()));
        this.operations = new OperationsApi(api);
        this.books = new BooksApi(api);
        this.actionItems = new ActionItemsApi(api);
        this.deadLetters = new DeadLettersApi(api);
        this.webhooks = new WebhooksApi(api);
    }

    /**
     * As patient as {@link Backoff#PATIENT}.
     *
     * @param url where Daybook is; it may end in a path, as a gateway's stage does
     * @param token asked for with each request
     */
    public static DaybookClient of(URI url, Supplier<String> token) {
        return of(url, token, new RetryingHttpClient(httpClient(), Backoff.PATIENT));
    }

    /** As patient as that is, which is closed with this one. */
    public static DaybookClient of(URI url, Supplier<String> token, RetryingHttpClient http) {
        return new DaybookClient(url, token, http);
    }

    /** What sends each attempt: HTTP/1.1, which is what gateways speak. */
    public static HttpClient httpClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** What moves money, and where it stands. */
    public OperationsApi operations() {
        return operations;
    }

    /** Ledgers, accounts and what stands in them. */
    public BooksApi books() {
        return books;
    }

    /** Follow-up work on a ledger. */
    public ActionItemsApi actionItems() {
        return actionItems;
    }

    /** What could not be processed. */
    public DeadLettersApi deadLetters() {
        return deadLetters;
    }

    /** Where events are sent to. */
    public WebhooksApi webhooks() {
        return webhooks;
    }

    /** Sends one request for an operation. */
    @FunctionalInterface
    public interface Submission {
        /**
         * @param key for its parameter {@code Idempotency-Key}
         * @param prefer for its parameter {@code Prefer}
         */
        ConfirmedOperation send(String key, String prefer) throws ApiException;
    }

    /** As {@link #perform(String, Duration, Submission)} under a key of its own. */
    public Operation perform(Duration atMost, Submission submission) throws ApiException, InterruptedException {
        return perform(UUID.randomUUID().toString(), atMost, submission);
    }

    /**
     * Submits an operation and follows it to its outcome. Whoever does not get an answer may call it again with the same
     * key: nothing is done twice.
     *
     * @param key that the caller keeps, so that a later attempt has the same
     * @param atMost to wait for the outcome
     * @return the operation, whether it succeeded or not; without an outcome ({@link Operation#getDone()}) if the time ran
     *     out, and then it goes on
     * @throws ApiException if nothing was accepted ({@link #problem} tells why), or nobody could be reached
     */
    public Operation perform(String key, Duration atMost, Submission submission)
            throws ApiException, InterruptedException {
        var until = System.nanoTime() + atMost.toNanos();
        UUID operationId;
        try {
            var wait = Math.min(atMost.toSeconds(), WAIT_MAX.toSeconds());
            var answer = submission.send(key, wait > 0 ? "wait=" + wait : "respond-async");
            if (Boolean.TRUE.equals(answer.getDone())) {
                return JSON.convertValue(answer, Operation.class);
            }
            operationId = answer.getOperationId();
        } catch (ApiException refused) {
            operationId = problem(refused)
                    // That one names the other operation that has the key.
                    .filter(problem -> problem.getCode() != ProblemCode.IDEMPOTENCY_KEY_REUSED)
                    .map(Problem::getOperationId)
                    .orElseThrow(() -> refused);
        }
        return await(operationId, Duration.ofNanos(until - System.nanoTime()));
    }

    /**
     * Follows an operation to its outcome.
     *
     * @return as it stands then, or once the time is over
     */
    public Operation await(UUID operationId, Duration atMost) throws ApiException, InterruptedException {
        var until = System.nanoTime() + atMost.toNanos();
        for (var pause = BETWEEN_LOOKS_MIN.toNanos(); ; pause = Math.min(2 * pause, BETWEEN_LOOKS_MAX.toNanos())) {
            var operation = operations.getOperation(operationId, null);
            var left = until - System.nanoTime();
            if (operation.getDone() || left <= 0) {
                return operation;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, pause));
        }
    }

    /** What the API says is wrong; nothing if it did not answer, or something before it did. */
    public static Optional<Problem> problem(ApiException refused) {
        if (refused.getResponseBody() == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.readValue(refused.getResponseBody(), Problem.class));
        } catch (JsonProcessingException notOfTheApi) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
