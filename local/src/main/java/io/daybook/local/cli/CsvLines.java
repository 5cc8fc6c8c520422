package io.daybook.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads CSV (RFC 4180) with a header row. One row is one operation, but for journals, which take one row per posting:
 * consecutive rows with the same {@code transaction}, or the same {@code idempotency_key}, are one journal. An empty
 * field is an absent one.
 */
final class CsvLines {
    private static final Set<String> COLUMNS = Set.of(
            "ledger_id",
            "kind",
            "idempotency_key",
            "transaction",
            "account_id",
            "from_account_id",
            "to_account_id",
            "to_ledger_id",
            "amount",
            "currency",
            "reference_id",
            "description",
            "expect");

    /** What stands for bytes that are not UTF-8: half a character, which is in no text that is. */
    private static final String NOT_UTF8 = "\uDC00";

    private static final String METADATA = "metadata.";
    private static final Set<String> OF_A_POSTING = Set.of("account_id", "amount", "currency");
    private static final Set<String> OF_THE_LINE =
            Set.of("ledger_id", "kind", "idempotency_key", "transaction", "expect");

    private final List<String> header;
    private final Optional<String> defaultLedger;
    private final Predicate<Line> goOn;
    private Journal open;

    private CsvLines(List<String> header, Optional<String> defaultLedger, Predicate<Line> goOn) {
        this.header = header;
        this.defaultLedger = defaultLedger;
        this.goOn = goOn;
    }

    /** The rows of one journal so far. */
    private record Journal(long number, Row first, ObjectNode body) {
        boolean takes(Row row) {
            return row.isJournal()
                    && row.group().equals(first.group())
                    && Objects.equals(row.fields.get("ledger_id"), first.fields.get("ledger_id"));
        }
    }

    private record Row(long number, Map<String, String> fields) {
        Optional<String> field(String name) {
            return Optional.ofNullable(fields.get(name));
        }

        boolean isJournal() {
            return "journal".equals(fields.get("kind"));
        }

        Optional<String> group() {
            return field("transaction").or(() -> field("idempotency_key"));
        }
    }

    static void read(InputStream in, Optional<String> defaultLedger, Predicate<Line> goOn) throws IOException {
        // Counts the fields itself: the reader would end the whole file at the first row that has too few.
        try (var reader = CsvReader.builder()
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(new InputStreamReader(in, marking()));
                var rows = reader.iterator()) {
            if (!rows.hasNext()) {
                goOn.test(new Line.Unreadable(1, "no header row"));
                return;
            }
            var first = rows.next();
            var header = first.getFields().stream().map(String::strip).toList();
            var wrong = wrongHeader(header);
            if (wrong.isPresent()) {
                goOn.test(new Line.Unreadable(first.getStartingLineNumber(), wrong.get()));
                return;
            }
            new CsvLines(header, defaultLedger, goOn).readRows(rows, first.getStartingLineNumber());
        } catch (CsvParseException notCsv) {
            goOn.test(new Line.Unreadable(1, "not CSV: " + notCsv.getMessage()));
        }
    }

    /** Goes on behind bytes that are not UTF-8, so that one row that has them spoils no other. */
    private static CharsetDecoder marking() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .replaceWith(NOT_UTF8);
    }

    private static boolean isUtf8(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static Optional<String> wrongHeader(List<String> header) {
        if (!isUtf8(header.toString())) {
            return Optional.of(Line.NOT_UTF8);
        }
        var seen = new HashSet<String>();
        for (var column : header) {
            if (!COLUMNS.contains(column) && !column.startsWith(METADATA)) {
                return Optional.of("unknown column \"" + column + "\"; known are "
                        + String.join(", ", COLUMNS.stream().sorted().toList()) + " and metadata.*");
            }
            if (!seen.add(column)) {
                return Optional.of("column \"" + column + "\" twice");
            }
        }
        return seen.contains("kind") ? Optional.empty() : Optional.of("no column \"kind\"");
    }

    private void readRows(CloseableIterator<CsvRecord> rows, long headerLine) {
        var last = headerLine;
        try {
            while (rows.hasNext()) {
                var row = rows.next();
                last = row.getStartingLineNumber();
                if (!take(row)) {
                    return;
                }
            }
        } catch (CsvParseException notCsv) {
            // Behind an error in the quoting no row's beginning is certain any more.
            var cause = Optional.ofNullable(notCsv.getCause()).map(Throwable::getMessage);
            if (flush()) {
                goOn.test(new Line.Unreadable(last + 1, "not CSV from here on: " + cause.orElse(notCsv.getMessage())));
            }
            return;
        }
        flush();
    }

    private boolean take(CsvRecord csv) {
        var number = csv.getStartingLineNumber();
        if (csv.getFieldCount() != header.size()) {
            return flush()
                    && goOn.test(new Line.Unreadable(
                            number, "%d fields where the header has %d".formatted(csv.getFieldCount(), header.size())));
        }
        var fields = new LinkedHashMap<String, String>();
        for (var i = 0; i < header.size(); i++) {
            if (!csv.getField(i).isEmpty()) {
                fields.put(header.get(i), csv.getField(i));
            }
        }
        var row = new Row(number, fields);
        if (open != null && open.takes(row)) {
            posting(open.body(), row);
            return true;
        }
        if (!flush()) {
            return false;
        }
        if (!row.isJournal()) {
            return goOn.test(line(row, body(row, fields.keySet())));
        }
        if (row.group().isEmpty()) {
            return goOn.test(new Line.Unreadable(
                    number, "a journal's rows need a transaction or an idempotency_key that holds them together"));
        }
        var names = new HashSet<>(fields.keySet());
        names.removeAll(OF_A_POSTING);
        var journal = body(row, names);
        open = new Journal(number, row, journal);
        posting(journal, row);
        return true;
    }

    private boolean flush() {
        if (open == null) {
            return true;
        }
        var journal = open;
        open = null;
        return goOn.test(line(journal.first(), journal.body()));
    }

    private Line line(Row row, ObjectNode body) {
        if (!isUtf8(row.fields() + body.toString())) {
            return new Line.Unreadable(row.number(), Line.NOT_UTF8);
        }
        return Line.operation(
                row.number(),
                row.field("ledger_id").or(() -> defaultLedger),
                row.field("kind"),
                row.field("idempotency_key"),
                row.field("expect"),
                body);
    }

    private ObjectNode body(Row row, Set<String> names) {
        var body = Json.object();
        for (var name : header) {
            if (names.contains(name) && !OF_THE_LINE.contains(name) && !name.startsWith(METADATA)) {
                body.put(name, row.fields().get(name));
            }
        }
        for (var name : header) {
            if (name.startsWith(METADATA) && names.contains(name)) {
                body.withObjectProperty("metadata")
                        .put(name.substring(METADATA.length()), row.fields().get(name));
            }
        }
        return body;
    }

    private static void posting(ObjectNode journal, Row row) {
        var posting = journal.withArrayProperty("postings").addObject();
        for (var name : List.of("account_id", "amount", "currency")) {
            row.field(name).ifPresent(value -> posting.put(name, value));
        }
    }
}
