package io.daybook.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Where something was measured: a figure is nothing without it. */
record Environment(Map<String, String> facts) {
    private static final int SYNCS = 200;
    private static final int PAGE_BYTES = 8_192;

    /** @param durableQueue whether the queue writes each message to the disk before it accepts it */
    static Environment of(Connection database, boolean durableQueue) {
        var facts = ofThisMachine();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("""
                        select name, current_setting(name) from pg_settings
                        where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes',
                            'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_sync_method', 'jit')
                        order by name <> 'server_version', name
                        """)) {
            while (rows.next()) {
                facts.put("postgresql " + rows.getString(1), rows.getString(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        facts.put("queue", durableQueue ? "each message on disk before it is accepted" : "in memory");
        return new Environment(facts);
    }

    /** For what needs neither database nor queue. */
    static Environment withoutServers() {
        return new Environment(ofThisMachine());
    }

    private static Map<String, String> ofThisMachine() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var facts = new LinkedHashMap<String, String>();
        facts.put("measured at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("commit", commit());
        facts.put("cpu", cpu());
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", "%d GiB".formatted(system.getTotalMemorySize() >> 30));
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("load at the start", String.format(Locale.ROOT, "%.1f", system.getSystemLoadAverage()));
        facts.put("median fsync of a page", String.format(Locale.ROOT, "%.2f ms", millisToSync()));
        return facts;
    }

    private static String cpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException | UncheckedIOException notLinux) {
            return System.getProperty("os.arch");
        }
    }

    private static String commit() {
        try {
            var git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
                    .directory(Results.home().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var described = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? described : "unknown";
        } catch (IOException noGit) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    /** What a commit has to wait for at least. */
    private static double millisToSync() {
        var latencies = new Histogram(3);
        try {
            var file = Files.createTempFile("daybook-sync-", ".bin");
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (var i = 0; i < SYNCS; i++) {
                    var began = System.nanoTime();
                    channel.write(ByteBuffer.allocate(PAGE_BYTES));
                    channel.force(false);
                    latencies.recordValue(System.nanoTime() - began);
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return latencies.getValueAtPercentile(50) / 1e6;
    }

    String text() {
        var text = new StringBuilder("Environment");
        facts.forEach((name, value) -> text.append("\n  %-34s%s".formatted(name, value)));
        return text.toString();
    }

    /** In a sentence below the tables. */
    String markdown() {
        var parts = facts.entrySet().stream()
                .map(fact -> fact.getKey() + " " + fact.getValue())
                .toList();
        return "<sub>" + String.join("; ", parts) + "</sub>";
    }
}
