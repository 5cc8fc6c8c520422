package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.daybook.local.cli.Books.Posting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * As much of Daybook's API as the command line needs, in memory, by the plainest rules. An operation gets its outcome
 * when it is looked at for the second time, so that who asks must ask again.
 */
final class FakeDaybook implements AutoCloseable {
    private final HttpServer server;
    private final Books books = new Books();
    private final Map<String, Map<String, String>> currencies = new LinkedHashMap<>();
    private final Map<String, ObjectNode> operations = new LinkedHashMap<>();
    private final Map<String, Boolean> seen = new HashMap<>();
    private final Map<String, Map.Entry<String, JsonNode>> keys = new HashMap<>();
    private final Map<String, String> references = new HashMap<>();
    final List<JsonNode> batches = new ArrayList<>();
    private int clock;

    /** Sees each request by its path before it is answered; may hold it up, or refuse it. */
    volatile Consumer<String> ahead = path -> {};

    FakeDaybook() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<ObjectNode> operations() {
        return List.copyOf(operations.values());
    }

    Books books() {
        return books;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private record Answer(int status, JsonNode body, boolean replayed) {
        Answer(int status, JsonNode body) {
            this(status, body, false);
        }
    }

    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient ObjectNode problem;

        Refusal(int status, String code) {
            problem = Json.object().put("status", status).put("code", code).put("detail", "refused");
        }

        Refusal at(String pointer) {
            problem.withArrayProperty("errors")
                    .addObject()
                    .put("pointer", pointer)
                    .put("detail", "is wrong");
            return this;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        try {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            ahead.accept(exchange.getRequestURI().getPath());
            answer = answer(exchange, text.isEmpty() ? Json.object() : Json.parse(text));
        } catch (Refusal refusal) {
            answer = new Answer(refusal.problem.path("status").asInt(), refusal.problem);
        } catch (JsonProcessingException notJson) {
            answer = new Answer(400, Json.object().put("code", "malformed_request"));
        }
        var bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
        if (answer.replayed()) {
            exchange.getResponseHeaders().add("Idempotent-Replayed", "true");
        }
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Answer answer(HttpExchange exchange, JsonNode body) {
        if (!"Bearer good".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            throw new Refusal(401, "unauthorized");
        }
        var key = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        var path = exchange.getRequestURI().getPath().split("/");
        if (path[2].equals("operations")) {
            return new Answer(200, looked(path[3]));
        }
        if (path.length == 3) {
            var known = currencies.putIfAbsent(body.path("ledger_id").asText(), new LinkedHashMap<>()) != null;
            return new Answer(known ? 200 : 201, body);
        }
        var ledgerId = path[3];
        if (!currencies.containsKey(ledgerId)) {
            throw new Refusal(404, "ledger_not_found");
        }
        var get = exchange.getRequestMethod().equals("GET");
        return switch (path[4]) {
            case "accounts" -> get ? accounts(ledgerId) : openAccount(ledgerId, body);
            case "operations" -> listing(ledgerId, exchange.getRequestURI().getQuery());
            case "audit" -> audit(ledgerId, exchange.getRequestURI().getQuery());
            case "batches" -> batch(ledgerId, body);
            default ->
                submit(
                        ledgerId,
                        path[4].substring(0, path[4].length() - 1),
                        body,
                        key.orElseThrow(() -> new Refusal(400, "idempotency_key_missing")));
        };
    }

    private Answer openAccount(String ledgerId, JsonNode body) {
        var accountId = body.path("account_id").asText();
        var currency = body.path("currency").asText();
        var known = currencies.get(ledgerId).put(accountId, currency) != null;
        if (!known) {
            var scale = scale(currency);
            var zero = scale == 0 ? "0" : "0." + "0".repeat(scale);
            books.open(ledgerId, accountId, currency, zero, Json.text(body, "minimum_balance"));
        }
        return new Answer(known ? 200 : 201, body);
    }

    private Answer accounts(String ledgerId) {
        var page = Json.object();
        var items = page.putArray("items");
        Optional.ofNullable(books.ledgers().get(ledgerId))
                .ifPresent(accounts -> accounts.forEach((accountId, balance) -> items.addObject()
                        .put("account_id", accountId)
                        .put("currency", balance.currency())
                        .put("balance", balance.amount().toPlainString())));
        return new Answer(200, page);
    }

    private Answer audit(String ledgerId, String query) {
        var first = query == null;
        var audit = Json.object()
                .put("ledger_id", ledgerId)
                .put("holds", !ledgerId.equals("forged") || first)
                .put("transactions", 2)
                .put("postings", 4)
                .put("accounts", 3)
                .put("first_sequence", first ? 1 : 3)
                .put("last_sequence", first ? 2 : 4)
                .put("head", first ? "aa" : "bb")
                .put("checked_at", "2026-03-31T00:00:00Z");
        var breaks = audit.putArray("breaks");
        if (ledgerId.equals("forged") && !first) {
            breaks.addObject().put("sequence", 4).put("check", "hash").put("detail", "does not follow");
        }
        if (first) {
            audit.put("next", 2);
        }
        return new Answer(200, audit);
    }

    private Answer listing(String ledgerId, String query) {
        var parameters = new HashMap<String, String>();
        for (var parameter : query.split("&")) {
            parameters.put(parameter.split("=")[0], parameter.split("=")[1]);
        }
        var newestFirst = operations.values().stream()
                .filter(operation -> operation.path("ledger_id").asText().equals(ledgerId))
                .map(operation -> operation.path("operation_id").asText())
                .toList()
                .reversed();
        var from = parameters.containsKey("after") ? newestFirst.indexOf(parameters.get("after")) + 1 : 0;
        var to = Math.min(newestFirst.size(), from + Integer.parseInt(parameters.get("limit")));
        var page = Json.object();
        var items = page.putArray("items");
        newestFirst.subList(from, to).forEach(id -> items.add(looked(id)));
        if (to < newestFirst.size()) {
            page.put("next", newestFirst.get(to - 1));
        }
        return new Answer(200, page);
    }

    private ObjectNode looked(String operationId) {
        var operation = operations.get(operationId);
        if (operation == null) {
            throw new Refusal(404, "operation_not_found");
        }
        if (seen.put(operationId, true) == null) {
            var pending = operation.deepCopy().put("status", "pending");
            pending.remove("error");
            return pending;
        }
        return operation;
    }

    private Answer batch(String ledgerId, JsonNode body) {
        batches.add(body);
        var items = body.path("operations");
        var refusal = new Refusal(422, "validation_failed");
        for (var i = 0; i < items.size(); i++) {
            try {
                check(ledgerId, items.get(i).path("kind").asText(), items.get(i), "/operations/" + i);
            } catch (Refusal wrong) {
                if (!wrong.problem.has("errors")) {
                    throw wrong;
                }
                refusal.at(wrong.problem.at("/errors/0/pointer").asText());
            }
        }
        if (refusal.problem.has("errors")) {
            throw refusal;
        }
        var answer = Json.object();
        var accepted = answer.putArray("operations");
        items.forEach(item -> {
            var operation = (ObjectNode) item.deepCopy();
            operation.remove(List.of("kind", "idempotency_key"));
            var sent = submit(
                    ledgerId,
                    item.path("kind").asText(),
                    operation,
                    item.path("idempotency_key").asText());
            accepted.addObject()
                    .put("operation_id", sent.body().path("operation_id").asText())
                    .put("status", "pending")
                    .put("replayed", sent.replayed());
        });
        return new Answer(202, answer);
    }

    private Answer submit(String ledgerId, String kind, JsonNode body, String key) {
        check(ledgerId, kind, body, "");
        var earlier = keys.get(ledgerId + " " + key);
        if (earlier != null && !earlier.getValue().equals(body)) {
            throw new Refusal(422, "idempotency_key_reused");
        }
        if (earlier != null) {
            return answer(kind, operations.get(earlier.getKey()), true);
        }
        var id = "%08x-%04x-7000-8000-000000000000".formatted(0x0190_0000, ++clock);
        keys.put(ledgerId + " " + key, Map.entry(id, body));
        var operation =
                Json.object().put("operation_id", id).put("ledger_id", ledgerId).put("kind", kind);
        operation.set("request", body);
        operations.put(id, operation);
        var reference = Json.text(body, "reference_id");
        var error = reference.isPresent() && references.putIfAbsent(ledgerId + reference.get(), id) != null
                ? "duplicate_reference"
                : books.post(ledgerId, postings(kind, body)) ? "" : "insufficient_funds";
        operation.put("status", error.isEmpty() ? "succeeded" : "failed");
        if (!error.isEmpty()) {
            operation.putObject("error").put("status", 422).put("code", error);
        }
        return answer(kind, operation, false);
    }

    private static Answer answer(String kind, ObjectNode operation, boolean replayed) {
        var id = operation.path("operation_id").asText();
        if (kind.equals("deposit") || kind.equals("journal")) {
            return new Answer(202, Json.object().put("operation_id", id).put("status", "pending"), replayed);
        }
        return operation.has("error")
                ? new Answer(
                        422, ((ObjectNode) operation.get("error")).deepCopy().put("operation_id", id), replayed)
                : new Answer(200, operation, replayed);
    }

    private void check(String ledgerId, String kind, JsonNode body, String at) {
        for (var name : List.of("colour", "expect")) {
            if (body.has(name)) {
                throw new Refusal(422, "validation_failed").at(at + "/" + name);
            }
        }
        var postings =
                kind.equals("journal") ? body.path("postings") : Json.array().add(body);
        var sum = BigDecimal.ZERO;
        for (var posting : postings) {
            var amount = posting.path("amount");
            if (!amount.isTextual()
                    || !amount.asText().matches("-?\\d+(\\.\\d+)?")
                    || !kind.equals("journal") && new BigDecimal(amount.asText()).signum() <= 0) {
                throw new Refusal(422, "validation_failed").at(at + "/amount");
            }
            sum = sum.add(new BigDecimal(amount.asText()));
            for (var name : List.of("account_id", "from_account_id", "to_account_id")) {
                Json.text(posting, name).ifPresent(id -> checkAccount(ledgerId, kind, id, posting, at));
            }
        }
        var oneCurrency =
                postings.findValuesAsText("currency").stream().distinct().count() == 1;
        if (kind.equals("journal") && oneCurrency && sum.signum() != 0) {
            throw new Refusal(422, "validation_failed").at(at + "/postings");
        }
    }

    private void checkAccount(String ledgerId, String kind, String accountId, JsonNode posting, String at) {
        var currency = posting.path("currency").asText();
        var reserved = accountId.startsWith("external:");
        if (reserved && !kind.equals("journal") || !accountId.matches("[A-Za-z0-9][A-Za-z0-9_.:-]*")) {
            throw new Refusal(422, "validation_failed").at(at + "/account_id");
        }
        var known = currencies.get(ledgerId).get(accountId);
        if (known == null && !reserved) {
            throw new Refusal(404, "account_not_found");
        }
        if (known != null && !currency.equals(known)) {
            throw new Refusal(422, "currency_mismatch");
        }
        if (!currency.matches("EUR|USD") && !currencies.get(ledgerId).containsValue(currency)) {
            throw new Refusal(422, "currency_unknown");
        }
        var amount = new BigDecimal(posting.path("amount").asText());
        if (amount.scale() > scale(currency)) {
            throw new Refusal(422, "amount_scale");
        }
    }

    private static int scale(String currency) {
        return switch (currency) {
            case "POINTS" -> 0;
            case "GOLD" -> 4;
            default -> 2;
        };
    }

    private static List<Posting> postings(String kind, JsonNode body) {
        var amount = body.path("amount").asText();
        var currency = body.path("currency").asText();
        var account = body.path("account_id").asText();
        return switch (kind) {
            case "deposit" ->
                List.of(
                        new Posting(account, amount, currency),
                        new Posting("external:" + currency, "-" + amount, currency));
            case "withdrawal" ->
                List.of(
                        new Posting(account, "-" + amount, currency),
                        new Posting("external:" + currency, amount, currency));
            case "transfer" ->
                List.of(
                        new Posting(body.path("from_account_id").asText(), "-" + amount, currency),
                        new Posting(body.path("to_account_id").asText(), amount, currency));
            default -> {
                var postings = new ArrayList<Posting>();
                body.path("postings")
                        .forEach(posting -> postings.add(new Posting(
                                posting.path("account_id").asText(),
                                posting.path("amount").asText(),
                                posting.path("currency").asText())));
                yield postings;
            }
        };
    }
}
