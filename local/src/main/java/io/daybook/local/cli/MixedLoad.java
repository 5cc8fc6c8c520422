package io.daybook.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.local.cli.Books.Posting;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Invents what one ledger's clients send: all kinds of operations, sound and unsound, the same ones in the same order
 * for a seed. It keeps books of its own, so that it knows of each operation what it will come to before it is sent.
 *
 * <p>That takes an order, which the requests of one ledger have if each is sent when the one before it was answered. What
 * comes from another ledger has none; so it arrives on accounts without a floor, which no refusal depends on, and what
 * another ledger refuses is given by such an account.
 */
final class MixedLoad {
    private static final String EUR = "EUR";
    private static final String USD = "USD";
    private static final String SUCCEEDED = "succeeded";
    private static final String REFUSED_WITH_ITS_BATCH = "batch_refused";

    private static final List<String> PURSES = List.of("purse:1", "purse:2", "purse:3", "purse:4", "purse:5");
    private static final List<String> DOLLARS = List.of("dollars:1", "dollars:2");
    private static final String OVERDRAFT = "overdraft";
    private static final String ARRIVALS = "arrivals:eur";
    private static final String ARRIVALS_USD = "arrivals:usd";
    private static final String RESERVE = "reserve";
    private static final String FROZEN = "frozen";
    private static final String NOBODY = "nobody";

    private static final int BATCH_MAX = 100;
    private static final int ATOMIC_BATCH_MAX = 20;

    /** What follows on an operation chooses among so many. */
    private static final int REMEMBERED_MAX = 50;

    private final String ledgerId;
    private final List<String> others;
    private final Ids ids;
    private final Random random;
    private final Books books = new Books();
    private final SortedMap<String, Map<String, BigDecimal>> elsewhere = new TreeMap<>();
    private final SortedMap<String, String> items = new TreeMap<>();

    private final List<Held> holds = new ArrayList<>();
    private final List<Moved> moved = new ArrayList<>();
    private final List<Sent> sentAway = new ArrayList<>();
    private final List<String> openItems = new ArrayList<>();
    private final List<String> references = new ArrayList<>();
    private final List<Runnable> onceSent = new ArrayList<>();
    private int number;

    /** Tells the id that Daybook has given to what an operation made, and waits for its outcome before that. */
    @FunctionalInterface
    interface Ids {
        String of(String key);
    }

    /**
     * An operation and what it will come to.
     *
     * @param ledgerId the ledger that it is booked in
     * @param code {@code succeeded}, or why not
     * @param creditedIn the other ledger of one that moves something between two
     */
    record Foretold(String ledgerId, String key, String kind, String code, Optional<String> creditedIn) {
        boolean succeeds() {
            return code.equals(SUCCEEDED);
        }

        boolean posts() {
            return succeeds()
                    && switch (kind) {
                        case "hold", "release", "action_item", "action_item_update" -> false;
                        default -> true;
                    };
        }
    }

    sealed interface Request {
        String key();

        /** In their order. */
        List<Foretold> operations();

        record Single(String method, String path, String key, ObjectNode body, Foretold operation) implements Request {
            @Override
            public List<Foretold> operations() {
                return List.of(operation);
            }
        }

        record Batch(String ledgerId, String key, boolean atomic, List<ObjectNode> bodies, List<Foretold> operations)
                implements Request {}
    }

    /** An operation as it stands in a batch, without its key. */
    private record Invented(String kind, ObjectNode body, String code, Optional<String> creditedIn) {
        static Invented of(String kind, ObjectNode body, boolean sound) {
            return new Invented(kind, body, sound ? SUCCEEDED : "insufficient_funds", Optional.empty());
        }

        Invented failing(String reason) {
            return new Invented(kind, body, reason, creditedIn);
        }

        Invented creditedIn(String ledgerId) {
            return new Invented(kind, body, code, Optional.of(ledgerId));
        }
    }

    private static final class Held {
        private final String key;
        private final String accountId;
        private BigDecimal remaining;

        private Held(String key, String accountId, BigDecimal remaining) {
            this.key = key;
            this.accountId = accountId;
            this.remaining = remaining;
        }

        private boolean isOpen() {
            return remaining.signum() > 0;
        }
    }

    private static final class Moved {
        private final String key;
        private final List<Posting> postings;
        private boolean reversed;

        private Moved(String key, List<Posting> postings) {
            this.key = key;
            this.postings = postings;
        }
    }

    private record Sent(String key, String toLedger, String amount) {}

