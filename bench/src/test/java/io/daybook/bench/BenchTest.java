package io.daybook.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks with next to nothing to do: they run, they prove the books, and they keep what they found. */
class BenchTest {
    @TempDir
    private Path results;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void keepResultsApart() {
        System.setProperty("daybook.bench.results", results.toString());
    }

    @AfterEach
    void asBefore() {
        System.clearProperty("daybook.bench.results");
    }

    private int run(String arguments) {
        return Bench.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apply --rounds 1 --warm-up 0 --scale 0.005 --ledgers 10 --accounts 20",
                "accept --requests 20 --warm-up 10 --accounts 2",
                "end-to-end --seconds 0.3 --warm-up 0.2 --rates 20 --batch-rates 100 --wait-rate 5 --ledgers 2 --clients 2 --accounts 4",
                "growth --postings 200,400 --rounds 1 --warm-up 0 --reads 2 --operations 100",
                "explain --postings 200 --repeat 2",
                "jmh --forks 0 --iterations 1 --millis 1",
            })
    void each_measures_and_keeps_what_it_found(String arguments) throws IOException {
        assertThat(run(arguments)).as(err.toString()).isZero();
        var name = arguments.split(" ")[0];
        var json = new ObjectMapper().readTree(results.resolve(name + ".json").toFile());
        assertThat(json.path("environment").path("cores").asInt()).isPositive();
        assertThat(json.path("tables")).isNotEmpty().allSatisfy(table -> {
            assertThat(table.path("rows")).isNotEmpty();
            assertThat(results.resolve(name + "-" + table.path("name").asText() + ".csv"))
                    .content()
                    .hasLineCount(table.path("rows").size() + 1);
            assertThat(out.toString()).contains(table.path("title").asText());
        });
    }

    @Test
    void a_lost_and_an_invented_operation_are_found() throws Exception {
        try (var daybook = Daybook.start();
                var database = daybook.database()) {
            var ledgers = Ledgers.named("proof", 1, 2).open(daybook.api());
            var message = Ledgers.message(ledgers.ids().getFirst(), ledgers.funding());
            daybook.apply(List.of(Ledgers.event(List.of(message))));
            var accepted = new HashSet<UUID>();
            message.operations().forEach(item -> accepted.add(item.operationId()));
            var proof = new Proof(database, daybook.api(), ledgers.ids());

            proof.holds(accepted, Set.of());
            assertThatThrownBy(() -> proof.holds(Set.of(), Set.of()))
                    .isInstanceOf(BrokenBooksException.class)
                    .hasMessageContaining("never accepted");
            accepted.add(UUID.randomUUID());
            assertThatThrownBy(() -> proof.holds(accepted, Set.of()))
                    .isInstanceOf(BrokenBooksException.class)
                    .hasMessageContaining("1 of 3 accepted operations are lost");
        }
    }

    @Test
    void tables_are_put_between_their_marks_and_nothing_else_is_touched() throws IOException {
        var document = Files.writeString(results.resolve("performance.md"), """
                ahead
                <!-- bench:apply -->
                old
                <!-- /bench:apply -->
                behind
                """);
        var table =
                new Table("rates", "Rates", "what", "1/s").row("all", 12_345.6).row("some", 1.234);
        new Results("apply", Environment.withoutServers(), List.of(table), List.of(), List.of()).intoDocument(document);
        assertThat(document)
                .content()
                .startsWith("ahead\n<!-- bench:apply -->\n")
                .endsWith("behind\n");
        assertThat(document)
                .content()
                .contains("| what | 1/s |", "| :-- | --: |", "| all | 12,346 |", "| some | 1.23 |")
                .doesNotContain("old");
    }

    @Test
    void what_is_wrongly_asked_for_is_told() {
        assertThat(run("apply --rounds many")).isEqualTo(Bench.CANNOT);
        assertThat(err.toString()).contains("--rounds");
        assertThat(out.toString()).isEmpty();
    }

    /** Lower bounds only: what was due while the server stalled cannot have been quick. */
    @Test
    void a_stall_is_charged_to_all_requests_that_were_due_meanwhile() throws Exception {
        var stalled = new AtomicBoolean();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            if (stalled.compareAndSet(false, true)) {
                LockSupport.parkNanos(500_000_000);
            }
            try (exchange) {
                exchange.sendResponseHeaders(202, 2);
                exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
            }
        });
        server.start(); // on one thread
        try {
            var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            var load = new Load(new Api(url, "none"), () -> new Load.Order("/", "{}", Optional.empty()));
            load.open(50, Duration.ofSeconds(1));
            assertThat(load.answered()).isEqualTo(50);
            assertThat(load.latencies().getCountBetweenValues(100_000_000, Long.MAX_VALUE))
                    .isGreaterThanOrEqualTo(20);
        } finally {
            server.stop(0);
        }
    }
}
