package io.daybook.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybook.local.cli.Books.Posting;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Invents a month of a small bank, the same one every time: current accounts, a card programme in two currencies and a
 * loyalty scheme with assets of its own. Each line that is not plain success says in {@code expect} what it comes to.
 */
final class BankMonth {
    private static final long SEED = 1494; // the year of Pacioli's Summa
    private static final YearMonth MONTH = YearMonth.of(2026, 3);

    private static final String RETAIL = "retail-bank";
    private static final String CARDS = "card-programme";
    private static final String LOYALTY = "loyalty";

    private static final int CUSTOMERS = 120;
    private static final int LANDLORDS = 8;
    private static final int CARDHOLDERS = 60;
    private static final int TRAVELLERS = 30;
    private static final int MEMBERS = 80;
    private static final int COLLECTORS = 20;

    private static final List<String> MERCHANTS =
            List.of("Corner Grocer", "Nord Energy", "Bakery Lind", "City Transit", "Bookshop Quire", "Cinema Astra");

    private final Random random = new Random(SEED);
    private final List<String> lines = new ArrayList<>();
    private final List<ObjectNode> repeatable = new ArrayList<>();
    private final Books books = new Books();
    private LocalDate today = MONTH.atDay(1);
    private int operations;

    private BankMonth() {}

    static BankMonth generate() {
        var month = new BankMonth();
        month.openLedgers();
        for (var day = 1; day <= MONTH.lengthOfMonth(); day++) {
            month.live(day);
        }
        return month;
    }

