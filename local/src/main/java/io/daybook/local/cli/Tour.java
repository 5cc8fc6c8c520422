package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Every kind of operation once, with what refuses and what undoes it, in the two ledgers of a shop and its warehouse:
 * each held to what it should come to, and in the end the balances. Sent again to the same data it changes nothing.
 */
final class Tour {
    private static final String SHOP = "tour-shop";
    private static final String WAREHOUSE = "tour-warehouse";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Terminal terminal;
    private final Client client;
    private int stops;
    private int wrong;

    Tour(Terminal terminal, Client client) {
        this.terminal = terminal;
        this.client = client;
    }

    /** @return whether all came to what it should */
    boolean run() {
        terminal.print("");
        terminal.print(terminal.strong("Every kind of operation, one by one"));
        open();
        withinALedger();
        holds();
        betweenLedgers();
        actionItems();
        others();
        balances();
        return wrong == 0;
    }

    private void open() {
        client.openLedger(Json.object().put("ledger_id", SHOP).put("name", "A shop"));
        client.openLedger(Json.object().put("ledger_id", WAREHOUSE).put("name", "Its warehouse"));
        account(SHOP, "till", "EUR");
        account(SHOP, "safe", "EUR");
        account(SHOP, "dollars", "USD");
        account(WAREHOUSE, "cash", "EUR");
        account(WAREHOUSE, "dollars", "USD");
    }

    private void account(String ledger, String id, String currency) {
        client.openAccount(
                ledger,
                Json.object()
                        .put("account_id", id)
                        .put("currency", currency)
                        .put("type", "asset")
                        .put("minimum_balance", "0.00"));
    }

    private void withinALedger() {
        stop("deposit", "100.00 EUR into the till", "succeeded", "deposits", body -> money(body, "till", "100.00"));
        stop("withdrawal", "12.50 EUR out of it", "succeeded", "withdrawals", body -> money(body, "till", "12.50"));
        stop(
                "",
                "500.00 EUR, more than there is",
                "insufficient_funds",
                "withdrawals",
                body -> money(body, "till", "500.00"));
        stop(
                "transfer",
                "30.00 EUR into the safe",
                "succeeded",
                "transfers",
                body -> transfer(body, "safe", null, "30.00"));
        stop("exchange", "20.00 EUR for dollars at 1.0835", "succeeded", "exchanges", body -> {
            body.put("from_account_id", "till").put("to_account_id", "dollars").put("rate", "1.0835");
            body.putObject("sell").put("amount", "20.00").put("currency", "EUR");
        });
        stop("journal", "two lines of 5.00 EUR, balanced", "succeeded", "journals", body -> {
            var postings = body.putArray("postings");
            money(postings.addObject(), "till", "5.00");
            money(postings.addObject(), "safe", "-5.00");
        });
        var paid = stop(
                "",
                "7.00 EUR into the safe, by mistake",
                "succeeded",
                "transfers",
                body -> transfer(body, "safe", null, "7.00"));
        reversal("reversal", "of that mistake", "succeeded", paid);
        reversal("", "of it once more", "already_reversed", paid);
    }

    private void holds() {
        var hold = stop("hold", "10.00 EUR of the till", "succeeded", "holds", body -> money(body, "till", "10.00"));
        stop(
                "",
                "36.00 EUR, of which some is held",
                "insufficient_funds",
                "withdrawals",
                body -> money(body, "till", "36.00"));
        follow(
                "capture",
                "4.00 EUR of it, into the safe",
                "succeeded",
                "/v1/holds/" + id(hold) + "/captures",
                body -> body.put("amount", "4.00").put("to_account_id", "safe"));
        follow("release", "of the rest", "succeeded", "/v1/holds/" + id(hold) + "/releases", body -> {});
    }

    private void betweenLedgers() {
        var sent = stop(
                "transfer between ledgers",
                "15.00 EUR to the warehouse",
                "succeeded",
                "transfers",
                body -> transfer(body, "cash", WAREHOUSE, "15.00"));
        stop(
                "",
                "1.00 EUR to nobody there: given back",
                "account_not_found",
                "transfers",
                body -> transfer(body, "nobody", WAREHOUSE, "1.00"));
        stop("exchange between ledgers", "10.00 EUR for 10.90 USD there", "succeeded", "exchanges", body -> {
            body.put("from_account_id", "till").put("to_account_id", "dollars").put("to_ledger_id", WAREHOUSE);
            body.putObject("sell").put("amount", "10.00").put("currency", "EUR");
            body.putObject("buy").put("amount", "10.90").put("currency", "USD");
        });
        reversal("reversal between ledgers", "of the 15.00 EUR", "succeeded", sent);
    }

