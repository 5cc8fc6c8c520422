package io.daybook.bench.jmh;

import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.micronaut.serde.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** How long it takes to read and to write what travels. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {
    private static final Codec CODEC = new Codec(ObjectMapper.getDefault());
    private static final String TENANT = "bench";
    private static final String LEDGER = "books";

    @Param({"1", "100", "1000"})
    private int operations;

    private Instant now;
    private QueueMessage message;
    private String body;
    private List<byte[]> requests;

    @Setup
    public void prepare() {
        now = Instant.parse("2026-01-01T00:00:00Z");
        message = new QueueMessage(
                QueueMessage.VERSION,
                TENANT,
                LEDGER,
                "bench",
                now,
                false,
                IntStream.range(0, operations).mapToObj(this::item).toList());
        body = CODEC.encode(message);
        requests = message.operations().stream()
                .map(item -> CODEC.canonical(item.request()))
                .toList();
    }

    private QueueMessage.Item item(int number) {
        var command = new Command.Transfer(
                "customer:" + number,
                "customer:" + (number + 1),
                null,
                Amount.of("12.34"),
                "EUR",
                null,
                null,
                Map.of());
        return new QueueMessage.Item(
                DaybookId.next(TENANT, LEDGER, now.toEpochMilli()),
                UUID.randomUUID().toString(),
                command.kind(),
                command);
    }

    @Benchmark
    public String encode_a_message() {
        return CODEC.encode(message);
    }

    @Benchmark
    public QueueMessage decode_a_message() {
        return CODEC.decode(body);
    }

    @Benchmark
    public void read_requests(Blackhole read) {
        requests.forEach(request -> read.consume(Codec.command(Kind.TRANSFER, request)));
    }

    @Benchmark
    public void fingerprint_requests(Blackhole made) {
        message.operations()
                .forEach(item -> made.consume(Codec.fingerprint(item.kind(), CODEC.canonical(item.request()))));
    }

    @Benchmark
    public void write_statuses(Blackhole written) {
        message.operations()
                .forEach(item -> written.consume(CODEC.write(Operation.pending(
                        item.operationId(),
                        LEDGER,
                        item.idempotencyKey(),
                        item.request(),
                        CODEC.tree(item.request()),
                        now))));
    }
}