    /** @param others the ledgers that it sends money to */
    MixedLoad(String ledgerId, List<String> others, long seed, Ids ids) {
        this.ledgerId = ledgerId;
        this.others = List.copyOf(others);
        this.ids = ids;
        this.random = new Random(seed);
    }

    /** Opens the ledger with all accounts that it is about. */
    void open(Client client) {
        client.openLedger(Json.object().put("ledger_id", ledgerId).put("name", "Under chaos"));
        PURSES.forEach(purse -> open(client, purse, EUR, "0.00"));
        DOLLARS.forEach(purse -> open(client, purse, USD, "0.00"));
        open(client, OVERDRAFT, EUR, "-500.00");
        open(client, RESERVE, EUR, null);
        open(client, ARRIVALS, EUR, null);
        open(client, ARRIVALS_USD, USD, null);
        open(client, FROZEN, EUR, "0.00");
        client.say(
                "PATCH",
                "/v1/ledgers/" + ledgerId + "/accounts/" + FROZEN,
                Json.object().put("status", "frozen"),
                ledgerId + "-freeze");
    }

    private void open(Client client, String accountId, String currency, String floor) {
        client.openAccount(
                ledgerId,
                Json.object()
                        .put("account_id", accountId)
                        .put("currency", currency)
                        .put("type", "asset")
                        .put("minimum_balance", floor));
        books.open(ledgerId, accountId, currency, "0.00", Optional.ofNullable(floor));
    }

    /** Its own ledger's books, without what has come from others. */
    Books books() {
        return books;
    }

    /** What it has added to the accounts of other ledgers, by ledger and account. */
    Map<String, Map<String, BigDecimal>> elsewhere() {
        return elsewhere;
    }

    /** The status of every action item, by the key of the operation that made it. */
    Map<String, String> items() {
        return items;
    }

    /** What is sent next, with so many operations at the most. */
    Request next(long most) {
        var dice = random.nextInt(100);
        if (dice < 35 && most > 1) {
            return batch(2 + random.nextInt((int) Math.min(BATCH_MAX, most) - 1));
        }
        if (dice < 45 && most > 1) {
            return atomicBatch(2 + random.nextInt((int) Math.min(ATOMIC_BATCH_MAX, most) - 1));
        }
        if (dice < 49) {
            return refusedAtTheDoor();
        }
        if (dice < 51 && !sentAway.isEmpty()) {
            return broughtBack();
        }
        var key = key();
        var request = single(key, invent(key));
        sent();
        return request;
    }

    private Request batch(int size) {
        var bodies = new ArrayList<ObjectNode>();
        var operations = new ArrayList<Foretold>();
        for (var i = 0; i < size; i++) {
            var key = key();
            add(key, invent(key), bodies, operations);
        }
        sent();
        return new Request.Batch(ledgerId, key(), false, bodies, operations);
    }

    private Request atomicBatch(int size) {
        var keys = new ArrayList<String>();
        var all = new ArrayList<Invented>();
        var good = books.atomically(ledgerId, () -> {
            for (var i = 0; i < size; i++) {
                keys.add(key());
                all.add(inventWithinLedger(keys.getLast()));
            }
            return all.stream().allMatch(one -> one.code().equals(SUCCEEDED));
        });
        var bodies = new ArrayList<ObjectNode>();
        var operations = new ArrayList<Foretold>();
        var blamed = false;
        for (var i = 0; i < size; i++) {
            var one = all.get(i);
            var toBlame = !blamed && !one.code().equals(SUCCEEDED);
            blamed |= toBlame;
            add(keys.get(i), good || toBlame ? one : one.failing(REFUSED_WITH_ITS_BATCH), bodies, operations);
        }
        if (!good) {
            onceSent.clear();
        }
        sent();
        return new Request.Batch(ledgerId, key(), true, bodies, operations);
    }

    private void add(String key, Invented one, List<ObjectNode> bodies, List<Foretold> operations) {
        bodies.add(Json.object()
                .put("kind", one.kind())
                .put("idempotency_key", key)
                .setAll(one.body()));
        operations.add(foretold(key, one));
    }

    private Foretold foretold(String key, Invented one) {
        return new Foretold(ledgerId, key, one.kind(), one.code(), one.creditedIn());
    }

    /** By the path of its kind: what the path says does not stand in the body. */
    private Request.Single single(String key, Invented one) {
        var body = one.body();
        var ledger = "/v1/ledgers/" + ledgerId;
        var method = one.kind().equals("action_item_update") ? "PATCH" : "POST";
        var path = switch (one.kind()) {
            case "capture" -> "/v1/holds/" + body.remove("hold_id").asText() + "/captures";
            case "release" -> "/v1/holds/" + body.remove("hold_id").asText() + "/releases";
            case "reversal" -> "/v1/operations/" + body.remove("operation_id").asText() + "/reversals";
            case "action_item" -> ledger + "/action-items";
            case "action_item_update" ->
                ledger + "/action-items/" + body.remove("action_item_id").asText();
            default -> ledger + "/" + one.kind() + "s";
        };
        return new Request.Single(method, path, key, body, foretold(key, one));
    }

