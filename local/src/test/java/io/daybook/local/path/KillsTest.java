package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.OtherProcess;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillsTest {
    private static final int KILLS = 3;
    private static final int CLIENTS = 6;
    private static final int LEDGERS = 3;
    private static final int ACCOUNTS = 4;
    private static final int ACCEPTED_PER_KILL = 60;

    @TempDir
    private Path data;

    /** The process that is killed; it says where it is, and a token. */
    static final class Server {
        public static void main(String[] arguments) throws InterruptedException {
            try (var daybook = Daybook.start(Path.of(arguments[0]))) {
                System.out.println(daybook.stack().url() + " " + daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES));
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    private record Running(OtherProcess process, Api api) {
        static Running start(Path data) throws Exception {
            var process = OtherProcess.run(Server.class, data.toString());
            var line = process.line();
            while (!line.startsWith("http://")) {
                line = process.line();
            }
            return new Running(process, new Api(URI.create(line.split(" ")[0]), line.split(" ")[1]));
        }
    }

    /** A request that a client will send until it has an answer, whatever happens to the server. */
    private record Request(String ledger, String key, String kinds, Object body) {
        Answer send(Api api) {
            return api.post("/ledgers/" + ledger + "/" + kinds, body, "Idempotency-Key", key);
        }
    }

    private final Map<Request, Set<UUID>> accepted = new ConcurrentHashMap<>();
    private final Set<Request> unanswered = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();

    @Test
    void a_process_that_is_killed_at_work_loses_nothing_and_doubles_nothing() throws Exception {
        var server = Running.start(data);
        try {
            var names = IntStream.range(0, LEDGERS).mapToObj(i -> "ledger-" + i).toList();
            for (var name : names) {
                var ledger = Ledger.open(server.api(), name);
                IntStream.range(0, ACCOUNTS).forEach(i -> ledger.account("a" + i, "EUR"));
            }
            for (var kill = 0; kill < KILLS; kill++) {
                traffic(server, kill);
                server = Running.start(data);
                for (var request : List.copyOf(unanswered)) {
                    answered(request, request.send(server.api()));
                }
            }
            assertThat(accepted).hasSizeGreaterThanOrEqualTo(KILLS * ACCEPTED_PER_KILL);
            check(server.api(), names);
        } finally {
            server.process().close();
            Daybook.start(data).close(); // takes over the servers that the last one left, and stops them
        }
    }

    private void traffic(Running server, int kill) throws Exception {
        var running = new AtomicBoolean(true);
        try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
            var tasks = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(() -> {
                        var random = new Random(kill * 100L + client);
                        while (running.get()) {
                            var request = request(random);
                            unanswered.add(request);
                            try {
                                answered(request, request.send(server.api()));
                            } catch (UncheckedIOException e) {
                                return; // killed
                            }
                        }
                    }))
                    .toList();
            var before = accepted.size();
            await().atMost(Duration.ofMinutes(2)).until(() -> accepted.size() >= before + ACCEPTED_PER_KILL);
            server.process().kill();
            running.set(false);
            for (Future<?> task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private Request request(Random random) {
        var ledger = "ledger-" + random.nextInt(LEDGERS);
        var key = "key-" + number.incrementAndGet();
        return switch (random.nextInt(8)) {
            case 6, 7 -> new Request(ledger, key, "transfers", away(ledger, random));
            case 0, 1 -> new Request(ledger, key, "deposits", deposit(random));
            case 2 -> new Request(ledger, key, "withdrawals", deposit(random));
            case 3 -> new Request(ledger, key, "transfers", transfer(random));
            default ->
                new Request(
                        ledger,
                        key,
                        "batches",
                        object(
                                "atomic",
                                random.nextBoolean(),
                                "operations",
                                List.of(
                                        item("deposit", deposit(random)),
                                        item("transfer", transfer(random)),
                                        item("withdrawal", deposit(random)))));
        };
    }

    private static Map<String, Object> deposit(Random random) {
        return money("a" + random.nextInt(ACCOUNTS), 1 + random.nextInt(50) + ".25", "EUR");
    }

    private static Map<String, Object> transfer(Random random) {
        var from = random.nextInt(ACCOUNTS);
        return Ledger.transfer("a" + from, "a" + (from + 1) % ACCOUNTS, 1 + random.nextInt(20) + ".00", "EUR");
    }

    /** To another ledger than its own. */
    private static Map<String, Object> away(String ledger, Random random) {
        var transfer = transfer(random);
        var other = (Integer.parseInt(ledger.substring("ledger-".length())) + 1) % LEDGERS;
        transfer.put("to_ledger_id", "ledger-" + other);
        return transfer;
    }

    private void answered(Request request, Answer answer) {
        assertThat(answer.status()).as(answer.text()).isIn(200, 202, 422, 503);
        if (answer.status() == 503) {
            return; // while the process dies
        }
        var ids = new HashSet<UUID>();
        answer.json().findValuesAsText("operation_id").forEach(id -> ids.add(UUID.fromString(id)));
        assertThat(ids).as(answer.text()).isNotEmpty();
        accepted.computeIfAbsent(request, ignored -> ConcurrentHashMap.newKeySet())
                .addAll(ids);
        unanswered.remove(request);
    }

    private void check(Api api, List<String> names) {
        var ledgers = names.stream().map(name -> Ledger.existing(api, name)).toList();
        for (var ledger : ledgers) {
            accepted.forEach((request, ids) -> {
                if (request.ledger().equals(ledger.id())) {
                    ids.forEach(ledger::accepted);
                }
            });
        }
        ledgers.forEach(ledger -> BooksAssert.assertThat(ledger).everyAcceptedOperationIsDone());
        ledgers.forEach(ledger -> BooksAssert.assertThat(ledger).hold());
        BooksAssert.transitSumsToZero(ledgers);

        var expected = new HashMap<String, BigDecimal>();
        for (var ledger : ledgers) {
            var keys = new ArrayList<String>();
            for (var operation : BooksAssert.firsts(ledger.operations())) {
                keys.add(operation.path("idempotency_key").asText());
                if (operation.has("result")) {
                    post(ledger.id(), operation, expected);
                }
            }
            assertThat(keys).as("keys with an outcome").doesNotHaveDuplicates();
        }
        for (var ledger : ledgers) {
            for (var i = 0; i < ACCOUNTS; i++) {
                assertThat(new BigDecimal(ledger.balance("a" + i)))
                        .isEqualByComparingTo(expected.getOrDefault(ledger.id() + "/a" + i, BigDecimal.ZERO));
            }
        }
    }

    /** The oracle: what an operation that succeeded does to the accounts of clients. */
    private static void post(String ledger, JsonNode operation, Map<String, BigDecimal> balances) {
        var request = operation.path("request");
        var amount = new BigDecimal(request.path("amount").asText());
        var away = request.path("to_ledger_id").asText(ledger);
        switch (operation.path("kind").asText()) {
            case "deposit" ->
                balances.merge(ledger + "/" + request.path("account_id").asText(), amount, BigDecimal::add);
            case "withdrawal" ->
                balances.merge(ledger + "/" + request.path("account_id").asText(), amount.negate(), BigDecimal::add);
            default -> {
                balances.merge(
                        ledger + "/" + request.path("from_account_id").asText(), amount.negate(), BigDecimal::add);
                balances.merge(away + "/" + request.path("to_account_id").asText(), amount, BigDecimal::add);
            }
        }
    }
}
