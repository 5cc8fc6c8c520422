package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.QueueMessage;
import io.micronaut.serde.ObjectMapper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Some ledgers with accounts in them, and operations on these: deposits, withdrawals and transfers at random, of small
 * amounts between accounts that have plenty, so that each of them succeeds.
 */
record Ledgers(List<String> ids, List<String> accounts, SplittableRandom random) {
    static final Codec CODEC = new Codec(ObjectMapper.getDefault());
    static final String CURRENCY = "EUR";

    private static final long SEED = 20_260_101;
    private static final String CALLER = "bench";
    private static final int OPENED_AT_ONCE = 8;
    private static final Amount FUNDS = Amount.of("1000000.00");
    private static final int CENTS_MAX = 10_000;

    /** Those with these ids, whether they are open or not. */
    static Ledgers named(String prefix, int count, int accountsOfEach) {
        return new Ledgers(
                IntStream.rangeClosed(1, count)
                        .mapToObj(number -> "%s-%03d".formatted(prefix, number))
                        .toList(),
                IntStream.rangeClosed(1, accountsOfEach)
                        .mapToObj("customer:%06d"::formatted)
                        .toList(),
                new SplittableRandom(SEED));
    }

    /** Opens them, and their accounts without anything on them. */
    Ledgers open(Api api) throws InterruptedException, ExecutionException {
        openWithoutAccounts(api);
        atOnce(ids.stream()
                .flatMap(id -> accounts.stream().map(account -> (Callable<JsonNode>) () -> api.expect(
                        201,
                        "POST",
                        "/ledgers/%s/accounts".formatted(id),
                        "{\"account_id\": \"%s\", \"currency\": \"%s\", \"type\": \"liability\"}"
                                .formatted(account, CURRENCY))))
                .toList());
        return this;
    }

    void openWithoutAccounts(Api api) throws InterruptedException, ExecutionException {
        atOnce(ids.stream()
                .map(id -> (Callable<JsonNode>) () -> api.expect(
                        201, "POST", "/ledgers", "{\"ledger_id\": \"%s\", \"name\": \"A benchmark\"}".formatted(id)))
                .toList());
    }

    private static void atOnce(List<Callable<JsonNode>> calls) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(OPENED_AT_ONCE)) {
            for (var call : calls.stream().map(threads::submit).toList()) {
                call.get();
            }
        }
    }

    /** The first operations of all: something on every account. */
    List<Command> funding() {
        return accounts.stream()
                .map(account -> (Command) new Command.Deposit(account, FUNDS, CURRENCY, null, null, Map.of()))
                .toList();
    }

    /** An operation that will succeed. */
    Command command() {
        var amount = amount();
        var account = random.nextInt(accounts.size());
        var other = (account + 1 + random.nextInt(accounts.size() - 1)) % accounts.size();
        return switch (random.nextInt(3)) {
            case 0 -> new Command.Deposit(accounts.get(account), amount, CURRENCY, null, null, Map.of());
            case 1 -> new Command.Withdrawal(accounts.get(account), amount, CURRENCY, null, null, Map.of());
            default ->
                new Command.Transfer(
                        accounts.get(account), accounts.get(other), null, amount, CURRENCY, null, null, Map.of());
        };
    }

    Command withdrawal() {
        var account = accounts.get(random.nextInt(accounts.size()));
        return new Command.Withdrawal(account, amount(), CURRENCY, null, null, Map.of());
    }

    private Amount amount() {
        return new Amount(BigDecimal.valueOf(random.nextInt(1, CENTS_MAX), 2));
    }

    List<Command> commands(int count) {
        return Stream.generate(this::command).limit(count).toList();
    }

    /** As intake makes it. */
    static QueueMessage message(String ledgerId, List<Command> commands) {
        var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return new QueueMessage(
                QueueMessage.VERSION,
                Daybook.TENANT,
                ledgerId,
                CALLER,
                now,
                false,
                commands.stream()
                        .map(command -> new QueueMessage.Item(
                                DaybookId.next(Daybook.TENANT, ledgerId, now.toEpochMilli()),
                                UUID.randomUUID().toString(),
                                command.kind(),
                                command))
                        .toList());
    }

    /** As Lambda hands messages over. */
    static SQSEvent event(List<QueueMessage> messages) {
        var records = new ArrayList<SQSEvent.SQSMessage>();
        for (var message : messages) {
            var record = new SQSEvent.SQSMessage();
            record.setMessageId(UUID.randomUUID().toString());
            record.setReceiptHandle(record.getMessageId());
            record.setBody(CODEC.encode(message));
            record.setAttributes(
                    new HashMap<>(Map.of("MessageGroupId", message.group(), "ApproximateReceiveCount", "1")));
            record.setEventSource("aws:sqs");
            records.add(record);
        }
        var event = new SQSEvent();
        event.setRecords(records);
        return event;
    }

    /** The body of a request for one operation. */
    static String body(Command command) {
        return new String(CODEC.canonical(command), StandardCharsets.UTF_8);
    }

    /** The body of a request for many. */
    static String body(List<Command> commands) {
        return commands.stream()
                .map(command -> "{\"kind\":\"%s\",%s"
                        .formatted(command.kind(), body(command).substring(1)))
                .collect(Collectors.joining(",", "{\"operations\":[", "]}"));
    }
}
