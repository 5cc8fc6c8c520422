package io.daybook.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a benchmark found, for people and for programs.
 *
 * @param name of its file
 * @param columns with their units
 * @param rows texts and numbers
 */
record Table(String name, String title, List<String> columns, List<List<Object>> rows) {

    Table(String name, String title, String... columns) {
        this(name, title, List.of(columns), new ArrayList<>());
    }

    Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("%d cells for %d columns".formatted(cells.length, columns.size()));
        }
        rows.add(List.of(cells));
        return this;
    }

    String text() {
        var widths = IntStream.range(0, columns.size())
                .map(column -> Math.max(
                        columns.get(column).length(),
                        rows.stream()
                                .mapToInt(row -> shown(row.get(column)).length())
                                .max()
                                .orElse(0)))
                .toArray();
        var lines = new ArrayList<String>();
        lines.add(title);
        lines.add(line(columns, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return String.join("\n", lines);
    }

    private String line(List<?> cells, int[] widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> padded(shown(cells.get(column)), widths[column], isNumber(column)))
                .collect(Collectors.joining("  ", "  ", ""))
                .stripTrailing();
    }

    private static String padded(String text, int width, boolean right) {
        var blanks = " ".repeat(Math.max(0, width - text.length()));
        return right ? blanks + text : text + blanks;
    }

    private boolean isNumber(int column) {
        return rows.stream().allMatch(row -> row.get(column) instanceof Number);
    }

    String markdown() {
        var lines = new ArrayList<String>();
        lines.add("**" + title + "**\n");
        lines.add(columns.stream().collect(Collectors.joining(" | ", "| ", " |")));
        lines.add(IntStream.range(0, columns.size())
                .mapToObj(column -> isNumber(column) ? "--:" : ":--")
                .collect(Collectors.joining(" | ", "| ", " |")));
        rows.forEach(row -> lines.add(row.stream().map(Table::shown).collect(Collectors.joining(" | ", "| ", " |"))));
        return String.join("\n", lines);
    }

    String csv() {
        var lines = new ArrayList<String>();
        lines.add(String.join(",", columns));
        rows.forEach(row -> lines.add(row.stream().map(Table::exact).collect(Collectors.joining(","))));
        return String.join("\n", lines) + "\n";
    }

    private static String exact(Object cell) {
        var text = cell.toString();
        return text.contains(",") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    /** Three digits that count, and all of a whole number. */
    private static String shown(Object cell) {
        return switch (cell) {
            case Double number -> String.format(Locale.ROOT, pattern(Math.abs(number)), number);
            case Number number -> String.format(Locale.ROOT, "%,d", number.longValue());
            default -> cell.toString();
        };
    }

    private static String pattern(double size) {
        if (size >= 99.95) {
            return "%,.0f";
        }
        return size >= 9.995 ? "%.1f" : "%.2f";
    }
}
