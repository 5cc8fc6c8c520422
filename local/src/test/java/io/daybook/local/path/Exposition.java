package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What Prometheus reads, by its rules for the text format; anything else is an error.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format">the text format</a>
 */
final class Exposition {
    private static final Pattern COMMENT =
            Pattern.compile("# (?<what>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) ?(?<text>.*)");
    private static final Pattern SAMPLE = Pattern.compile(
            "(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(?<labels>.*)})? (?<value>-?[0-9.]+(?:E-?[0-9]+)?|NaN|[+-]Inf)");
    private static final Pattern LABEL =
            Pattern.compile("(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\",?");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    record Sample(String family, String name, Map<String, String> labels, double value) {}

    Exposition(String text) {
        assertThat(text).endsWith("\n");
        var done = new HashSet<String>();
        String family = null;
        for (var line : text.split("\n")) {
            var comment = COMMENT.matcher(line);
            if (comment.matches()) {
                var name = comment.group("name");
                if (!name.equals(family)) {
                    assertThat(done.add(name)).as("%s stands together", name).isTrue();
                    family = name;
                }
                if (comment.group("what").equals("TYPE")) {
                    assertThat(comment.group("text")).isIn("counter", "gauge", "histogram", "summary", "untyped");
                    types.put(name, comment.group("text"));
                }
                continue;
            }
            var sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            assertThat(types).as("types ahead of " + line).containsKey(family);
            assertThat(sample.group("name").substring(family.length())).as(line).isIn(suffixes(types.get(family)));
            samples.add(new Sample(
                    family, sample.group("name"), labels(sample.group("labels")), number(sample.group("value"))));
        }
        assertThat(samples.stream().map(sample -> sample.name() + sample.labels()))
                .doesNotHaveDuplicates();
        types.forEach((name, type) -> {
            if (type.equals("counter")) {
                assertThat(name).endsWith("_total");
            }
            if (type.equals("histogram")) {
                mustBeHistogram(name);
            }
        });
    }

    private static Set<String> suffixes(String type) {
        return type.equals("histogram") ? Set.of("_bucket", "_sum", "_count", "_max") : Set.of("");
    }

    private static Map<String, String> labels(String text) {
        var labels = new TreeMap<String, String>();
        if (text != null) {
            var label = LABEL.matcher(text);
            var end = 0;
            while (label.find() && label.start() == end) {
                assertThat(labels.put(label.group("name"), label.group("value")))
                        .isNull();
                end = label.end();
            }
            assertThat(end).as(text).isEqualTo(text.length());
        }
        return labels;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private void mustBeHistogram(String family) {
        var buckets = samples.stream()
                .filter(sample -> sample.name().equals(family + "_bucket"))
                .toList();
        assertThat(buckets.stream().map(bucket -> number(bucket.labels().get("le"))))
                .isSorted()
                .endsWith(Double.POSITIVE_INFINITY);
        assertThat(buckets.stream().map(Sample::value)).isSorted();
        assertThat(value(family + "_count")).hasValue(buckets.getLast().value());
        assertThat(value(family + "_sum")).isPresent();
    }

    /** The names of all metrics, as they are declared. */
    Map<String, String> types() {
        return types;
    }

    /** The value that has no labels. */
    Optional<Double> value(String name) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name) && sample.labels().isEmpty())
                .map(Sample::value)
                .findFirst();
    }

    /** Its values by what a label says; those with the same are added up. */
    Map<String, Double> by(String label, String name) {
        var values = new TreeMap<String, Double>();
        samples.stream()
                .filter(sample -> sample.name().equals(name))
                .forEach(sample -> values.merge(sample.labels().get(label), sample.value(), Double::sum));
        return values;
    }
}
