package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A ledger that a test has opened, and what it was told about its operations. Any number of threads may use it. */
public final class Ledger {
    private final Api api;
    private final String id;
    private final Set<UUID> accepted = ConcurrentHashMap.newKeySet();
    private final Set<String> overdrawn = ConcurrentHashMap.newKeySet();
    private volatile boolean broken;

    private Ledger(Api api, String id) {
        this.api = api;
        this.id = id;
    }

    /** @param assets objects with a code and a scale */
    public static Ledger open(Api api, String id, Object... assets) {
        var ledger = new Ledger(api, id);
        api.post("/ledgers", object("ledger_id", id, "name", "A ledger of a test", "assets", List.of(assets)))
                .is(201);
        return ledger;
    }

    /** One that was opened before. */
    public static Ledger existing(Api api, String id) {
        return new Ledger(api, id);
    }

    /** The same ledger by another client. */
    public Ledger by(Api other) {
        return new Ledger(other, id);
    }

    public Api api() {
        return api;
    }

    public String id() {
        return id;
    }

    public String path() {
        return "/ledgers/" + id;
    }

    public Set<UUID> accepted() {
        return Set.copyOf(accepted);
    }

    /** Its books are not to be looked at after the test: it has broken them on purpose. */
    public Ledger broken() {
        broken = true;
        return this;
    }

    public boolean isBroken() {
        return broken;
    }

    /** The account was forced below its floor on purpose. */
    public Ledger overdrawn(String accountId) {
        overdrawn.add(accountId);
        return this;
    }

    public boolean isOverdrawn(String accountId) {
        return overdrawn.contains(accountId);
    }

    /** Opens an account of type asset with the default floor. */
    public Ledger account(String accountId, String currency) {
        api.post(path() + "/accounts", object("account_id", accountId, "currency", currency, "type", "asset"))
                .is(201);
        return this;
    }

    /** Opens an account with a floor, or {@code null} for none. */
    public Ledger account(String accountId, String currency, String floor) {
        api.post(
                        path() + "/accounts",
                        object(
                                "account_id",
                                accountId,
                                "currency",
                                currency,
                                "type",
                                "asset",
                                "minimum_balance",
                                floor))
                .is(201);
        return this;
    }

    public Ledger status(String accountId, String status) {
        api.patch(path() + "/accounts/" + accountId, object("status", status)).is(200);
        return this;
    }

    public static Map<String, Object> money(String accountId, String amount, String currency) {
        return object("account_id", accountId, "amount", amount, "currency", currency);
    }

    public static Map<String, Object> transfer(String from, String to, String amount, String currency) {
        return object("from_account_id", from, "to_account_id", to, "amount", amount, "currency", currency);
    }

    /** An item of a batch. */
    public static Map<String, Object> item(String kind, Map<String, Object> fields) {
        var item = object("kind", kind);
        item.putAll(fields);
        return item;
    }

    public Answer deposit(String accountId, String amount, String... headers) {
        return send("deposits", money(accountId, amount, "EUR"), headers);
    }

    public Answer withdraw(String accountId, String amount, String... headers) {
        return send("withdrawals", money(accountId, amount, "EUR"), headers);
    }

    public Answer transfer(String from, String to, String amount, String... headers) {
        return send("transfers", transfer(from, to, amount, "EUR"), headers);
    }

    /** Deposits, and waits until it is in the books. */
    public Ledger funded(String accountId, String amount) {
        deposit(accountId, amount, "Prefer", "wait=20").is(200);
        return this;
    }

    /** One operation of any kind, as the only one of a batch. */
    public UUID submit(String kind, Object... fields) {
        var batch = object("operations", List.of(item(kind, object(fields))));
        var accepted = send("batches", batch).is(202).json();
        return UUID.fromString(accepted.at("/operations/0/operation_id").asText());
    }

    /** The outcome of one operation of any kind. */
    public JsonNode apply(String kind, Object... fields) {
        return outcome(submit(kind, fields));
    }

    /** What is on the account and held of it. */
    public String funds(String accountId) {
        var account = api.get(path() + "/accounts/" + accountId).is(200).json();
        return "%s held %s"
                .formatted(
                        account.path("balance").asText(), account.path("held").asText());
    }

    /** Under a key of its own. */
    public Answer send(String kinds, Object body, String... headers) {
        return sendAs(UUID.randomUUID().toString(), kinds, body, headers);
    }

    public Answer sendAs(String key, String kinds, Object body, String... headers) {
        return sendTo(path() + "/" + kinds, key, body, headers);
    }

    /** To the synchronous side. */
    public Answer syncAs(String key, String kinds, Object body, String... headers) {
        return sendTo("/sync" + path() + "/" + kinds, key, body, headers);
    }

    /** To a path that need not name the ledger, for an operation of its. */
    public Answer sendTo(String path, String key, Object body, String... headers) {
        var all = new ArrayList<>(List.of("Idempotency-Key", key));
        all.addAll(List.of(headers));
        var answer = api.post(path, body, all.toArray(String[]::new));
        if (answer.status() < 300 || answer.status() == 422 && answer.json().has("operation_id")) {
            accept(answer.json());
        }
        return answer;
    }

    private void accept(JsonNode json) {
        if (json.has("operation_id")) {
            accepted.add(UUID.fromString(json.path("operation_id").asText()));
        }
        json.path("operations")
                .forEach(item ->
                        accepted.add(UUID.fromString(item.path("operation_id").asText())));
    }

    /** What else was accepted, by other ways than this. */
    public void accepted(UUID operationId) {
        accepted.add(operationId);
    }

    public JsonNode operation(UUID operationId) {
        return api.get("/operations/" + operationId).is(200).json();
    }

    /** The operation once it is done. */
    public JsonNode outcome(UUID operationId) {
        return await().pollInterval(Duration.ofMillis(20))
                .until(
                        () -> api.get("/operations/" + operationId), // 503 while nobody can tell
                        answer -> answer.status() != 503
                                && answer.is(200).json().path("done").asBoolean())
                .json();
    }

    public String balance(String accountId) {
        return api.get(path() + "/accounts/" + accountId).is(200).text("balance");
    }

    public List<JsonNode> accounts() {
        return api.all(path() + "/accounts");
    }

    public List<JsonNode> operations() {
        return api.all(path() + "/operations");
    }

    /** An account's lines, the oldest first. */
    public List<JsonNode> statement(String accountId) {
        return api.all(path() + "/accounts/" + accountId + "/entries?order=asc");
    }

    public JsonNode audit() {
        return api.get(path() + "/audit").is(200).json();
    }

    /** The checks that do not hold, each once. */
    public List<String> breaks() {
        return audit().path("breaks").findValuesAsText("check").stream()
                .distinct()
                .toList();
    }
}