    /** Nothing may follow on what is not on its way yet. */
    private void sent() {
        onceSent.forEach(Runnable::run);
        onceSent.clear();
    }

    private Invented invent(String key) {
        var dice = random.nextInt(100);
        if (dice < 64) {
            return inventWithinLedger(key);
        }
        if (dice < 74) {
            return dice < 72 ? transferAway() : exchangeAway();
        }
        if (dice < 77) {
            return reservesAway(key);
        }
        if (dice < 79) {
            return transferToNobody();
        }
        if (dice < 88) {
            return holds.isEmpty() ? deposit(key) : dice < 85 ? capture() : release();
        }
        if (dice < 92) {
            return moved.isEmpty() ? deposit(key) : reversal();
        }
        if (dice < 98) {
            return dice < 95 || openItems.isEmpty() ? actionItem(key) : actionItemUpdate();
        }
        return references.isEmpty() ? deposit(key) : depositUnderAUsedReference();
    }

    private Invented inventWithinLedger(String key) {
        var dice = random.nextInt(64);
        if (dice < 24) {
            return deposit(key);
        }
        if (dice < 33) {
            return withdrawal(key);
        }
        if (dice < 45) {
            return transfer(key);
        }
        if (dice < 51) {
            return exchange();
        }
        if (dice < 56) {
            return journal(key);
        }
        return dice < 63 ? hold(key) : unsound();
    }

    private Invented deposit(String key) {
        var account = random.nextInt(6) == 0 ? any(DOLLARS) : any(PURSES);
        var currency = currency(account);
        var amount = decimal(1_000, 12_000);
        var body = money(account, amount, currency);
        if (random.nextInt(10) == 0) {
            body.put("reference_id", "reference-" + key);
            onceSent.add(() -> remember(references, "reference-" + key));
        }
        return posting(key, "deposit", body, account, amount, "external:" + currency, currency);
    }

    private Invented depositUnderAUsedReference() {
        return Invented.of(
                        "deposit",
                        money(any(PURSES), decimal(100, 900), EUR).put("reference_id", any(references)),
                        true)
                .failing("duplicate_reference");
    }

    private Invented withdrawal(String key) {
        var account = any(PURSES);
        var amount = decimal(100, 9_000);
        return posting(key, "withdrawal", money(account, amount, EUR), "external:EUR", amount, account, EUR);
    }

    private Invented transfer(String key) {
        var from = any(PURSES);
        var to = random.nextInt(5) == 0 ? OVERDRAFT : other(from);
        if (random.nextInt(4) == 0) {
            from = to.equals(OVERDRAFT) ? RESERVE : OVERDRAFT;
        }
        var amount = decimal(100, 15_000);
        return posting(key, "transfer", transferOf(from, to, amount), to, amount, from, EUR);
    }

    /** One that moves an amount from an account to another, if that has it. */
    private Invented posting(
            String key, String kind, ObjectNode body, String to, String amount, String from, String currency) {
        return posting(
                key, kind, body, List.of(new Posting(to, amount, currency), new Posting(from, "-" + amount, currency)));
    }

    private Invented posting(String key, String kind, ObjectNode body, List<Posting> postings) {
        var sound = books.post(ledgerId, postings);
        if (sound) {
            onceSent.add(() -> remember(moved, new Moved(key, postings)));
        }
        return Invented.of(kind, body, sound);
    }

    private Invented journal(String key) {
        var from = any(PURSES);
        var one = BigDecimal.valueOf(50 + random.nextInt(4_000), 2);
        var other = BigDecimal.valueOf(50 + random.nextInt(4_000), 2);
        var postings = List.of(
                new Posting(from, one.add(other).negate().toPlainString(), EUR),
                new Posting(other(from), one.toPlainString(), EUR),
                new Posting(OVERDRAFT, other.toPlainString(), EUR));
        var body = Json.object();
        var lines = body.putArray("postings");
        postings.forEach(posting -> lines.add(money(posting.accountId(), posting.amount(), posting.currency())));
        return posting(key, "journal", body, postings);
    }

