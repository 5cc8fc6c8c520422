package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.sqs.SqsClient;

@Command(
        name = "accept",
        mixinStandardHelpOptions = true,
        description = "Intake's handler alone, one request at a time as on Lambda, with Redis and the queue behind it.")
final class Accept extends Benchmark {
    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "4000",
            description = "of each kind (default: ${DEFAULT-VALUE})")
    private int requests;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "3000",
            description = "requests ahead of these that do not count (default: ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "100",
            description = "of the ledger (default: ${DEFAULT-VALUE})")
    private int accounts;

    /** One thing to be done again and again; it tells the ids of the operations that were accepted. */
    @FunctionalInterface
    private interface Step {
        List<UUID> run();
    }

    @Override
    Results measure() throws Exception {
        var table = new Table(
                "latencies",
                "Intake's handler alone, one request at a time",
                "request",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "max ms",
                "p99 : p50",
                "CPU ms",
                "1/s");
        var delivered = new ConcurrentLinkedQueue<UUID>();
        try (var daybook = Daybook.start(event -> {
                    event.getRecords()
                            .forEach(record -> Ledgers.CODEC
                                    .decode(record.getBody())
                                    .operations()
                                    .forEach(item -> delivered.add(item.operationId())));
                    return Daybook.allDone();
                });
                var database = daybook.database();
                var sqs = daybook.stack().queue().client()) {
            var environment = Environment.of(database, false);
            var ledgers = Ledgers.named("accept", 1, accounts).open(daybook.api());
            var intake = new Intake(daybook, ledgers);
            var accepted = new ArrayList<UUID>();
            measure(table, "one operation", 1, intake::one, accepted);
            measure(table, "a batch of 100", 10, intake::batch, accepted);
            measure(
                    table,
                    "one operation's message to the queue, without intake",
                    1,
                    sender(daybook, sqs, ledgers),
                    accepted);
            arrivedOnce(accepted, delivered);
            return new Results("accept", environment, List.of(table), List.of(), List.of());
        }
    }

    private record Intake(
            RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> handler,
            String token,
            Ledgers ledgers) {
        Intake(Daybook daybook, Ledgers ledgers) {
            this(daybook.http("intake"), daybook.token(), ledgers);
        }

        List<UUID> one() {
            var command = ledgers.command();
            return accepted("/%ss".formatted(command.kind()), Ledgers.body(command));
        }

        List<UUID> batch() {
            return accepted("/batches", Ledgers.body(ledgers.commands(100)));
        }

        private List<UUID> accepted(String path, String body) {
            var response = handler.handleRequest(
                    Events.post(
                            "/v1/ledgers/" + ledgers.ids().getFirst() + path,
                            token,
                            body,
                            "Idempotency-Key",
                            UUID.randomUUID().toString(),
                            "Prefer",
                            "respond-async"),
                    null);
            if (response.getStatusCode() != 202) {
                throw new IllegalStateException(response.getStatusCode() + " " + response.getBody());
            }
            try {
                return Api.JSON.readTree(response.getBody()).findValuesAsText("operation_id").stream()
                        .map(UUID::fromString)
                        .toList();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What a send takes by itself: the emulator's part of the times above. */
    private static Step sender(Daybook daybook, SqsClient sqs, Ledgers ledgers) {
        var url = daybook.stack().queue().url().toString();
        return () -> {
            var message = Ledgers.message(ledgers.ids().getFirst(), ledgers.commands(1));
            var id = message.operations().getFirst().operationId();
            sqs.sendMessage(request -> request.queueUrl(url)
                    .messageGroupId(message.group())
                    .messageDeduplicationId(id.toString())
                    .messageBody(Ledgers.CODEC.encode(message)));
            return List.of(id);
        };
    }

    private void measure(Table table, String name, int weight, Step step, List<UUID> accepted) {
        say("%s ...", name);
        for (var i = 0; i < warmUp / weight; i++) {
            accepted.addAll(step.run());
        }
        var latencies = new Histogram(3);
        var count = Math.max(1, requests / weight);
        var cpu = cpuNanos();
        for (var i = 0; i < count; i++) {
            var began = System.nanoTime();
            var ids = step.run();
            latencies.recordValue(System.nanoTime() - began);
            accepted.addAll(ids);
        }
        cpu = cpuNanos() - cpu;
        var p50 = latencies.getValueAtPercentile(50) / 1e6;
        var p99 = latencies.getValueAtPercentile(99) / 1e6;
        table.row(
                name,
                p50,
                latencies.getValueAtPercentile(95) / 1e6,
                p99,
                latencies.getMaxValue() / 1e6,
                p99 / p50,
                cpu / 1e6 / count,
                1e9 / latencies.getMean());
    }

    /** Of the threads that work for a request: the caller and the Redis client's; not of the queue in this process. */
    private static long cpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        var mine = Thread.currentThread().threadId();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null
                        && (thread.getThreadId() == mine
                                || thread.getThreadName().startsWith("lettuce")))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    /** On the queue is what was accepted, each operation once. */
    private static void arrivedOnce(Collection<UUID> accepted, Collection<UUID> delivered) throws Exception {
        Patience.until(() -> delivered.size() >= accepted.size());
        if (delivered.size() != accepted.size() || !new HashSet<>(delivered).equals(new HashSet<>(accepted))) {
            throw new BrokenBooksException(
                    "%,d operations were accepted, %,d were on the queue".formatted(accepted.size(), delivered.size()));
        }
    }
}
