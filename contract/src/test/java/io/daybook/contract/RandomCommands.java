package io.daybook.contract;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Commands and messages with everything in them that is allowed, the same ones from the same seed. */
final class RandomCommands {
    private static final String TEXT = "aZ09 _-./\\\"'{}[]<>&%\n\t\u00e4\u00df\u20ac\u65e5\u2028\u200f\ufeff\ufffd";

    private final Random random;

    RandomCommands(long seed) {
        this.random = new Random(seed);
    }

    QueueMessage message(int operationsMax) {
        var tenant = identifier(Identifiers.TENANT_LENGTH_MAX);
        var ledgerId = identifier(Identifiers.LEDGER_ID_LENGTH_MAX);
        var items = IntStream.rangeClosed(0, random.nextInt(operationsMax))
                .mapToObj(i -> command())
                .map(command -> new QueueMessage.Item(
                        DaybookId.next(tenant, ledgerId, random.nextLong(1L << 40)),
                        "key " + random.nextInt(),
                        command.kind(),
                        command,
                        command instanceof Command.Crossing ? maybe(this::step) : null))
                .toList();
        var acceptedAt = Instant.ofEpochSecond(random.nextLong(1L << 35), random.nextInt(1_000_000) * 1_000L);
        return new QueueMessage(
                QueueMessage.VERSION, tenant, ledgerId, "c" + text(50), acceptedAt, random.nextBoolean(), items);
    }

    Command command() {
        return switch (Kind.values()[random.nextInt(Kind.values().length)]) {
            case DEPOSIT ->
                new Command.Deposit(account(), amount(), currency(), reference(), description(), metadata());
            case WITHDRAWAL ->
                new Command.Withdrawal(account(), amount(), currency(), reference(), description(), metadata());
            case TRANSFER ->
                new Command.Transfer(
                        "from" + account(),
                        "to" + account(),
                        maybe(() -> identifier(Identifiers.LEDGER_ID_LENGTH_MAX)),
                        amount(),
                        currency(),
                        reference(),
                        description(),
                        metadata());
            case EXCHANGE -> exchange();
            case JOURNAL -> new Command.Journal(lines(), reference(), description(), metadata());
            case HOLD ->
                new Command.Hold(
                        account(), amount(), currency(), maybe(this::time), reference(), description(), metadata());
            case CAPTURE ->
                new Command.Capture(id(), maybe(this::amount), account(), reference(), description(), metadata());
            case RELEASE -> new Command.Release(id(), reference(), description(), metadata());
            case REVERSAL -> new Command.Reversal(id(), random.nextBoolean(), reference(), description(), metadata());
            case ACTION_ITEM ->
                new Command.ActionItem(
                        "t" + text(Command.ActionItem.TITLE_LENGTH_MAX - 1),
                        maybe(() -> "d" + text(Command.ActionItem.DETAILS_LENGTH_MAX - 1)),
                        maybe(() -> "a" + text(Command.ActionItem.ASSIGNEE_LENGTH_MAX - 1)),
                        maybe(this::time),
                        maybe(this::id),
                        reference());
            case ACTION_ITEM_UPDATE ->
                new Command.ActionItemUpdate(
                        id(),
                        maybe(() -> ActionItemStatus.values()[random.nextInt(ActionItemStatus.values().length)]),
                        maybe(() -> 1 + random.nextInt(Integer.MAX_VALUE)),
                        "t" + text(Command.ActionItem.TITLE_LENGTH_MAX - 1),
                        maybe(() -> "d" + text(Command.ActionItem.DETAILS_LENGTH_MAX - 1)),
                        maybe(() -> "a" + text(Command.ActionItem.ASSIGNEE_LENGTH_MAX - 1)),
                        maybe(this::time),
                        reference());
        };
    }

    private Command exchange() {
        var byRate = random.nextBoolean();
        return new Command.Exchange(
                "from" + account(),
                "to" + account(),
                maybe(() -> identifier(Identifiers.LEDGER_ID_LENGTH_MAX)),
                new Command.Money(amount(), "EUR"),
                byRate ? null : new Command.Money(amount(), "USD"),
                byRate ? amount() : null,
                reference(),
                description(),
                metadata());
    }

    private QueueMessage.Step step() {
        return new QueueMessage.Step(
                StepName.values()[random.nextInt(StepName.values().length)],
                identifier(Identifiers.LEDGER_ID_LENGTH_MAX),
                maybe(() ->
                        Problem.of(ProblemCode.values()[random.nextInt(ProblemCode.values().length)], "d" + text(500))),
                maybe(() -> List.of(new Operation.Balance(account(), currency(), sum()))));
    }

    private Amount sum() {
        return new Amount(new BigDecimal(new BigInteger(150, random).negate(), random.nextInt(Amount.SCALE_MAX + 1)));
    }

    private UUID id() {
        return DaybookId.next("t", identifier(Identifiers.LEDGER_ID_LENGTH_MAX), random.nextLong(1L << 40));
    }

    private Instant time() {
        return Instant.ofEpochSecond(random.nextLong(1L << 35), random.nextInt(1_000_000) * 1_000L);
    }

    /** Balanced pair by pair. */
    private List<Command.Journal.Line> lines() {
        var lines = new ArrayList<Command.Journal.Line>();
        for (var i = 0; i <= random.nextInt(5); i++) {
            var amount = amount();
            var currency = currency();
            lines.add(new Command.Journal.Line(account(), amount, currency));
            lines.add(new Command.Journal.Line("external:" + currency, amount.negated(), currency));
        }
        return List.copyOf(lines);
    }

    private Amount amount() {
        var unscaled = new BigInteger(1 + random.nextInt(60), random).add(BigInteger.ONE);
        return new Amount(new BigDecimal(unscaled, random.nextInt(Amount.SCALE_MAX + 1)));
    }

    private String account() {
        return identifier(100);
    }

    private String identifier(int lengthMax) {
        var shape = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
        var text = new StringBuilder("i");
        for (var i = random.nextInt(lengthMax); i > 0; i--) {
            text.append(shape.charAt(random.nextInt(shape.length())));
        }
        return text.toString();
    }

    private String currency() {
        return List.of("EUR", "USD", "JPY", "gold.oz", "X").get(random.nextInt(5));
    }

    private String reference() {
        return maybe(() -> "r" + text(Identifiers.REFERENCE_ID_LENGTH_MAX - 1));
    }

    private String description() {
        return maybe(() -> "d" + text(Fields.DESCRIPTION_LENGTH_MAX - 1));
    }

    private Map<String, String> metadata() {
        var entries = new TreeMap<String, String>();
        for (var i = random.nextInt(5); i > 0; i--) {
            entries.put("k" + text(Fields.METADATA_KEY_LENGTH_MAX - 1), text(Fields.METADATA_VALUE_LENGTH_MAX));
        }
        return entries;
    }

    /** Printable; sometimes empty, sometimes with what JSON escapes, sometimes outside the basic plane. */
    private String text(int lengthMax) {
        var text = new StringBuilder();
        for (var i = random.nextInt(1 + random.nextInt(1 + lengthMax / 2)); i > 0; i--) {
            if (random.nextInt(10) == 0) {
                text.appendCodePoint(0x1F600 + random.nextInt(50));
            } else {
                text.append(TEXT.charAt(random.nextInt(TEXT.length())));
            }
        }
        return text.toString();
    }

    private <T> T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