    private Invented exchange() {
        var from = any(PURSES);
        var to = any(DOLLARS);
        var euros = BigDecimal.valueOf(10L * (10 + random.nextInt(500)), 2);
        var byRate = random.nextBoolean();
        var dollars = byRate
                ? euros.multiply(new BigDecimal("1.1")).setScale(2) // exact, of whole tens of cents
                : BigDecimal.valueOf(100 + random.nextInt(5_000), 2);
        var body = exchangeOf(from, to, euros);
        if (byRate) {
            body.put("rate", "1.1");
        } else {
            body.putObject("buy").put("amount", dollars.toPlainString()).put("currency", USD);
        }
        var postings = new ArrayList<>(sale(from, euros));
        postings.add(new Posting(to, dollars.toPlainString(), USD));
        postings.add(new Posting("exchange:USD", dollars.negate().toPlainString(), USD));
        return Invented.of("exchange", body, books.post(ledgerId, postings));
    }

    private Invented exchangeAway() {
        var from = any(PURSES);
        var to = any(others);
        var euros = BigDecimal.valueOf(100 + random.nextInt(5_000), 2);
        var dollars = BigDecimal.valueOf(100 + random.nextInt(5_000), 2);
        var body = exchangeOf(from, ARRIVALS_USD, euros).put("to_ledger_id", to);
        body.putObject("buy").put("amount", dollars.toPlainString()).put("currency", USD);
        var sound = books.post(ledgerId, sale(from, euros));
        if (sound) {
            add(to, ARRIVALS_USD, dollars);
            add(to, "exchange:USD", dollars.negate());
        }
        return Invented.of("exchange", body, sound).creditedIn(to);
    }

    private static ObjectNode exchangeOf(String from, String to, BigDecimal euros) {
        var body = Json.object().put("from_account_id", from).put("to_account_id", to);
        body.putObject("sell").put("amount", euros.toPlainString()).put("currency", EUR);
        return body;
    }

    private static List<Posting> sale(String from, BigDecimal euros) {
        return List.of(
                new Posting(from, euros.negate().toPlainString(), EUR),
                new Posting("exchange:EUR", euros.toPlainString(), EUR));
    }

    private Invented transferAway() {
        return away(any(PURSES), any(others), decimal(100, 9_000));
    }

    /** What is to come back comes from an account whose balance does not matter. */
    private Invented reservesAway(String key) {
        var to = any(others);
        var amount = decimal(100, 9_000);
        onceSent.add(() -> remember(sentAway, new Sent(key, to, amount)));
        return away(RESERVE, to, amount);
    }

    private Invented away(String from, String to, String amount) {
        var sound = books.post(
                ledgerId, List.of(new Posting(from, "-" + amount, EUR), new Posting("transit:EUR", amount, EUR)));
        if (sound) {
            arrive(to, new BigDecimal(amount));
        }
        return Invented.of("transfer", transferOf(from, ARRIVALS, amount).put("to_ledger_id", to), sound)
                .creditedIn(to);
    }

    private void arrive(String ledger, BigDecimal amount) {
        add(ledger, ARRIVALS, amount);
        add(ledger, "transit:EUR", amount.negate());
    }

    private void add(String ledger, String account, BigDecimal amount) {
        elsewhere.computeIfAbsent(ledger, first -> new TreeMap<>()).merge(account, amount, BigDecimal::add);
    }

    /** The other ledger refuses it, and what was held for it is let go. */
    private Invented transferToNobody() {
        var body = transferOf(RESERVE, NOBODY, decimal(100, 9_000)).put("to_ledger_id", any(others));
        return Invented.of("transfer", body, true).failing("account_not_found");
    }

    /** In the other ledger, which has to give it back. */
    private Request broughtBack() {
        var away = sentAway.remove(random.nextInt(sentAway.size()));
        var amount = new BigDecimal(away.amount());
        arrive(away.toLedger(), amount.negate());
        books.post(
                ledgerId,
                List.of(
                        new Posting(RESERVE, away.amount(), EUR),
                        new Posting("transit:EUR", "-" + away.amount(), EUR)));
        var key = key();
        return new Request.Single(
                "POST",
                "/v1/operations/" + ids.of(away.key()) + "/reversals",
                key,
                Json.object(),
                new Foretold(away.toLedger(), key, "reversal", SUCCEEDED, Optional.of(ledgerId)));
    }

    private Invented hold(String key) {
        var account = any(PURSES);
        var amount = decimal(100, 4_000);
        var sound = books.hold(ledgerId, account, new BigDecimal(amount));
        if (sound) {
            onceSent.add(() -> remember(holds, new Held(key, account, new BigDecimal(amount))));
        }
        return Invented.of("hold", money(account, amount, EUR), sound);
    }

