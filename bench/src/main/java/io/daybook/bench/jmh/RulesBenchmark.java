package io.daybook.bench.jmh;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.ledger.Account;
import io.daybook.ledger.Book;
import io.daybook.ledger.HashChain;
import io.daybook.ledger.Submission;
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

/** How long it takes to decide. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RulesBenchmark {
    private static final Codec CODEC = new Codec(ObjectMapper.getDefault());
    private static final String TENANT = "bench";
    private static final String LEDGER = "books";
    private static final String CURRENCY = "EUR";

    @Param({"1", "10", "100", "1000"})
    private int operations;

    private Instant now;
    private Book.Head head;
    private List<Account> accounts;
    private List<Submission> submissions;

    @Setup
    public void prepare() {
        now = Instant.parse("2026-01-01T00:00:00Z");
        head = new Book.Head(TENANT, LEDGER, true, List.of(), 0, HashChain.genesis(), null);
        accounts = IntStream.range(0, operations + 1)
                .mapToObj(number -> new Account(
                        "customer:" + number,
                        CURRENCY,
                        2,
                        AccountStatus.ACTIVE,
                        Amount.zero(2),
                        Amount.of("1000000.00"),
                        Amount.zero(2)))
                .toList();
        submissions = IntStream.range(0, operations).mapToObj(this::transfer).toList();
    }

    private Submission transfer(int number) {
        var command = new Command.Transfer(
                "customer:" + number,
                "customer:" + (number + 1),
                null,
                Amount.of("12.34"),
                CURRENCY,
                null,
                null,
                Map.of());
        return new Submission(
                DaybookId.next(TENANT, LEDGER, now.toEpochMilli()),
                UUID.randomUUID().toString(),
                Codec.fingerprint(command.kind(), CODEC.canonical(command)),
                "bench",
                command);
    }

    @Benchmark
    public Book decide_transfers() {
        var book = new Book(head, accounts, List.of(), now);
        submissions.forEach(book::apply);
        return book;
    }
}
