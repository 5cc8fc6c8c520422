package io.daybook.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * All that one run of a benchmark found.
 *
 * @param tables those that people read
 * @param series those that are too long for that, and are kept as files only
 * @param listings to be looked into where a table makes one wonder
 */
record Results(
        String benchmark,
        Environment environment,
        List<Table> tables,
        List<Table> series,
        List<NamedChart> charts,
        List<Listing> listings) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    record NamedChart(String name, String title, Chart<?, ?> chart) {}

    record Listing(String title, String text) {}

    Results(
            String benchmark,
            Environment environment,
            List<Table> tables,
            List<Table> series,
            List<NamedChart> charts) {
        this(benchmark, environment, tables, series, charts, List.of());
    }

    /** The repository. */
    static Path home() {
        return Path.of(System.getProperty("daybook.home", "."));
    }

    static Path folder() {
        return Path.of(System.getProperty(
                "daybook.bench.results", home().resolve("bench/target/results").toString()));
    }

    String text() {
        return tables.stream().map(Table::text).collect(Collectors.joining("\n\n"));
    }

    /** Writes a CSV file for each table, an SVG file for each chart, and one JSON file with all and the environment. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (var all : List.of(tables, series)) {
            for (var table : all) {
                Files.writeString(folder.resolve(benchmark + "-" + table.name() + ".csv"), table.csv());
            }
        }
        draw(folder);
        var json = new LinkedHashMap<String, Object>();
        json.put("benchmark", benchmark);
        json.put("environment", environment.facts());
        json.put("tables", tables);
        json.put("series", series);
        json.put("listings", listings);
        JSON.writeValue(folder.resolve(benchmark + ".json").toFile(), json);
    }

    private void draw(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (var named : charts) {
            try {
                VectorGraphicsEncoder.saveVectorGraphic(
                        named.chart(),
                        folder.resolve(benchmark + "-" + named.name()).toString(),
                        VectorGraphicsFormat.SVG);
            } catch (LinkageError e) { // a JDK without what fonts need: the figures stand all the same
                System.err.println("The chart " + named.name() + " is not drawn: " + e.getMessage());
            }
        }
    }

    /** Puts the tables and charts into a document, between the marks that name this benchmark. */
    void intoDocument(Path document) throws IOException {
        var text = Files.readString(document);
        var begin = "<!-- bench:%s -->".formatted(benchmark);
        var end = "<!-- /bench:%s -->".formatted(benchmark);
        var from = text.indexOf(begin);
        var to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new IOException("%s has no place for %s … %s".formatted(document, begin, end));
        }
        draw(document.resolveSibling("charts"));
        Files.writeString(document, text.substring(0, from) + begin + "\n" + markdown() + "\n" + text.substring(to));
    }

    private String markdown() {
        var parts = tables.stream().map(Table::markdown).collect(Collectors.toList());
        charts.stream()
                .map(named -> "![%s](charts/%s-%s.svg)".formatted(named.title(), benchmark, named.name()))
                .forEach(parts::add);
        listings.stream()
                .map(listing -> "<details><summary><code>%s</code></summary>\n\n```text\n%s\n```\n</details>"
                        .formatted(listing.title(), listing.text()))
                .forEach(parts::add);
        parts.add(environment.markdown());
        return String.join("\n\n", parts);
    }
}
