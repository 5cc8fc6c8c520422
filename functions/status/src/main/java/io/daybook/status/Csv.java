package io.daybook.status;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** A listing as CSV (RFC 4180) with a header row. What is {@code null} is an empty field. */
final class Csv<T> {
    private static final MediaType TEXT_CSV = MediaType.of("text/csv; charset=utf-8; header=present");
    /** What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"). */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\\t\\r].*", Pattern.DOTALL);

    private final Map<String, Function<T, String>> columns = new LinkedHashMap<>();

    /** A column of what Daybook writes itself: identifiers, times, and amounts that stay plain numbers. */
    Csv<T> column(String name, Function<T, ?> value) {
        columns.put(name, row -> text(value.apply(row)));
        return this;
    }

    /** A column of what clients write: a text that a spreadsheet would take for a formula gets an apostrophe ahead. */
    Csv<T> freeText(String name, Function<T, String> value) {
        columns.put(name, row -> {
            var text = text(value.apply(row));
            return FORMULA.matcher(text).matches() ? "'" + text : text;
        });
        return this;
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }

    /** Whether the client would rather have CSV than JSON. */
    static boolean isWanted(HttpRequest<?> request) {
        return request.getHeaders().accept().stream()
                .filter(type -> type.matches(MediaType.APPLICATION_JSON_TYPE) || type.matches(MediaType.TEXT_CSV_TYPE))
                .findFirst()
                .filter(type -> !type.matches(MediaType.APPLICATION_JSON_TYPE))
                .isPresent();
    }

    /** @param previous cursor of the part ahead, or {@code null}; as {@code next}, it goes into a {@code Link} (RFC 8288) */
    HttpResponse<String> answer(HttpRequest<?> request, List<T> rows, String previous, String next) {
        var answer = HttpResponse.ok(write(rows)).contentType(TEXT_CSV);
        if (previous != null) {
            answer.getHeaders().add(HttpHeaders.LINK, link(request, "before", previous, "prev"));
        }
        if (next != null) {
            answer.getHeaders().add(HttpHeaders.LINK, link(request, "after", next, "next"));
        }
        return answer;
    }

    private String write(List<T> rows) {
        var text = new StringWriter();
        var csv = CsvWriter.builder()
                .bufferSize(0)
                .lineDelimiter(LineDelimiter.CRLF)
                .build(text);
        csv.writeRecord(columns.keySet());
        rows.forEach(row -> csv.writeRecord(
                columns.values().stream().map(column -> column.apply(row)).toList()));
        return text.toString();
    }

    /** The same request with another cursor, relative to it: what path it came by is the gateway's affair. */
    private static String link(HttpRequest<?> request, String cursor, String place, String relation) {
        var query = new StringBuilder();
        request.getParameters().forEach((name, values) -> {
            if (!name.equals("after") && !name.equals("before")) {
                values.forEach(value -> query.append(encoded(name))
                        .append('=')
                        .append(encoded(value))
                        .append('&'));
            }
        });
        return "<?%s%s=%s>; rel=\"%s\"".formatted(query, cursor, encoded(place), relation);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
