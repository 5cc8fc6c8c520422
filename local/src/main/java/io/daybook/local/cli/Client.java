package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Speaks Daybook's HTTP API. Throttling, unavailability and broken connections are retried with the same key, which the
 * API's idempotency makes harmless; all else is answered to the caller at once. Safe for use by several threads.
 */
final class Client implements AutoCloseable {
    static final int PAGE_LIMIT = 500;

    /** What an answer without a body reads as. */
    private static final ObjectNode NOTHING = Json.object();

    /** Longer than the API waits for an outcome at most, so that it is the API that gives up first. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(35);

    /** Where nothing ever listened, patience is for nothing. */
    private static final int FIRST_CONTACT_ATTEMPTS = 3;

    private final URI url;
    private final String token;
    private final Backoff backoff;
    private final HttpClient http;
    private final AtomicLong retries = new AtomicLong();
    private volatile boolean reached;

    Client(URI url, String token) {
        this(url, token, Backoff.PATIENT);
    }

    Client(URI url, String token, Backoff backoff) {
        this.url = url;
        this.token = token;
        this.backoff = backoff;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** A page of a listing; {@code next} is the cursor of the page after it. */
    record Page(List<JsonNode> items, Optional<String> next) {
        Page {
            items = List.copyOf(items);
        }
    }

    /** What came of a batch: each of its operations accepted, in the order sent, or none. */
    sealed interface BatchSubmission {
        record Accepted(List<Submission.Accepted> operations) implements BatchSubmission {}

        record Refused(Problem problem) implements BatchSubmission {}
    }

    private record Answer(int status, JsonNode body, boolean replayed) {
        boolean ok() {
            return status < 300;
        }
    }

    /** Opens a ledger, or finds it open as asked. */
    void openLedger(JsonNode ledger) {
        create("/v1/ledgers", ledger, "ledger " + ledger.path("ledger_id").asText());
    }

    /** Opens an account, or finds it open as asked. */
    void openAccount(String ledgerId, JsonNode account) {
        create(
                "/v1/ledgers/" + segment(ledgerId) + "/accounts",
                account,
                "account " + account.path("account_id").asText());
    }

    Submission submit(String ledgerId, String kind, JsonNode operation, Optional<String> key) {
        return submitTo("POST", "/v1/ledgers/" + segment(ledgerId) + "/" + kind + "s", operation, key);
    }

    /** An operation by its own method and path, as those that follow on another have. */
    Submission submitTo(String method, String path, JsonNode operation, Optional<String> key) {
        var answer = send(method, path, Optional.of(operation), key);
        if (answer.ok()) {
            return accepted(answer.body(), answer.replayed());
        }
        var problem = Problem.of(answer.status(), answer.body());
        // A key that is in use may be answered with the operation that has it: still nothing was accepted.
        if (problem.operationId().isPresent() && !problem.code().equals("idempotency_key_reused")) {
            var operationId = problem.operationId().get();
            return new Submission.Accepted(
                    operationId,
                    answer.replayed(),
                    Optional.of(new Outcome(operationId, "failed", Optional.of(problem))));
        }
        return new Submission.Refused(problem);
    }

    /** Any request with a body, and the body of the answer, a refusal's too. */
    JsonNode say(String method, String path, JsonNode body, String key) {
        return send(method, path, Optional.of(body), Optional.of(key)).body();
    }

    BatchSubmission submitBatch(String ledgerId, List<? extends JsonNode> operations, String key) {
        return submitBatch(ledgerId, false, operations, key);
    }

    /** @param atomic whether all of them are to be applied, or none */
    BatchSubmission submitBatch(String ledgerId, boolean atomic, List<? extends JsonNode> operations, String key) {
        var batch = Json.object().put("atomic", atomic);
        batch.putArray("operations").addAll(operations);
        var answer =
                send("POST", "/v1/ledgers/" + segment(ledgerId) + "/batches", Optional.of(batch), Optional.of(key));
        if (!answer.ok()) {
            return new BatchSubmission.Refused(Problem.of(answer.status(), answer.body()));
        }
        var accepted = new ArrayList<Submission.Accepted>();
        answer.body()
                .path("operations")
                .forEach(item -> accepted.add(accepted(
                        item, answer.replayed() || item.path("replayed").asBoolean(false))));
        if (accepted.size() != operations.size()) {
            throw new UnreachableException(
                    "%s answered %d operations for a batch of %d: this is not Daybook's API"
                            .formatted(url, accepted.size(), operations.size()),
                    null);
        }
        return new BatchSubmission.Accepted(List.copyOf(accepted));
    }

    JsonNode operation(String operationId) {
        return get("/v1/operations/" + segment(operationId));
    }

    /** The operation, or nothing while nobody knows it. */
    Optional<JsonNode> find(String operationId) {
        var path = "/v1/operations/" + segment(operationId);
        var answer = send("GET", path, Optional.empty(), Optional.empty());
        return answer.status() == 404 ? Optional.empty() : Optional.of(body(path, answer));
    }

    /** A ledger's operations, newest first. */
    Page operations(String ledgerId, Optional<String> after, int limit) {
        return page("/v1/ledgers/" + segment(ledgerId) + "/operations", after, limit);
    }

    /** Every account of a ledger with its balance. */
    void accounts(String ledgerId, Consumer<JsonNode> each) {
        all(ledgerId, "accounts", each);
    }

    /** Every ledger of the tenant. */
    void ledgers(Consumer<JsonNode> each) {
        all("/v1/ledgers", each);
    }

    /** Every item of one of a ledger's listings. */
    void all(String ledgerId, String listing, Consumer<JsonNode> each) {
        all("/v1/ledgers/" + segment(ledgerId) + "/" + listing, each);
    }

    private void all(String path, Consumer<JsonNode> each) {
        var after = Optional.<String>empty();
        do {
            var page = page(path, after, PAGE_LIMIT);
            page.items().forEach(each);
            after = page.next();
        } while (after.isPresent());
    }

    /** The next transaction of a ledger behind a number. */
    Optional<JsonNode> transactionBehind(String ledgerId, long sequence) {
        var page = page(
                "/v1/ledgers/" + segment(ledgerId) + "/transactions?order=asc",
                Optional.of(Long.toString(sequence)),
                1);
        return page.items().stream().findFirst();
    }

    /** One stretch of the audit of a ledger's books. */
    JsonNode audit(String ledgerId, Optional<String> after) {
        return get("/v1/ledgers/" + segment(ledgerId) + "/audit"
                + after.map(cursor -> "?after=" + segment(cursor)).orElse(""));
    }

    /** How many requests were sent once more, for want of an answer that lasts. */
    long retries() {
        return retries.get();
    }

    @Override
    public void close() {
        http.close();
    }

    private static Submission.Accepted accepted(JsonNode operation, boolean replayed) {
        return new Submission.Accepted(
                operation.path("operation_id").asText(),
                replayed,
                // A batch's answer may name a failure without its reason: then the operation itself is asked.
                Outcome.of(operation)
                        .filter(outcome ->
                                outcome.succeeded() || outcome.error().isPresent()));
    }

    private void create(String path, JsonNode body, String what) {
        var answer = send("POST", path, Optional.of(body), Optional.empty());
        if (!answer.ok()) {
            throw new RefusedException(what, Problem.of(answer.status(), answer.body()));
        }
    }

    private JsonNode get(String path) {
        return body(path, send("GET", path, Optional.empty(), Optional.empty()));
    }

    private static JsonNode body(String path, Answer answer) {
        if (!answer.ok()) {
            throw new RefusedException("GET " + path, Problem.of(answer.status(), answer.body()));
        }
        return answer.body();
    }

    private Page page(String path, Optional<String> after, int limit) {
        var body = get(path + (path.contains("?") ? "&" : "?") + "limit=" + limit
                + after.map(cursor -> "&after=" + segment(cursor)).orElse(""));
        var items = new ArrayList<JsonNode>();
        body.path("items").forEach(items::add);
        return new Page(items, Json.text(body, "next"));
    }

    private Answer send(String method, String path, Optional<? extends JsonNode> body, Optional<String> key) {
        var request = HttpRequest.newBuilder(URI.create(url.toString().replaceFirst("/$", "") + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json, application/problem+json");
        key.ifPresent(value -> request.header("Idempotency-Key", value));
        body.ifPresentOrElse(
                value -> request.header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(Json.write(value))),
                () -> request.method(method, HttpRequest.BodyPublishers.noBody()));
        return send(request.build());
    }

    private Answer send(HttpRequest request) {
        for (var attempt = 1; ; attempt++) {
            Optional<Duration> asked = Optional.empty();
            try {
                var response = http.send(request, HttpResponse.BodyHandlers.ofString());
                reached = true;
                if (attempt == backoff.attempts() || !temporary(response.statusCode())) {
                    return answer(response);
                }
                asked = response.headers().firstValue("Retry-After").flatMap(Backoff::retryAfter);
            } catch (IOException fault) {
                var nobodyThere = fault instanceof ConnectException && !reached && attempt == FIRST_CONTACT_ATTEMPTS;
                if (nobodyThere || attempt == backoff.attempts()) {
                    throw new UnreachableException("cannot reach " + url + ": " + reason(fault), fault);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new UnreachableException("interrupted while waiting for " + url, interrupted);
            }
            pause(backoff.pauseAfter(attempt, asked));
            retries.incrementAndGet();
        }
    }

    private Answer answer(HttpResponse<String> response) {
        var replayed = response.headers()
                .firstValue("Idempotent-Replayed")
                .filter("true"::equalsIgnoreCase)
                .isPresent();
        try {
            var body = response.body().isBlank() ? NOTHING : Json.parse(response.body());
            return new Answer(response.statusCode(), body, replayed);
        } catch (JsonProcessingException notJson) {
            if (response.statusCode() >= 400) {
                return new Answer(response.statusCode(), NOTHING, replayed);
            }
            throw new UnreachableException(
                    url + " answered " + response.statusCode() + " with something that is not JSON", notJson);
        }
    }

    private static boolean temporary(int status) {
        return switch (status) {
            case 429, 502, 503, 504 -> true;
            default -> false;
        };
    }

    private static String reason(IOException fault) {
        return switch (fault) {
            case ConnectException refused -> "nothing listens there (start it with `daybook up`)";
            case HttpTimeoutException late -> "no answer in time";
            default ->
                Optional.ofNullable(fault.getMessage()).orElse(fault.getClass().getSimpleName());
        };
    }

    private void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while waiting for " + url, interrupted);
        }
    }

    private static String segment(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
