package io.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.ledger.Submission;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever goes wrong between any two effects, the books end as if nothing had.
 *
 * <p>{@code -Dsimulation.operations=1000000} simulates so many operations, from {@code -Dsimulation.seed.first=…} on or
 * from anywhere; {@code -Dsimulation.seed=…} repeats a run; {@code -Dsimulation.shrink=false} spares the search for the
 * least of it that fails.
 */
class SimulationTest {
    private static final int OPERATIONS = 120;
    private static final long BUILD_OPERATIONS = 12_000;
    private static final long PROGRESS_EVERY = 10_000;
    private static final int AFTER_COMMIT = 2;

    private static Simulation simulation;

    @BeforeAll
    static void start() {
        simulation = Simulation.start();
    }

    @AfterAll
    static void stop() {
        simulation.close();
    }

    @Test
    void nothing_is_lost_and_nothing_doubled_whatever_goes_wrong() {
        var seed = Long.getLong("simulation.seed");
        if (seed != null) {
            run(seed);
            return;
        }
        // A build holds to the same seeds; who simulates more goes where nobody has been.
        var more = Long.getLong("simulation.operations");
        var operations = more == null ? BUILD_OPERATIONS : more;
        var anywhere = more == null ? 1 : ThreadLocalRandom.current().nextLong(1L << 40);
        var first = Long.getLong("simulation.seed.first", anywhere);
        var done = 0L;
        var runs = 0;
        while (done < operations) {
            var before = done;
            done += run(first + runs++);
            if (done / PROGRESS_EVERY > before / PROGRESS_EVERY) {
                System.out.printf("%,d operations in %,d runs so far%n", done, runs);
            }
        }
        System.out.printf("%,d operations in %,d runs from seed %d on: none lost, none doubled%n", done, runs, first);
    }

    private static int run(long seed) {
        var operations = History.operations(seed, OPERATIONS);
        var history = simulation.history(seed, operations);
        var failure = failure(history);
        if (failure.isPresent()) {
            var shrinks = !"false".equals(System.getProperty("simulation.shrink"));
            var least = shrinks ? History.shrunk(history, less -> failure(less).isPresent()) : history;
            var why = failure(least).orElse(failure.get());
            throw new AssertionError(
                    "-Dsimulation.seed=%d fails again; the least of it that does:%n%s%n%s"
                            .formatted(
                                    seed,
                                    least.stream().map(Action::toString).collect(Collectors.joining("\n")),
                                    why.getMessage()),
                    why);
        }
        return operations;
    }

    private static Optional<Throwable> failure(List<Action> history) {
        try {
            simulation.run(history).mustBeAsWithoutFaults();
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            return Optional.of(e);
        }
    }

    @Test
    void the_same_history_ends_the_same() {
        var history = simulation.history(7, OPERATIONS);
        var once = simulation.run(history).outcomes();
        assertThat(simulation.run(history).outcomes()).isEqualTo(once).isNotEmpty();
    }

    @Test
    void what_repeats_an_operation_is_told_with_it_when_the_news_got_lost() {
        var first = transferToNobody(1);
        var second = transferToNobody(2);
        var history = List.<Action>of(
                new Action.Send("x", false, List.of(first, second)),
                new Action.Work(0, Map.of(), false),
                new Action.Work(0, Map.of(), false), // the ledger that is not there
                new Action.Work(0, Map.of(AFTER_COMMIT, Fault.CRASH_BEFORE), false));
        simulation.run(history).mustBeAsWithoutFaults();
    }

    private static Submission transferToNobody(int id) {
        var command = new Command.Transfer("d", "d", "void", new Amount(BigDecimal.ONE), "EUR", null, null, Map.of());
        return new Submission(
                new UUID(0x7000, Long.MIN_VALUE | id),
                "key",
                new byte[0], // the processor makes its own
                "carol",
                command);
    }
}
