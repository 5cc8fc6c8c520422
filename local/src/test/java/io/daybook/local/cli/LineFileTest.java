package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.contract.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LineFileTest {
    @TempDir
    private Path folder;

    @Test
    void every_kind_that_needs_nothing_but_its_ledger_can_be_imported() {
        assertThat(Line.KINDS)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Kind.values())
                        .filter(kind -> kind.path().isPresent())
                        .map(Kind::toString)
                        .toList());
    }

    @Test
    void a_line_becomes_an_operation_without_what_only_the_file_needs() {
        var operation = (Line.Operation) only("a.jsonl", """
                {"ledger_id":"l","kind":"deposit","idempotency_key":"k","account_id":"a","amount":"1.00","expect":"x"}
                """);

        assertThat(operation.ledgerId()).isEqualTo("l");
        assertThat(operation.kind()).isEqualTo("deposit");
        assertThat(operation.key()).contains("k");
        assertThat(operation.expect()).contains("x");
        assertThat(operation.body()).hasToString("{\"account_id\":\"a\",\"amount\":\"1.00\"}");
    }

    @Test
    void blank_lines_count_but_say_nothing() {
        assertThat(lines("a.jsonl", "\n\n{\"ledger_id\":\"l\",\"kind\":\"hold\"}\n\n"))
                .extracting(Line::number)
                .containsExactly(3L);
    }

    @Test
    void bad_lines_are_named_and_do_not_hide_the_rest() {
        var lines = lines("a.jsonl", """
                {"ledger_id":"l","kind":"deposit"
                [1]
                {"ledger_id":"l","kind":"steal"}
                {"kind":"deposit"}
                {"ledger_id":"l"}
                {"ledger_id":"l","ledger_id":"m","kind":"deposit"}
                {"open":"bar","ledger_id":"l"}
                {"ledger_id":"l","kind":"deposit"}
                """);

        assertThat(lines).hasSize(8);
        assertThat(lines.subList(0, 7)).allMatch(line -> line instanceof Line.Unreadable);
        assertThat(reason(lines.get(2))).isEqualTo("unknown kind \"steal\"");
        assertThat(reason(lines.get(3))).contains("no ledger_id");
        assertThat(reason(lines.get(5))).startsWith("not JSON");
        assertThat(lines.get(7)).isInstanceOf(Line.Operation.class);
    }

    @Test
    void a_line_that_is_not_utf8_spoils_no_other() throws IOException {
        var file = folder.resolve("a.jsonl");
        Files.write(file, new byte[] {'{', (byte) 0xFF, '}', '\n'});
        Files.writeString(file, "{\"ledger_id\":\"l\",\"kind\":\"deposit\"}", StandardOpenOption.APPEND);

        var lines = read(file, Optional.empty());

        assertThat(reason(lines.get(0))).isEqualTo("not UTF-8");
        assertThat(lines.get(1)).isInstanceOf(Line.Operation.class);
    }

    @Test
    void a_csv_row_that_is_not_utf8_spoils_no_other() throws IOException {
        var file = folder.resolve("a.csv");
        Files.write(file, """
                kind,ledger_id,transaction,account_id,description
                deposit,l,,a,Käse
                deposit,l,,a,Bread
                journal,l,t,a,Bread
                journal,l,t,ü,
                journal,l,u,a,Bread
                deposit,l,,a,😀
                """.getBytes(StandardCharsets.ISO_8859_1));

        var lines = read(file, Optional.empty());

        assertThat(lines).extracting(Line::number).containsExactly(2L, 3L, 4L, 6L, 7L);
        assertThat(reason(lines.get(0))).isEqualTo("not UTF-8");
        assertThat(lines.get(1)).isInstanceOf(Line.Operation.class);
        assertThat(reason(lines.get(2))).isEqualTo("not UTF-8");
        assertThat(lines.subList(3, 5)).allMatch(line -> line instanceof Line.Operation);
    }

    @Test
    void a_csv_header_that_is_not_utf8_is_said_to_be_so() throws IOException {
        var file = folder.resolve("a.csv");
        Files.write(file, "kind,ledger_id\ndeposit,l\n".getBytes(StandardCharsets.UTF_16));

        assertThat(reason(read(file, Optional.empty()).getFirst())).isEqualTo("not UTF-8");
    }

    @Test
    void all_that_utf8_can_say_comes_through() {
        for (var text : List.of("Käse", "😀", "\uFFFD", "日本")) {
            var csv = (Line.Operation) only("a.csv", "kind,ledger_id,description\ndeposit,l,%s\n".formatted(text));
            assertThat(csv.body().path("description").asText()).isEqualTo(text);
        }
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_line() {
        only("a.jsonl", "\uFEFF{\"ledger_id\":\"l\",\"kind\":\"hold\"}");
        var operation = (Line.Operation) only("a.csv", "\uFEFF\"kind\",ledger_id\nhold,l\n");
        assertThat(operation.kind()).isEqualTo("hold");
        assertThat(lines("b.jsonl", "")).isEmpty();
    }

    @Test
    void lines_without_a_ledger_have_the_default_one() {
        var file = write("a.jsonl", "{\"kind\":\"deposit\"}");
        var operation = (Line.Operation) read(file, Optional.of("books")).getFirst();
        assertThat(operation.ledgerId()).isEqualTo("books");
    }

    @Test
    void a_file_has_the_same_keys_as_long_as_it_has_the_same_bytes() {
        var first = new LineFile(write("a.jsonl", "{}\n{}"), Optional.empty()).measure();
        var same = new LineFile(write("b.jsonl", "{}\n{}"), Optional.empty()).measure();
        var other = new LineFile(write("c.jsonl", "{}\n{} "), Optional.empty()).measure();

        assertThat(first.keyOf(2)).isEqualTo(same.keyOf(2)).isNotEqualTo(other.keyOf(2));
        assertThat(first.keyOf(1)).isNotEqualTo(first.keyOf(2));
        assertThat(first.lines()).isEqualTo(2);
        var table = new LineFile(write("d.csv", "ledger_id,kind\na,b\n"), Optional.empty()).measure();
        assertThat(table.lines()).as("without the header").isEqualTo(1);
    }

    @Test
    void a_csv_row_is_an_operation_and_its_empty_fields_are_absent() {
        var operation = (Line.Operation) only("a.csv", """
                ledger_id,kind,idempotency_key,account_id,amount,currency,reference_id,description,metadata.shop
                l,deposit,k,a,1.00,EUR,,"Bread, and
                butter",Corner
                """);

        assertThat(operation.body())
                .hasToString("{\"account_id\":\"a\",\"amount\":\"1.00\",\"currency\":\"EUR\","
                        + "\"description\":\"Bread, and\\nbutter\",\"metadata\":{\"shop\":\"Corner\"}}");
    }

    @Test
    void csv_lines_are_numbered_as_an_editor_numbers_them() {
        var lines = lines("a.csv", """
                kind,ledger_id,description
                deposit,l,"two
                lines"
                deposit,l,one
                deposit,l
                steal,l,x
                """);

        assertThat(lines).extracting(Line::number).containsExactly(2L, 4L, 5L, 6L);
        assertThat(reason(lines.get(2))).isEqualTo("2 fields where the header has 3");
        assertThat(reason(lines.get(3))).isEqualTo("unknown kind \"steal\"");
    }

    @Test
    void consecutive_journal_rows_of_one_transaction_are_one_journal() {
        var lines = lines("a.csv", """
                ledger_id,kind,transaction,account_id,amount,currency,description
                l,journal,t1,a,-3.00,EUR,Card
                l,journal,t1,b,2.90,EUR,
                l,journal,t1,c,0.10,EUR,
                l,journal,t2,a,-1.00,EUR,Other
                l,journal,t2,b,1.00,EUR,
                m,journal,t2,a,-1.00,EUR,
                l,journal,,a,-1.00,EUR,
                """);

        assertThat(lines).extracting(Line::number).containsExactly(2L, 5L, 7L, 8L);
        var card = (Line.Operation) lines.getFirst();
        assertThat(card.body().path("postings")).hasSize(3);
        assertThat(card.body().path("description").asText()).isEqualTo("Card");
        assertThat(card.body().has("amount")).isFalse();
        assertThat(reason(lines.get(3))).contains("transaction or an idempotency_key");
    }

    @Test
    void an_unknown_column_is_a_bad_header_and_nothing_is_read_under_it() {
        var lines = lines("a.csv", "ledger_id,kind,colour\nl,deposit,green\n");
        assertThat(lines).hasSize(1);
        assertThat(reason(lines.getFirst())).startsWith("unknown column \"colour\"");
    }

    @Test
    void broken_quoting_is_named_by_its_line() {
        var lines = lines("a.csv", "ledger_id,kind\nl,deposit\nl,\"de\"posit\nl,deposit\n");
        assertThat(lines.get(0)).isInstanceOf(Line.Operation.class);
        assertThat(lines.get(1).number()).isEqualTo(3);
        assertThat(reason(lines.get(1))).startsWith("not CSV");
    }

    @Test
    void a_file_that_is_not_there_is_said_to_be_missing() {
        assertThatThrownBy(() -> read(folder.resolve("none.jsonl"), Optional.empty()))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("there is no such file");
    }

    private Line only(String name, String content) {
        var lines = lines(name, content);
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    private List<Line> lines(String name, String content) {
        return read(write(name, content), Optional.empty());
    }

    private Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static List<Line> read(Path file, Optional<String> ledger) {
        var lines = new ArrayList<Line>();
        new LineFile(file, ledger).read(lines::add);
        return lines;
    }

    private static String reason(Line line) {
        return ((Line.Unreadable) line).reason();
    }
}
