package io.daybook.ledger;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** What happens to come in: all kinds of operations, sound and unsound, for the ledgers of a {@link Model}. */
public final class Traffic {
    private static final List<String> ACCOUNTS = List.of("a", "b", "c", "d", "usd", "yen", "ice", "gone", "nobody");

    private record Sent(String ledger, Submission submission) {}

    private final Random random;
    private final List<Sent> sent = new ArrayList<>();

    /** Three ledgers with the accounts that it is about, and one that nobody has opened. */
    public static World world() {
        var model = Model.of(Model.OPEN_LEDGERS);
        var world = new World();
        for (var ledger : Model.OPEN_LEDGERS) {
            world.ledger(
                    ledger,
                    List.of(),
                    model.accounts(ledger).entrySet().stream()
                            .map(entry -> account(entry.getKey(), entry.getValue()))
                            .toArray(Account[]::new));
        }
        return world.unopened("void");
    }

    private static Account account(String id, Model.Account model) {
        return new Account(
                id,
                model.currency,
                model.scale,
                AccountStatus.valueOf(model.status),
                model.floor == null ? null : new Amount(model.floor.setScale(model.scale)),
                new Amount(model.balance.setScale(model.scale)),
                Amount.zero(model.scale));
    }

    public Traffic(Random random) {
        this.random = random;
    }

    public int count() {
        return sent.size();
    }

    /** One of a few operations. */
    public World.Message message(String ledger) {
        return message(ledger, 2);
    }

    /** One of so many operations at the most; of four, if that is more and all are applied or none. */
    public World.Message message(String ledger, int max) {
        var operations = new ArrayList<Submission>();
        var atomic = random.nextInt(3) == 0;
        for (var i = random.nextInt(atomic ? 4 : max); i >= 0; i--) {
            operations.add(submission(ledger));
        }
        return new World.Message(atomic, operations);
    }

    private Submission submission(String ledger) {
        var dice = random.nextInt(100);
        var before = any(ledger, Command.class);
        if (before != null && dice < 5) {
            return before; // delivered again
        }
        var id = new UUID(0x7000, Long.MIN_VALUE | random.nextLong() >>> 2);
        var key = before != null && dice < 15 ? before.idempotencyKey() : "key-" + sent.size();
        var command = before != null && dice < 10 ? before.command() : command(ledger);
        sent.add(new Sent(ledger, LedgerFixture.submission(id, key, command)));
        return sent.getLast().submission();
    }

    /** One of those that were sent before, to this ledger or, with {@code null}, to any. */
    private Submission any(String ledger, Class<? extends Command> kind) {
        var some = sent.stream()
                .filter(one -> (ledger == null || one.ledger().equals(ledger))
                        && kind.isInstance(one.submission().command()))
                .toList();
        return some.isEmpty() ? null : some.get(random.nextInt(some.size())).submission();
    }

    private UUID idOf(String ledger, Class<? extends Command> kind) {
        var one = any(random.nextInt(10) == 0 ? null : ledger, random.nextInt(20) == 0 ? Command.class : kind);
        return one == null ? LedgerFixture.NOBODY : one.operationId();
    }

    /** Mostly one that has moved something into or within the ledger, and now and then one that was reversed before. */
    private UUID reversible(String ledger) {
        var dice = random.nextInt(10);
        if (dice == 0) {
            return idOf(ledger, Command.class);
        }
        var before = any(ledger, Command.Reversal.class);
        if (dice < 3 && before != null) {
            return ((Command.Reversal) before.command()).operationId();
        }
        var some = sent.stream()
                .filter(one -> one.submission()
                        .command()
                        .destination()
                        .map(ledger::equals)
                        .orElse(dice < 5
                                && one.ledger().equals(ledger)
                                && !(one.submission().command() instanceof Command.Reversal)))
                .toList();
        return some.isEmpty()
                ? LedgerFixture.NOBODY
                : some.get(random.nextInt(some.size())).submission().operationId();
    }

