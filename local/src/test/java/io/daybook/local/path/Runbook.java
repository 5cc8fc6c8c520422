package io.daybook.local.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** docs/runbook.md, whose blocks can be run against a stack. */
final class Runbook {
    private static final Path DOCUMENT = Path.of("../docs/runbook.md");
    private static final Pattern BLOCK = Pattern.compile(
            "^( *)<!-- run by RunbookTest: ([a-z-]+) -->\\n\\1```(?:sh|sql)\\n(.*?)\\n\\1```$",
            Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern OTHER_BLOCK =
            Pattern.compile("(?<!-->)\\n *```(?:sh|sql)\\n(.*?)\\n *```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern SECTION =
            Pattern.compile("^(##+) (.*?)\\n(.*?)(?=^##|\\z)", Pattern.DOTALL | Pattern.MULTILINE);
    private static final String EXAMPLE_OPERATION = "01990000-0000-7000-8000-000000000000";

    private final String text;
    private final Map<String, String> blocks = new LinkedHashMap<>();

    Runbook() {
        try {
            text = Files.readString(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        BLOCK.matcher(text)
                .results()
                .forEach(block -> blocks.put(block.group(2), block.group(3).stripIndent()));
    }

    String text() {
        return text;
    }

    Set<String> blocks() {
        return blocks.keySet();
    }

    /** Those that are not run. */
    List<String> otherBlocks() {
        return OTHER_BLOCK
                .matcher(text)
                .results()
                .map(block -> block.group(1).stripIndent().strip())
                .toList();
    }

    /** What stands below a heading, up to the next one, by the link that leads there. */
    Map<String, String> sections() {
        return SECTION.matcher(text)
                .results()
                .collect(Collectors.toMap(
                        section -> section.group(2).toLowerCase(Locale.ROOT).replace(' ', '-'),
                        section -> section.group(3)));
    }

    private String block(String name) {
        assertThat(blocks).containsKey(name);
        return blocks.get(name);
    }

    /** What the calls of a block print. */
    String call(Daybook daybook, Ledger ledger, UUID operationId, String name) {
        Shell.mustHaveAllOf(block("call"));
        var bash = new ProcessBuilder("bash", "-eu", "-o", "pipefail").redirectErrorStream(true);
        bash.environment()
                .putAll(Map.of(
                        "API",
                        daybook.stack().url() + "/v1",
                        "TOKEN",
                        daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES),
                        "LEDGER",
                        ledger.id(),
                        "OPERATION",
                        operationId.toString()));
        try {
            var process = bash.start();
            try (var in = process.outputWriter(UTF_8)) {
                in.write(block("call") + "\n" + block(name) + "\n");
            }
            var output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The rows that a statement finds, as text; none if it changes something. */
    List<Map<String, String>> query(Daybook daybook, Ledger ledger, Object id, String name) {
        var sql = block(name)
                .replace("'demo'", "'" + Daybook.TENANT + "'")
                .replace("'shop'", "'" + ledger.id() + "'")
                .replace(EXAMPLE_OPERATION, id.toString())
                .replace("4711", id.toString());
        var found = new ArrayList<Map<String, String>>();
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                assertThat(statement.getUpdateCount()).as(sql).isPositive();
                return found;
            }
            var rows = statement.getResultSet();
            while (rows.next()) {
                var row = new LinkedHashMap<String, String>();
                for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.put(rows.getMetaData().getColumnLabel(i), rows.getString(i));
                }
                found.add(row);
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