    private Invented capture() {
        var hold = any(holds);
        var body = Json.object().put("hold_id", ids.of(hold.key)).put("to_account_id", other(hold.accountId));
        if (!hold.isOpen()) {
            return Invented.of("capture", body, true).failing("hold_not_open");
        }
        if (random.nextInt(8) == 0) {
            body.put("amount", hold.remaining.add(BigDecimal.ONE).toPlainString());
            return Invented.of("capture", body, true).failing("hold_exceeded");
        }
        var amount = hold.remaining;
        if (random.nextBoolean()) {
            amount = hold.remaining.min(new BigDecimal("0.75"));
            body.put("amount", amount.toPlainString());
        }
        letGo(hold, amount);
        books.post(
                ledgerId,
                List.of(
                        new Posting(hold.accountId, amount.negate().toPlainString(), EUR),
                        new Posting(body.path("to_account_id").asText(), amount.toPlainString(), EUR)));
        return Invented.of("capture", body, true);
    }

    private Invented release() {
        var hold = any(holds);
        var body = Json.object().put("hold_id", ids.of(hold.key));
        if (!hold.isOpen()) {
            return Invented.of("release", body, true).failing("hold_not_open");
        }
        letGo(hold, hold.remaining);
        return Invented.of("release", body, true);
    }

    private void letGo(Held hold, BigDecimal amount) {
        hold.remaining = hold.remaining.subtract(amount);
        books.letGo(ledgerId, hold.accountId, amount);
    }

    private Invented reversal() {
        var original = any(moved);
        var reversal = Json.object().put("operation_id", ids.of(original.key));
        if (original.reversed) {
            return Invented.of("reversal", reversal, true).failing("already_reversed");
        }
        original.reversed = books.post(
                ledgerId, original.postings.stream().map(Posting::opposite).toList());
        return Invented.of("reversal", reversal, original.reversed);
    }

    private Invented actionItem(String key) {
        items.put(key, "open");
        onceSent.add(() -> remember(openItems, key));
        return Invented.of("action_item", Json.object().put("title", "Look at " + key), true);
    }

    private Invented actionItemUpdate() {
        var key = any(openItems);
        var body = Json.object().put("action_item_id", ids.of(key));
        if (random.nextInt(4) == 0) {
            body.put("assignee", "nobody").put("version", 999);
            return Invented.of("action_item_update", body, true).failing("version_conflict");
        }
        var next = items.get(key).equals("open") ? "in_progress" : "done";
        if (next.equals("done")) {
            openItems.remove(key);
        }
        items.put(key, next);
        return Invented.of("action_item_update", body.put("status", next), true);
    }

    /** What nobody would accept who knew the accounts, and who does not finds out later. */
    private Invented unsound() {
        var amount = decimal(100, 900);
        return switch (random.nextInt(3)) {
            case 0 -> Invented.of("deposit", money(NOBODY, amount, EUR), true).failing("account_not_found");
            case 1 -> Invented.of("deposit", money(FROZEN, amount, EUR), true).failing("account_frozen");
            default ->
                Invented.of("deposit", money(any(PURSES), amount, USD), true).failing("currency_mismatch");
        };
    }

    private Request refusedAtTheDoor() {
        var key = key();
        var body = switch (random.nextInt(3)) {
            case 0 -> money(any(PURSES), "-5.00", EUR);
            case 1 -> money(any(PURSES), "5,00", EUR);
            default -> money(any(PURSES), "5.00", EUR).put("colour", "green");
        };
        return single(key, Invented.of("deposit", body, true).failing("validation_failed"));
    }

    private String key() {
        return ledgerId + "-" + ++number;
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private String other(String purse) {
        return PURSES.get((PURSES.indexOf(purse) + 1 + random.nextInt(PURSES.size() - 1)) % PURSES.size());
    }

    private static <T> void remember(List<T> some, T one) {
        some.add(one);
        if (some.size() > REMEMBERED_MAX) {
            some.removeFirst();
        }
    }

    private static String currency(String account) {
        return DOLLARS.contains(account) ? USD : EUR;
    }

    private String decimal(int least, int most) {
        return BigDecimal.valueOf(least + random.nextInt(most - least + 1), 2).toPlainString();
    }

    private static ObjectNode money(String account, String amount, String currency) {
        return Json.object().put("account_id", account).put("amount", amount).put("currency", currency);
    }

    private static ObjectNode transferOf(String from, String to, String amount) {
        return Json.object()
                .put("from_account_id", from)
                .put("to_account_id", to)
                .put("amount", amount)
                .put("currency", EUR);
    }
}
