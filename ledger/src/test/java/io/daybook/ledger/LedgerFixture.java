package io.daybook.ledger;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A ledger in euro, yen and ounces of gold, and the words to speak of it. */
final class LedgerFixture {
    static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123456Z");
    /** The id of nothing. */
    static final UUID NOBODY = new UUID(0x7000, 0x8000_0000_0000_0000L);

    static final List<Asset> ASSETS = List.of(new Asset("gold.oz", 6));

    private final List<Account> accounts = new ArrayList<>();
    private final List<Recorded> recorded = new ArrayList<>();
    private boolean open = true;
    private Instant lastAt;
    private int ids;

    LedgerFixture unopened() {
        open = false;
        return this;
    }

    LedgerFixture lastAt(Instant at) {
        lastAt = at;
        return this;
    }

    /** In euro, with nothing below zero. */
    LedgerFixture account(String id, String balance) {
        return account(id, "EUR", 2, "0.00", balance);
    }

    LedgerFixture account(String id, String currency, int scale, String floor, String balance) {
        accounts.add(new Account(
                id,
                currency,
                scale,
                AccountStatus.ACTIVE,
                floor == null ? null : Amount.of(floor),
                Amount.of(balance),
                Amount.zero(scale)));
        return this;
    }

    LedgerFixture account(String id, AccountStatus status, String balance) {
        accounts.add(new Account(id, "EUR", 2, status, Amount.zero(2), Amount.of(balance), Amount.zero(2)));
        return this;
    }

    LedgerFixture held(String id, String balance, String held) {
        accounts.add(
                new Account(id, "EUR", 2, AccountStatus.ACTIVE, Amount.zero(2), Amount.of(balance), Amount.of(held)));
        return this;
    }

    LedgerFixture recorded(Recorded... before) {
        recorded.addAll(Arrays.asList(before));
        return this;
    }

    Book book() {
        return new Book(
                new Book.Head("acme", "main", open, ASSETS, 0, HashChain.genesis(), lastAt), accounts, recorded, NOW);
    }

    /** An operation under a key of its own. */
    Submission submit(Command command) {
        return submit("key-" + ++ids, command);
    }

    Submission submit(String key, Command command) {
        return submission(new UUID(0x7000, 0x8000_0000_0000_0000L | ++ids), key, command);
    }

    /** The fingerprint need only be the same for the same command. */
    static Submission submission(UUID id, String key, Command command) {
        var text = command.kind() + " " + command;
        return new Submission(id, key, Codec.sha256().digest(text.getBytes(StandardCharsets.UTF_8)), "carol", command);
    }

    static Command deposit(String account, String money) {
        return deposit(account, money, null);
    }

    static Command deposit(String account, String money, String reference) {
        return new Command.Deposit(account, amount(money), currency(money), reference, null, Map.of());
    }

    static Command withdrawal(String account, String money) {
        return withdrawal(account, money, null);
    }

    static Command withdrawal(String account, String money, String reference) {
        return new Command.Withdrawal(account, amount(money), currency(money), reference, null, Map.of());
    }

    static Command transfer(String from, String to, String money) {
        return new Command.Transfer(from, to, null, amount(money), currency(money), null, null, Map.of());
    }

    /** Each line an account, an amount and a currency. */
    static Command journal(String... lines) {
        return new Command.Journal(
                Arrays.stream(lines)
                        .map(line -> line.split(" ", 2))
                        .map(line -> new Command.Journal.Line(line[0], amount(line[1]), currency(line[1])))
                        .toList(),
                null,
                null,
                Map.of());
    }

    static Command transfer(String from, String ledger, String to, String money) {
        return new Command.Transfer(from, to, ledger, amount(money), currency(money), null, null, Map.of());
    }

    static Command exchange(String from, String ledger, String to, String sell, String buy) {
        return new Command.Exchange(from, to, ledger, money(sell), money(buy), null, null, null, Map.of());
    }

    static Command exchangeAt(String from, String ledger, String to, String sell, String rate) {
        return new Command.Exchange(from, to, ledger, money(sell), null, Amount.of(rate), null, null, Map.of());
    }

    static Command hold(String account, String money) {
        return hold(account, money, null);
    }

    static Command hold(String account, String money, Instant expiresAt) {
        return new Command.Hold(account, amount(money), currency(money), expiresAt, null, null, Map.of());
    }

    static Command capture(UUID hold, String amount, String to) {
        return new Command.Capture(hold, amount == null ? null : Amount.of(amount), to, null, null, Map.of());
    }

    static Command release(UUID hold) {
        return new Command.Release(hold, null, null, Map.of());
    }

    static Command reversal(UUID operation) {
        return new Command.Reversal(operation, false, null, null, Map.of());
    }

    static Command forcedReversal(UUID operation) {
        return new Command.Reversal(operation, true, null, null, Map.of());
    }

    static Command item(String title) {
        return new Command.ActionItem(title, null, null, null, null, null);
    }

    static Command update(UUID item, Integer version, ActionItemStatus status) {
        return new Command.ActionItemUpdate(item, status, version, null, null, null, null, null);
    }

    static Command ofKind(Kind kind, String from, String to, String money) {
        return switch (kind) {
            case DEPOSIT -> deposit(to, money);
            case WITHDRAWAL -> withdrawal(from, money);
            case TRANSFER -> transfer(from, to, money);
            case JOURNAL -> journal(from + " -" + money, to + " " + money);
            case EXCHANGE ->
                new Command.Exchange(
                        from,
                        to,
                        null,
                        new Command.Money(amount(money), currency(money)),
                        new Command.Money(amount(money), "JPY"),
                        null,
                        null,
                        null,
                        Map.of());
            case HOLD -> hold(from, money);
            case CAPTURE -> capture(NOBODY, null, to);
            case RELEASE -> release(NOBODY);
            case REVERSAL -> reversal(NOBODY);
            case ACTION_ITEM -> item("Call " + to);
            case ACTION_ITEM_UPDATE -> update(NOBODY, null, ActionItemStatus.IN_PROGRESS);
        };
    }

    static Operation.Result result(Recorded recorded) {
        return ((Outcome.Succeeded) recorded.outcome()).result();
    }

    static Problem problem(Recorded recorded) {
        return ((Outcome.Failed) recorded.outcome()).problem();
    }

    /** The code of its failure, or where else it stands. */
    static String code(Recorded recorded) {
        return switch (recorded.outcome()) {
            case Outcome.Succeeded done -> "succeeded";
            case Outcome.Failed failed -> failed.problem().code();
            case Outcome.Undecided undecided -> undecided.status().toString();
        };
    }

    /** As {@code alice 12.34 EUR}. */
    static List<String> balances(Recorded recorded) {
        return result(recorded).balances().stream()
                .map(balance -> balance.accountId() + " " + balance.balanceAfter() + " " + balance.currency())
                .toList();
    }

    /** As {@code 12.34}, of what was touched. */
    static String balance(Book book, String account) {
        return book.touched().stream()
                .filter(one -> one.id().equals(account))
                .map(one -> one.balance().toString())
                .findFirst()
                .orElse("untouched");
    }

    private static Command.Money money(String money) {
        return new Command.Money(amount(money), currency(money));
    }

    private static Amount amount(String money) {
        return Amount.of(money.split(" ")[0]);
    }

    private static String currency(String money) {
        var parts = money.split(" ");
        return parts.length > 1 ? parts[1] : "EUR";
    }
}