    private Command command(String ledger) {
        var reference = random.nextInt(8) == 0 ? "R-" + random.nextInt(200) : null;
        var currency = currency();
        return switch (random.nextInt(20)) {
            case 0, 1 -> new Command.Deposit(account(currency), amount(), currency, reference, null, Map.of());
            case 2, 3 -> new Command.Withdrawal(account(currency), amount(), currency, reference, null, Map.of());
            case 4, 5, 6, 7 ->
                new Command.Transfer(
                        account(currency),
                        account(currency),
                        destination(),
                        amount(),
                        currency,
                        reference,
                        null,
                        Map.of());
            case 8, 9 -> exchange(currency, reference);
            case 10 -> new Command.Journal(lines(), reference, null, Map.of());
            case 11, 12 ->
                new Command.Hold(
                        account(currency),
                        amount(),
                        currency,
                        random.nextBoolean() ? null : LedgerFixture.NOW.plusSeconds(random.nextInt(100)),
                        reference,
                        null,
                        Map.of());
            case 13, 14 ->
                new Command.Capture(
                        idOf(ledger, Command.Hold.class),
                        random.nextBoolean() ? null : amount(),
                        account(currency),
                        reference,
                        null,
                        Map.of());
            case 15 -> new Command.Release(idOf(ledger, Command.Hold.class), reference, null, Map.of());
            case 16, 17 -> new Command.Reversal(reversible(ledger), random.nextBoolean(), reference, null, Map.of());
            case 18 -> new Command.ActionItem("Call", null, null, null, null, reference);
            default ->
                new Command.ActionItemUpdate(
                        idOf(ledger, Command.ActionItem.class),
                        ActionItemStatus.values()[random.nextInt(4)],
                        random.nextBoolean() ? null : 1 + random.nextInt(3),
                        null,
                        null,
                        null,
                        null,
                        reference);
        };
    }

    private Command exchange(String currency, String reference) {
        var other = currency.equals("EUR") ? random.nextBoolean() ? "USD" : "JPY" : "EUR";
        var byRate = random.nextBoolean();
        return new Command.Exchange(
                account(currency),
                account(other),
                destination(),
                new Command.Money(amount(), currency),
                byRate ? null : new Command.Money(amount(), other),
                byRate ? new Amount(BigDecimal.valueOf(1 + random.nextInt(20_000), random.nextInt(6))) : null,
                reference,
                null,
                Map.of());
    }

    private String destination() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> null;
            case 3 -> "void";
            default -> Model.OPEN_LEDGERS.get(random.nextInt(3));
        };
    }

    /** Balanced, each currency by itself; an account may come twice. */
    private List<Command.Journal.Line> lines() {
        var lines = new ArrayList<Command.Journal.Line>();
        for (var i = random.nextInt(2); i >= 0; i--) {
            var currency = currency();
            var sum = BigDecimal.ZERO;
            for (var j = random.nextInt(3); j >= 0; j--) {
                var amount = random.nextBoolean() ? amount() : amount().negated();
                lines.add(new Command.Journal.Line(anyAccount(currency), amount, currency));
                sum = sum.add(amount.value());
            }
            if (sum.signum() != 0) {
                lines.add(new Command.Journal.Line(anyAccount(currency), new Amount(sum.negate()), currency));
            }
        }
        return lines;
    }

    /** What is on its way between ledgers is not touched by hand, so that it can sum to zero at rest. */
    private String anyAccount(String currency) {
        return random.nextInt(6) == 0
                ? List.of("external:", "exchange:").get(random.nextInt(2)) + currency
                : account(currency);
    }

    /** Mostly one that fits. */
    private String account(String currency) {
        if (random.nextInt(12) == 0) {
            return ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
        }
        return switch (currency) {
            case "USD" -> "usd";
            case "JPY" -> "yen";
            default -> ACCOUNTS.get(random.nextInt(4));
        };
    }

    private String currency() {
        var dice = random.nextInt(40);
        return dice == 0 ? "nope" : dice < 4 ? "USD" : dice < 8 ? "JPY" : "EUR";
    }

    private Amount amount() {
        var scale = random.nextInt(20) == 0 ? 3 : random.nextInt(3);
        return new Amount(BigDecimal.valueOf(1 + random.nextInt(5_000), scale));
    }
}
