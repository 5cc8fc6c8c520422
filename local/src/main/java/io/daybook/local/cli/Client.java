package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.client.Backoff;
import io.daybook.client.DaybookClient;
import io.daybook.client.Pages;
import io.daybook.client.RetryingHttpClient;
import io.daybook.client.http.ApiClient;
import io.daybook.client.http.ApiException;
import io.daybook.client.model.AuditReport;
import io.daybook.client.model.Ledger;
import io.daybook.client.model.LedgerPage;
import io.daybook.client.model.Transaction;
import io.daybook.contract.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The API as the commands see it: what they send may be wrong, and what is answered they hold against files and against
 * each other, so that most of it stays the JSON it is. Sends again as {@link RetryingHttpClient} does. Safe for use by
 * several threads.
 */
final class Client implements AutoCloseable {
    static final int PAGE_LIMIT = 500;

    /** What an answer without a body reads as. */
    private static final ObjectNode NOTHING = Json.object();

    private final URI url;
    private final String token;
    private final RetryingHttpClient http;
    private final DaybookClient daybook;

    Client(URI url, String token) {
        this(url, token, Backoff.PATIENT);
    }

    Client(URI url, String token, Backoff backoff) {
        this.url = url;
        this.token = token;
        this.http = new RetryingHttpClient(DaybookClient.httpClient(), backoff);
        this.daybook = DaybookClient.of(url, () -> token, http);
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
        var collection = Kind.of(kind).flatMap(Kind::path).orElseThrow();
        return submitTo("POST", "/v1/ledgers/" + segment(ledgerId) + "/" + collection, operation, key);
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
    List<Ledger> ledgers() {
        return read("the list of ledgers", () -> {
            var ledgers = new ArrayList<Ledger>();
            Pages.each(
                    after -> daybook.books().listLedgers(null, after, PAGE_LIMIT),
                    LedgerPage::getItems,
                    LedgerPage::getNext,
                    ledgers::add);
            return ledgers;
        });
    }

    /** Every item of one of a ledger's listings. */
    void all(String ledgerId, String listing, Consumer<JsonNode> each) {
        var path = "/v1/ledgers/" + segment(ledgerId) + "/" + listing;
        var after = Optional.<String>empty();
        do {
            var page = page(path, after, PAGE_LIMIT);
            page.items().forEach(each);
            after = page.next();
        } while (after.isPresent());
    }

    /** The next transaction of a ledger behind a number. */
    Optional<Transaction> transactionBehind(String ledgerId, long sequence) {
        return read(
                "a transaction of " + ledgerId,
                () -> daybook
                        .books()
                        .listTransactions(ledgerId, "asc", null, null, Long.toString(sequence), null, 1)
                        .getItems()
                        .stream()
                        .findFirst());
    }

    /** One stretch of the audit of a ledger's books, behind a transaction. */
    AuditReport audit(String ledgerId, Optional<Long> after) {
        return read("the audit of " + ledgerId, () -> daybook.books().auditLedger(ledgerId, after.orElse(null)));
    }

    /** How many requests were sent once more, for want of an answer that lasts. */
    long retries() {
        return http.retries();
    }

    @Override
    public void close() {
        daybook.close();
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
            throw failure(what, Problem.of(answer.status(), answer.body()));
        }
    }

    /** What has outlasted every attempt may still pass, and says nothing of what was asked. */
    private static RuntimeException failure(String what, Problem problem) {
        return problem.mayPass()
                ? new UnreachableException(what + " goes unanswered: " + problem, null)
                : new RefusedException(what, problem);
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws ApiException;
    }

    private <T> T read(String what, Reading<T> reading) {
        try {
            return reading.read();
        } catch (ApiException e) {
            if (e.getCause() instanceof JsonProcessingException notJson) {
                throw notOfDaybook(200, notJson);
            }
            if (e.getCause() instanceof IOException fault) {
                throw unreachable(fault);
            }
            throw failure(what, problem(e));
        }
    }

    private static Problem problem(ApiException refused) {
        JsonNode body;
        try {
            body = Json.parse(Objects.requireNonNullElse(refused.getResponseBody(), "{}"));
        } catch (JsonProcessingException notJson) {
            body = NOTHING;
        }
        return Problem.of(refused.getCode(), body);
    }

    private UnreachableException notOfDaybook(int status, JsonProcessingException notJson) {
        return new UnreachableException(url + " answered " + status + " with something that is not JSON", notJson);
    }

    private JsonNode get(String path) {
        return body(path, send("GET", path, Optional.empty(), Optional.empty()));
    }

    private static JsonNode body(String path, Answer answer) {
        if (!answer.ok()) {
            throw failure("GET " + path, Problem.of(answer.status(), answer.body()));
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
                .timeout(DaybookClient.ANSWER_TIMEOUT)
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
        try {
            return answer(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException fault) {
            throw unreachable(fault);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while waiting for " + url, interrupted);
        }
    }

    private UnreachableException unreachable(IOException fault) {
        return new UnreachableException("cannot reach " + url + ": " + reason(fault), fault);
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
            throw notOfDaybook(response.statusCode(), notJson);
        }
    }

    private static String reason(IOException fault) {
        return switch (fault) {
            case ConnectException refused -> "nothing listens there (start it with `daybook up`)";
            case HttpTimeoutException late -> "no answer in time";
            default ->
                Optional.ofNullable(fault.getMessage()).orElse(fault.getClass().getSimpleName());
        };
    }

    private static String segment(String value) {
        return ApiClient.urlEncode(value);
    }
}
