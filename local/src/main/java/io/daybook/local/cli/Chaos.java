package io.daybook.local.cli;

import io.daybook.client.Backoff;
import io.daybook.local.DataFolder;
import io.daybook.local.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description =
                "Kill PostgreSQL, Redis, the queue and the whole process again and again under a load of all kinds of"
                        + " operations, and check that nothing is lost and nothing doubled.")
final class Chaos implements Callable<Integer> {
    /** Whatever is away comes back: no client gives up. */
    private static final Backoff UNTIL_ANSWERED =
            new Backoff(10_000, Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(2));

    /** Longer than the relay takes to come by. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int OPERATIONS_PER_FAULT = 2_000;
    private static final int FAULTS_MIN = 10;

    private final Terminal terminal;

    @Option(
            names = "--operations",
            paramLabel = "N",
            defaultValue = "50000",
            description = "how many operations to send (default: ${DEFAULT-VALUE})")
    private long operations;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "what load and faults are made from: the same ones for the same seed (default: a new one)")
    private Long seed;

    @Option(
            names = "--faults",
            paramLabel = "F",
            description = "how many faults, in rounds of five; each kind once a round"
                    + " (default: one for every 2,000 operations, and 10 at least)")
    private Integer faults;

    Chaos(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        if (operations < 1) {
            throw new EnvironmentException("--operations must be at least 1, and is " + operations);
        }
        if (faults != null && faults < 0) {
            throw new EnvironmentException("--faults must not be negative, and is " + faults);
        }
        if (seed == null) {
            seed = ThreadLocalRandom.current().nextLong(1_000_000);
        }
        var folder = Files.createTempDirectory("daybook-chaos-").toRealPath();
        ChaosSummary summary;
        try {
            summary = run(folder);
        } catch (Exception e) {
            terminal.complain("seed %d; data and log stay in %s".formatted(seed, folder));
            throw e;
        }
        summary.print();
        if (!summary.good()) {
            terminal.print("Seed %d; data and log stay in %s.".formatted(seed, folder));
            return Daybook.WRONG;
        }
        DataFolder.deleteTree(folder);
        return 0;
    }

    private ChaosSummary run(Path folder) throws IOException, InterruptedException {
        terminal.complain("Starting PostgreSQL, Redis, the queue and the functions ...");
        var data = Files.createDirectory(folder.resolve("data"));
        try (var stack = StackProcess.start(data, folder.resolve("server.log"))) {
            var atShutdown = new Thread(() -> leaveNothingOf(stack, folder), "stop");
            Runtime.getRuntime().addShutdownHook(atShutdown);
            try (var client = new Client(
                    stack.url(),
                    Tokens.in(data).mint(Access.TENANT, Access.ALL_SCOPES, Access.TOKEN_VALIDITY),
                    UNTIL_ANSWERED)) {
                return run(stack, client);
            } finally {
                removeHook(atShutdown);
            }
        }
    }

    private static void leaveNothingOf(StackProcess stack, Path folder) {
        stack.close();
        DataFolder.deleteTree(folder);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stoppingAlready) {
            return;
        }
    }

    private ChaosSummary run(StackProcess stack, Client client) throws InterruptedException {
        var answered = new AtomicLong();
        var count = faults == null ? (int) Math.max(FAULTS_MIN, operations / OPERATIONS_PER_FAULT) : faults;
        var storm = new Storm(stack, terminal, seed, operations, count, answered);
        ChaosRun run;
        Duration elapsed;
        try (var progress = Progress.of(terminal, "Chaos", operations)) {
            run = new ChaosRun(client, seed, operations, new ChaosClient.Pace() {
                @Override
                public void awaitLeave() throws InterruptedException {
                    storm.awaitLeave();
                }

                @Override
                public void answered(int more) {
                    answered.addAndGet(more);
                    progress.sent(more);
                    progress.done(more);
                }
            });
            run.open();
            var began = System.nanoTime();
            sendUnder(storm, run);
            elapsed = Duration.ofNanos(System.nanoTime() - began);
        }
        terminal.complain("Waiting until all has come to rest ...");
        var retries = client.retries();
        return new ChaosSummary(terminal, seed, run, run.reckon(PATIENCE), storm.struck(), retries, elapsed);
    }

    /** Stops both if one of them fails. */
    private static void sendUnder(Storm storm, ChaosRun run) throws InterruptedException {
        var failure = new AtomicReference<RuntimeException>();
        var sender = Thread.currentThread();
        var raging = Thread.ofPlatform().name("storm").start(() -> {
            try {
                storm.rage();
            } catch (InterruptedException calmed) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure.set(e);
                sender.interrupt();
            }
        });
        try {
            run.send();
        } catch (InterruptedException stopped) {
            if (failure.get() == null) {
                throw stopped;
            }
        } finally {
            storm.calm();
            raging.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }
}