    private void actionItems() {
        var item = stop(
                "action item",
                "\"Count the till\"",
                "succeeded",
                "action-items",
                body -> body.put("title", "Count the till"));
        var path = "/v1/ledgers/" + SHOP + "/action-items/" + id(item);
        follow(
                "",
                "begun, by who has seen version 1",
                "succeeded",
                path,
                body -> body.put("status", "in_progress").put("version", 1));
        follow(
                "",
                "by version 1 again: kept in the item",
                "version_conflict",
                path,
                body -> body.put("status", "done").put("version", 1));
    }

    private void others() {
        var batch = Json.object().put("atomic", true);
        var operations = batch.putArray("operations");
        money(operations.addObject().put("kind", "deposit"), "till", "1.00");
        money(operations.addObject().put("kind", "withdrawal"), "till", "999.00");
        var answer = client.say("POST", "/v1/ledgers/" + SHOP + "/batches", batch, "tour-batch");
        var codes = new ArrayList<String>();
        answer.path("operations").forEach(one -> codes.add(code(done(one))));
        report("atomic batch", "a sound one and one that is refused", "batch_refused", codes.getFirst(), "");
        report("", "the one that is to blame", "insufficient_funds", codes.getLast(), "");
        follow(
                "synchronous deposit",
                "2.00 EUR, applied in the request",
                "succeeded",
                "/v1/sync/ledgers/" + SHOP + "/deposits",
                body -> money(body, "till", "2.00"));
    }

    private void balances() {
        balance(SHOP, "till", "30.50");
        balance(SHOP, "safe", "29.00");
        balance(SHOP, "dollars", "21.67");
        balance(WAREHOUSE, "cash", "0.00");
        balance(WAREHOUSE, "dollars", "10.90");
        var transit = new BigDecimal[] {BigDecimal.ZERO};
        for (var ledger : List.of(SHOP, WAREHOUSE)) {
            client.accounts(ledger, account -> {
                if (account.path("account_id").asText().equals("transit:EUR")) {
                    transit[0] = transit[0].add(
                            new BigDecimal(account.path("balance").asText()));
                }
            });
        }
        report("", "on its way between the two", "0.00", transit[0].toPlainString(), "");
    }

    private void balance(String ledger, String account, String expected) {
        client.accounts(ledger, one -> {
            if (one.path("account_id").asText().equals(account)) {
                report("", ledger + " " + account, expected, one.path("balance").asText(), "");
            }
        });
    }

    private JsonNode stop(String kind, String what, String expected, String path, Consumer<ObjectNode> body) {
        return follow(kind, what, expected, "/v1/ledgers/" + SHOP + "/" + path, body);
    }

    private void reversal(String kind, String what, String expected, JsonNode operation) {
        var id = operation.path("operation_id").asText();
        follow(kind, what, expected, "/v1/operations/" + id + "/reversals", body -> {});
    }

    private JsonNode follow(String kind, String what, String expected, String path, Consumer<ObjectNode> fields) {
        var body = Json.object();
        fields.accept(body);
        var method = path.contains("/action-items/") ? "PATCH" : "POST";
        var operation = done(client.say(method, path, body, "tour-" + ++stops));
        var steps = new ArrayList<String>();
        operation
                .path("steps")
                .forEach(step -> steps.add(step.path("name").asText()
                        + (step.path("status").asText().equals("failed") ? " refused" : "")));
        report(kind, what, expected, code(operation), String.join(", ", steps));
        return operation;
    }

    /** The operation that an answer names, when it has its outcome. */
    private JsonNode done(JsonNode answer) {
        var id = answer.path("operation_id").asText();
        if (id.isEmpty()) {
            return answer;
        }
        var until = System.nanoTime() + PATIENCE.toNanos();
        var operation = client.operation(id);
        while (!operation.path("done").asBoolean() && System.nanoTime() < until) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return operation;
            }
            operation = client.operation(id);
        }
        return operation;
    }

    private static String id(JsonNode operation) {
        return operation.path("operation_id").asText();
    }

    private static String code(JsonNode operation) {
        return Optional.ofNullable(operation.get("error"))
                .map(error -> error.path("code").asText())
                .or(() -> Json.text(operation, "code"))
                .or(() -> Json.text(operation, "status"))
                .orElse("no answer");
    }

    private void report(String kind, String what, String expected, String came, String steps) {
        var good = came.equals(expected);
        wrong += good ? 0 : 1;
        terminal.print(String.format(
                        Locale.ROOT,
                        "  %s %-25s %-38s %s%s",
                        good ? terminal.good("✓") : terminal.bad("✗"),
                        kind,
                        what,
                        good ? came : terminal.bad(came + ", not " + expected),
                        steps.isEmpty() ? "" : terminal.quiet("  " + steps))
                .stripTrailing());
    }

    private static void money(ObjectNode body, String account, String amount) {
        body.put("account_id", account).put("amount", amount).put("currency", "EUR");
    }

    private static void transfer(ObjectNode body, String to, String ledger, String amount) {
        body.put("from_account_id", "till")
                .put("to_account_id", to)
                .put("amount", amount)
                .put("currency", "EUR");
        if (ledger != null) {
            body.put("to_ledger_id", ledger);
        }
    }
}