    /** Writes the files that stand in {@code examples/}, into the folder given. */
    public static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments[0]);
        var month = generate();
        Files.writeString(folder.resolve(Demo.LINES_FILE), month.jsonLines());
        Files.writeString(folder.resolve(Demo.EXPECTED_FILE), month.expected());
    }

    int operations() {
        return operations;
    }

    Books books() {
        return books;
    }

    String jsonLines() {
        return String.join("\n", lines) + "\n";
    }

    /** The closing balance of every account, one account a line. */
    String expected() {
        var ledgers = new ArrayList<String>();
        books.ledgers().forEach((ledgerId, accounts) -> {
            var balances = new ArrayList<String>();
            accounts.forEach((accountId, balance) -> balances.add("    \"%s\": %s"
                    .formatted(
                            accountId,
                            Json.object()
                                    .put("currency", balance.currency())
                                    .put("balance", balance.amount().toPlainString()))));
            ledgers.add("  \"" + ledgerId + "\": {\n" + String.join(",\n", balances) + "\n  }");
        });
        return "{\n" + String.join(",\n", ledgers) + "\n}\n";
    }

    private void openLedgers() {
        openLedger(RETAIL, "Retail bank");
        for (var i = 1; i <= CUSTOMERS; i++) {
            // Every tenth customer has an overdraft.
            openAccount(RETAIL, customer(i), "EUR", "liability", Optional.of(i % 10 == 0 ? "-500.00" : "0.00"));
        }
        for (var i = 1; i <= LANDLORDS; i++) {
            openAccount(RETAIL, landlord(i), "EUR", "liability", Optional.of("0.00"));
        }
        openAccount(RETAIL, "settlement:cards", "EUR", "liability", Optional.empty());
        openAccount(RETAIL, "fees:cards", "EUR", "income", Optional.empty());
        openAccount(RETAIL, "fees:accounts", "EUR", "income", Optional.empty());
        openAccount(RETAIL, "interest:paid", "EUR", "expense", Optional.empty());

        openLedger(CARDS, "Card programme");
        for (var i = 1; i <= CARDHOLDERS; i++) {
            openAccount(CARDS, card(i, "EUR"), "EUR", "liability", Optional.of("0.00"));
        }
        for (var i = 1; i <= TRAVELLERS; i++) {
            openAccount(CARDS, card(i, "USD"), "USD", "liability", Optional.of("0.00"));
        }
        for (var currency : List.of("EUR", "USD")) {
            openAccount(
                    CARDS, "acquirer:" + currency.toLowerCase(Locale.ROOT), currency, "liability", Optional.empty());
            openAccount(CARDS, "fees:" + currency.toLowerCase(Locale.ROOT), currency, "income", Optional.empty());
            openAccount(CARDS, "fx:" + currency.toLowerCase(Locale.ROOT), currency, "asset", Optional.empty());
        }

        var loyalty =
                Json.object().put("open", "ledger").put("ledger_id", LOYALTY).put("name", "Loyalty scheme");
        var assets = loyalty.putArray("assets");
        assets.addObject().put("code", "POINTS").put("scale", 0);
        assets.addObject().put("code", "GOLD").put("scale", 4);
        lines.add(Json.write(loyalty));
        for (var i = 1; i <= MEMBERS; i++) {
            openAccount(LOYALTY, member(i), "POINTS", "liability", Optional.of("0"));
        }
        for (var i = 1; i <= COLLECTORS; i++) {
            openAccount(LOYALTY, vault(i), "GOLD", "liability", Optional.of("0.0000"));
        }
        openAccount(LOYALTY, "programme:points", "POINTS", "expense", Optional.empty());
        openAccount(LOYALTY, "redeemed:points", "POINTS", "income", Optional.empty());
    }

    private void live(int day) {
        today = MONTH.atDay(day);
        switch (day) {
            case 1 -> firstOfTheMonth();
            case 5 -> utilities();
            case 25 -> salaries();
            default -> {}
        }
        var happenings = new ArrayList<Runnable>();
        happen(happenings, 14, this::cardPaymentFromAccount);
        happen(happenings, 6, this::transferBetweenCustomers);
        happen(happenings, 4, this::cashFromAccount);
        happen(happenings, 13, this::cardPurchase);
        happen(happenings, 2, this::currencyExchange);
        happen(happenings, 2, this::topUp);
        happen(happenings, 2, this::cashAbroad);
        happen(happenings, 12, this::earnPoints);
        happen(happenings, 5, this::redeemPoints);
        happen(happenings, 2, this::moveGold);
        if (day % 4 == 0) {
            happen(happenings, 1, this::cashBeyondMeans);
            happen(happenings, 1, this::redeemBeyondMeans);
        }
        if (day % 2 == 0) {
            happen(happenings, 1, this::sendAgain);
        }
        Collections.shuffle(happenings, random);
        happenings.forEach(Runnable::run);
        if (day == 26) {
            salaryBookedTwice();
        }
        if (day == 17) {
            mistakes();
        }
        if (day == MONTH.lengthOfMonth()) {
            lastOfTheMonth();
        }
    }

    private void firstOfTheMonth() {
        for (var i = 1; i <= CUSTOMERS; i++) {
            deposit(RETAIL, customer(i), cents(30_000, 400_000), "EUR", "Balance brought forward");
        }
        for (var i = 1; i <= 45; i++) {
            transfer(RETAIL, customer(i), landlord(1 + i % LANDLORDS), cents(45_000, 140_000), "EUR", "Rent");
        }
        for (var i = 1; i <= CARDHOLDERS; i++) {
            deposit(CARDS, card(i, "EUR"), cents(5_000, 60_000), "EUR", "Card loaded");
        }
        for (var i = 1; i <= TRAVELLERS; i++) {
            deposit(CARDS, card(i, "USD"), cents(2_000, 30_000), "USD", "Card loaded");
        }
        for (var i = 1; i <= MEMBERS; i++) {
            journal(
                    LOYALTY,
                    List.of(new Posting("programme:points", "-500", "POINTS"), new Posting(member(i), "500", "POINTS")),
                    "Welcome points");
        }
        for (var i = 1; i <= COLLECTORS; i++) {
            deposit(LOYALTY, vault(i), decimal(between(1_000, 90_000), 4), "GOLD", "Gold delivered");
        }
    }

    private void utilities() {
        for (var i = 1; i <= CUSTOMERS; i += 3) {
            withdrawal(RETAIL, customer(i), cents(3_000, 16_000), "EUR", "Nord Energy, direct debit");
        }
    }

    private void salaries() {
        for (var i = 1; i <= CUSTOMERS; i++) {
            var salary = depositOf(customer(i), cents(180_000, 520_000), "EUR");
            send(
                    line(RETAIL, "deposit")
                            .put("reference_id", salaryReference(i))
                            .put("description", "Salary")
                            .setAll(salary),
                    depositPostings(customer(i), salary));
        }
    }

    private void lastOfTheMonth() {
        for (var i = 1; i <= CUSTOMERS; i++) {
            journal(
                    RETAIL,
                    List.of(new Posting(customer(i), "-2.50", "EUR"), new Posting("fees:accounts", "2.50", "EUR")),
                    "Account fee");
        }
        for (var from = 1; from <= CUSTOMERS; from += 20) {
            var postings = new ArrayList<Posting>();
            var total = BigDecimal.ZERO;
            for (var i = from; i < from + 20; i++) {
                var interest = new BigDecimal(cents(5, 900));
                total = total.add(interest);
                postings.add(new Posting(customer(i), interest.toPlainString(), "EUR"));
            }
            postings.addFirst(new Posting("interest:paid", total.negate().toPlainString(), "EUR"));
            journal(RETAIL, postings, "Interest");
        }
    }

    private void cardPaymentFromAccount() {
        var amount = between(250, 12_000);
        var fee = Math.max(5, amount / 100);
        var customer = customer(between(1, CUSTOMERS));
        journal(
                RETAIL,
                List.of(
                        new Posting(customer, decimal(-amount, 2), "EUR"),
                        new Posting("settlement:cards", decimal(amount - fee, 2), "EUR"),
                        new Posting("fees:cards", decimal(fee, 2), "EUR")),
                MERCHANTS.get(random.nextInt(MERCHANTS.size())));
    }

    private void transferBetweenCustomers() {
        var from = between(1, CUSTOMERS);
        var to = 1 + (from + between(0, CUSTOMERS - 2)) % CUSTOMERS;
        transfer(RETAIL, customer(from), customer(to), cents(500, 30_000), "EUR", "Between friends");
    }

    private void cashFromAccount() {
        var amount = decimal(between(1, 20) * 2_000, 2);
        withdrawal(RETAIL, customer(between(1, CUSTOMERS)), amount, "EUR", "Cash machine");
    }

    private void cashBeyondMeans() {
        var customer = customer(between(1, CUSTOMERS));
        var amount = books.balance(RETAIL, customer).max(BigDecimal.ZERO).add(new BigDecimal("1000.00"));
        withdrawal(RETAIL, customer, amount.toPlainString(), "EUR", "Cash machine");
    }

    private void cardPurchase() {
        var abroad = between(1, 3) == 1;
        var currency = abroad ? "USD" : "EUR";
        var card = card(between(1, abroad ? TRAVELLERS : CARDHOLDERS), currency);
        var amount = between(150, 6_000);
        var fee = Math.max(3, amount * 3 / 200);
        journal(
                CARDS,
                List.of(
                        new Posting(card, decimal(-amount, 2), currency),
                        new Posting(
                                "acquirer:" + currency.toLowerCase(Locale.ROOT), decimal(amount - fee, 2), currency),
                        new Posting("fees:" + currency.toLowerCase(Locale.ROOT), decimal(fee, 2), currency)),
                MERCHANTS.get(random.nextInt(MERCHANTS.size())));
    }

    private void currencyExchange() {
        var traveller = between(1, TRAVELLERS);
        var euros = between(1_000, 10_000);
        var dollars = euros * (1_060 + between(0, 40)) / 1_000;
        journal(
                CARDS,
                List.of(
                        new Posting(card(traveller, "EUR"), decimal(-euros, 2), "EUR"),
                        new Posting("fx:eur", decimal(euros, 2), "EUR"),
                        new Posting("fx:usd", decimal(-dollars, 2), "USD"),
                        new Posting(card(traveller, "USD"), decimal(dollars, 2), "USD")),
                "Dollars for euros");
    }

    private void topUp() {
        deposit(CARDS, card(between(1, CARDHOLDERS), "EUR"), cents(2_000, 25_000), "EUR", "Card loaded");
    }

    private void cashAbroad() {
        withdrawal(CARDS, card(between(1, TRAVELLERS), "USD"), cents(2_000, 15_000), "USD", "Cash machine");
    }

    private void earnPoints() {
        var points = Integer.toString(between(5, 400));
        journal(
                LOYALTY,
                List.of(
                        new Posting("programme:points", "-" + points, "POINTS"),
                        new Posting(member(between(1, MEMBERS)), points, "POINTS")),
                "Points earned");
    }

    private void redeemPoints() {
        var points = Integer.toString(between(1, 12) * 50);
        transfer(LOYALTY, member(between(1, MEMBERS)), "redeemed:points", points, "POINTS", "Points redeemed");
    }

    private void redeemBeyondMeans() {
        var member = member(between(1, MEMBERS));
        var points = books.balance(LOYALTY, member).add(BigDecimal.ONE).toPlainString();
        transfer(LOYALTY, member, "redeemed:points", points, "POINTS", "Points redeemed");
    }

    private void moveGold() {
        var from = between(1, COLLECTORS);
        var to = 1 + (from + between(0, COLLECTORS - 2)) % COLLECTORS;
        transfer(LOYALTY, vault(from), vault(to), decimal(between(1, 20_000), 4), "GOLD", "Gold moved");
    }

    /** A client that got no answer sends the same again. */
    private void sendAgain() {
        var again = repeatable.get(random.nextInt(repeatable.size())).deepCopy();
        add(again.put("expect", "replayed"));
    }

    private void salaryBookedTwice() {
        for (var i = 10; i <= CUSTOMERS; i += 20) {
            add(line(RETAIL, "deposit")
                    .put("reference_id", salaryReference(i))
                    .put("description", "Salary, booked a second time")
                    .put("expect", "duplicate_reference")
                    .setAll(depositOf(customer(i), "2000.00", "EUR")));
        }
    }

    /** One request that is wrong in each way. */
    private void mistakes() {
        wrong("422 validation_failed", RETAIL, "deposit", depositOf(customer(1), "-5.00", "EUR"));
        wrong("422 validation_failed", RETAIL, "withdrawal", depositOf(customer(1), "0.00", "EUR"));
        wrong("422 validation_failed", RETAIL, "deposit", depositOf(customer(1), "5,00", "EUR"));
        wrong("422 validation_failed", RETAIL, "deposit", depositOf("no/such id", "5.00", "EUR"));
        wrong("422 validation_failed", RETAIL, "deposit", depositOf("external:EUR", "5.00", "EUR"));
        var number =
                Json.object().put("account_id", customer(1)).put("amount", 5).put("currency", "EUR");
        wrong("422 validation_failed", RETAIL, "deposit", number);
        var unknownField = depositOf(customer(1), "5.00", "EUR").put("colour", "green");
        wrong("422 validation_failed", RETAIL, "deposit", unknownField);
        wrong("422 validation_failed", RETAIL, "deposit", Json.object().put("account_id", customer(1)));
        var unbalanced = journalOf(
                List.of(new Posting(customer(1), "-10.00", "EUR"), new Posting("settlement:cards", "9.99", "EUR")));
        wrong("422 validation_failed", RETAIL, "journal", unbalanced);
        wrong("422 amount_scale", RETAIL, "deposit", depositOf(customer(1), "5.001", "EUR"));
        wrong("422 amount_scale", LOYALTY, "deposit", depositOf(member(1), "0.5", "POINTS"));
        var unknownCurrency = journalOf(
                List.of(new Posting("external:ZZZ", "-5.00", "ZZZ"), new Posting(customer(1), "5.00", "ZZZ")));
        wrong("422 currency_unknown", RETAIL, "journal", unknownCurrency);
        wrong("422 currency_mismatch", RETAIL, "deposit", depositOf(customer(1), "5", "POINTS"));
        wrong("422 currency_mismatch", RETAIL, "deposit", depositOf(customer(1), "5.00", "USD"));
        wrong("422 currency_mismatch", CARDS, "withdrawal", depositOf(card(1, "USD"), "5.00", "EUR"));
        wrong("404 account_not_found", RETAIL, "deposit", depositOf("customer:999", "5.00", "EUR"));
        wrong("404 ledger_not_found", "no-such-ledger", "deposit", depositOf(customer(1), "5.00", "EUR"));
        var keyless = line(RETAIL, "deposit").put("expect", "400 idempotency_key_missing");
        keyless.remove("idempotency_key");
        add(keyless.setAll(depositOf(customer(1), "5.00", "EUR")));
        var other = repeatable.getFirst().deepCopy();
        add(other.put("description", "Another request under a used key").put("expect", "422 idempotency_key_reused"));
    }

    private void wrong(String expect, String ledgerId, String kind, ObjectNode body) {
        add(line(ledgerId, kind).put("expect", expect).setAll(body));
    }

    private void openLedger(String ledgerId, String name) {
        lines.add(Json.write(
                Json.object().put("open", "ledger").put("ledger_id", ledgerId).put("name", name)));
    }

    private void openAccount(String ledgerId, String accountId, String currency, String type, Optional<String> floor) {
        var account = Json.object()
                .put("open", "account")
                .put("ledger_id", ledgerId)
                .put("account_id", accountId)
                .put("currency", currency)
                .put("type", type)
                .put("minimum_balance", floor.orElse(null));
        lines.add(Json.write(account));
        var scale = switch (currency) {
            case "POINTS" -> 0;
            case "GOLD" -> 4;
            default -> 2;
        };
        books.open(ledgerId, accountId, currency, decimal(0, scale), floor);
    }

    private void deposit(String ledgerId, String accountId, String amount, String currency, String description) {
        var body = depositOf(accountId, amount, currency);
        send(line(ledgerId, "deposit").put("description", description).setAll(body), depositPostings(accountId, body));
    }

    private void withdrawal(String ledgerId, String accountId, String amount, String currency, String description) {
        var line = line(ledgerId, "withdrawal").put("description", description);
        send(
                line.setAll(depositOf(accountId, amount, currency)),
                List.of(
                        new Posting(accountId, "-" + amount, currency),
                        new Posting("external:" + currency, amount, currency)));
    }

    private void transfer(String ledgerId, String from, String to, String amount, String currency, String description) {
        var line = line(ledgerId, "transfer")
                .put("description", description)
                .put("from_account_id", from)
                .put("to_account_id", to)
                .put("amount", amount)
                .put("currency", currency);
        send(line, List.of(new Posting(from, "-" + amount, currency), new Posting(to, amount, currency)));
    }

    private void journal(String ledgerId, List<Posting> postings, String description) {
        send(line(ledgerId, "journal").put("description", description).setAll(journalOf(postings)), postings);
    }

    /** Adds a line that the books decide about. */
    private void send(ObjectNode line, List<Posting> postings) {
        if (!books.post(line.path("ledger_id").asText(), postings)) {
            line.put("expect", "insufficient_funds");
        }
        // Not of the runs that the runner sends as batches: there a key stands for another request.
        var alone = switch (line.path("description").asText()) {
            case "Cash machine", "Between friends", "Points redeemed", "Gold moved" -> true;
            default -> false;
        };
        if (alone) {
            repeatable.add(line.deepCopy());
        }
        add(line);
    }

    private void add(ObjectNode line) {
        operations++;
        lines.add(Json.write(line));
    }

    private ObjectNode line(String ledgerId, String kind) {
        var line = Json.object()
                .put("ledger_id", ledgerId)
                .put("kind", kind)
                .put("idempotency_key", String.format(Locale.ROOT, "%s-%s-%04d", ledgerId, today, operations + 1));
        line.putObject("metadata").put("booked_on", today.toString());
        return line;
    }

    private static ObjectNode depositOf(String accountId, String amount, String currency) {
        return Json.object().put("account_id", accountId).put("amount", amount).put("currency", currency);
    }

    private static List<Posting> depositPostings(String accountId, ObjectNode deposit) {
        var amount = deposit.path("amount").asText();
        var currency = deposit.path("currency").asText();
        return List.of(
                new Posting(accountId, amount, currency), new Posting("external:" + currency, "-" + amount, currency));
    }

    private static ObjectNode journalOf(List<Posting> postings) {
        var journal = Json.object();
        var array = journal.putArray("postings");
        postings.forEach(posting -> array.add(depositOf(posting.accountId(), posting.amount(), posting.currency())));
        return journal;
    }

    private static void happen(List<Runnable> happenings, int times, Runnable happening) {
        happenings.addAll(Collections.nCopies(times, happening));
    }

    private static String customer(int number) {
        return String.format(Locale.ROOT, "customer:%03d", number);
    }

    private static String landlord(int number) {
        return String.format(Locale.ROOT, "landlord:%02d", number);
    }

    private static String card(int number, String currency) {
        return String.format(Locale.ROOT, "card:%03d:%s", number, currency.toLowerCase(Locale.ROOT));
    }

    private static String member(int number) {
        return String.format(Locale.ROOT, "member:%03d", number);
    }

    private static String vault(int number) {
        return String.format(Locale.ROOT, "vault:%02d", number);
    }

    private static String salaryReference(int number) {
        return String.format(Locale.ROOT, "SALARY-%s-%03d", MONTH, number);
    }

    private String cents(int least, int most) {
        return decimal(between(least, most), 2);
    }

    private int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    private static String decimal(int minor, int scale) {
        return BigDecimal.valueOf(minor, scale).toPlainString();
    }
}
