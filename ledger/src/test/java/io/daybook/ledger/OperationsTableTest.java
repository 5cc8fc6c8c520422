package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The tables of {@code docs/operations.md} say what the rules do. */
class OperationsTableTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "operations.md");
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final int LATER_SECONDS = 120;

    private record Row(String number, String kind, String request, String outcome, String postings, String held) {
        static Row of(String line) {
            var cells = Arrays.stream(line.split("\\|", -1))
                    .map(cell -> cell.strip().replaceAll("^`|`$", ""))
                    .toList();
            return new Row(cells.get(1), cells.get(2), cells.get(3), cells.get(4), cells.get(5), cells.get(6));
        }
    }

    private static Map<String, List<Row>> tables() throws IOException {
        var tables = new LinkedHashMap<String, List<Row>>();
        var section = "";
        for (var line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.matches("\\| \\d.*")) {
                tables.computeIfAbsent(section, ignored -> new ArrayList<>()).add(Row.of(line));
            }
        }
        return tables;
    }

    @TestFactory
    Stream<DynamicTest> every_line_is_true() throws IOException {
        return tables().entrySet().stream()
                .map(table -> DynamicTest.dynamicTest(table.getKey(), () -> run(table.getValue())));
    }

    @Test
    void every_kind_has_lines_that_succeed_and_lines_that_do_not() throws IOException {
        var rows = tables().values().stream().flatMap(List::stream).toList();
        assertThat(rows.stream()
                        .filter(row -> row.outcome().equals("succeeded"))
                        .map(Row::kind))
                .contains(kinds());
        assertThat(rows.stream()
                        .filter(row -> !row.outcome().equals("succeeded"))
                        .map(Row::kind)
                        .filter(kind -> !kind.equals("release") && !kind.equals("action_item")))
                .contains(Stream.of(kinds())
                        .filter(kind -> !kind.equals("release") && !kind.equals("action_item"))
                        .toArray(String[]::new));
    }

    private static String[] kinds() {
        return Arrays.stream(Kind.values()).map(Kind::toString).toArray(String[]::new);
    }

    private static void run(List<Row> rows) {
        var world = world();
        world.now = NOON;
        var ids = new TreeMap<String, UUID>();
        for (var row : rows) {
            if (row.kind().startsWith("(")) {
                world.now = world.now.plusSeconds(LATER_SECONDS);
            } else {
                send(world, row, ids);
            }
            assertThat(held(world)).as("held after %s", row).isEqualTo(row.held());
        }
    }

    private static void send(World world, Row row, Map<String, UUID> ids) {
        var request = row.request();
        for (var id : ids.entrySet()) {
            request = request.replace("\"#" + id.getKey() + "\"", "\"" + id.getValue() + "\"");
        }
        var kind = Kind.valueOf(row.kind().toUpperCase(Locale.ROOT));
        var id = new UUID(0x7000, 0x8000_0000_0000_0000L | ids.size() + 1);
        ids.put(row.number(), id);
        var before = transactions(world);
        world.apply(
                "here",
                LedgerFixture.submission(
                        id, "key-" + row.number(), Codec.command(kind, request.getBytes(StandardCharsets.UTF_8))));
        world.settle();
        assertThat(LedgerFixture.code(world.in("here").recorded.get(id)))
                .as("outcome of %s", row)
                .isEqualTo(row.outcome());
        var after = transactions(world);
        assertThat(String.join(", ", after.subList(before.size(), after.size())))
                .as("postings of %s", row)
                .isEqualTo(row.postings());
    }

    /** The lines of all transactions, in the order in which they came. */
    private static List<String> transactions(World world) {
        var lines = new ArrayList<String>();
        world.ledgers.entrySet().stream()
                .flatMap(ledger -> ledger.getValue().transactions.stream()
                        .map(transaction -> Map.entry(ledger.getKey().equals("here") ? "" : "there: ", transaction)))
                .sorted(Comparator.comparing(entry -> entry.getValue().at()))
                .forEach(entry -> entry.getValue()
                        .entries()
                        .forEach(line -> lines.add("%s%s %s%s"
                                .formatted(
                                        entry.getKey(),
                                        line.accountId(),
                                        line.amount().signum() > 0 ? "+" : "",
                                        line.amount()))));
        return lines;
    }

    private static String held(World world) {
        var held = new ArrayList<String>();
        world.ledgers
                .values()
                .forEach(ledger -> ledger.accounts.forEach((id, account) -> {
                    if (account.held().signum() != 0) {
                        held.add(id + " " + account.held());
                    }
                }));
        return String.join(", ", held);
    }

    private static World world() {
        return new World()
                .ledger(
                        "here",
                        List.of(),
                        account("alice", "EUR", 2, AccountStatus.ACTIVE, "100.00"),
                        account("bob", "EUR", 2, AccountStatus.ACTIVE, "0.00"),
                        account("dollars", "USD", 2, AccountStatus.ACTIVE, "0.00"),
                        account("yen", "JPY", 0, AccountStatus.ACTIVE, "0"),
                        account("ice", "EUR", 2, AccountStatus.FROZEN, "50.00"),
                        account("gone", "EUR", 2, AccountStatus.CLOSED, "0.00"))
                .ledger(
                        "there",
                        List.of(),
                        account("carol", "EUR", 2, AccountStatus.ACTIVE, "0.00"),
                        account("dollars", "USD", 2, AccountStatus.ACTIVE, "0.00"));
    }

    private static Account account(String id, String currency, int scale, AccountStatus status, String balance) {
        return new Account(id, currency, scale, status, Amount.zero(scale), Amount.of(balance), Amount.zero(scale));
    }
}
