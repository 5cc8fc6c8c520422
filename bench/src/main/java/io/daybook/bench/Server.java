package io.daybook.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.MicronautFunctions;
import io.daybook.local.Stack;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A whole Daybook in a process of its own, as {@code ./daybook up} runs it; it ends when it is closed, or when the
 * process that started it ends.
 */
final class Server implements AutoCloseable {
    private final Process process;
    private final JsonNode place;

    private Server(Process process, JsonNode place) {
        this.process = process;
        this.place = place;
    }

    static Server start(boolean durableQueue) throws IOException {
        var process = Jvm.server(Server.class, Boolean.toString(durableQueue))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var line = out.readLine();
        if (line == null) {
            throw new IOException("the server does not start");
        }
        return new Server(process, Api.JSON.readTree(line));
    }

    /** The other process's program: tells where it is, and runs until its input ends. */
    public static void main(String[] arguments) throws IOException, SQLException {
        var options = new Stack.Options(Optional.empty(), 0, Boolean.parseBoolean(arguments[0]));
        try (var ending = Ending.of(Stack.start(options, MicronautFunctions::create))) {
            var stack = ending.stack();
            keepCommitTimes(stack);
            var token =
                    stack.tokens().mint(Daybook.TENANT, "ledger:read ledger:write ledger:admin", Duration.ofHours(12));
            System.out.println(Api.JSON.writeValueAsString(Map.of(
                    "url", stack.url().toString(),
                    "token", token,
                    "database", stack.postgres().jdbcUrl(),
                    "user", stack.postgres().user(),
                    "password", stack.postgres().password())));
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** So that PostgreSQL says when an outcome was committed: eight bytes for each transaction. */
    private static void keepCommitTimes(Stack stack) throws SQLException {
        var postgres = stack.postgres();
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute("alter system set track_commit_timestamp = on");
        }
        postgres.stop();
        postgres.start();
    }

    Api api() {
        return new Api(
                URI.create(place.path("url").asText()), place.path("token").asText());
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(
                place.path("database").asText(),
                place.path("user").asText(),
                place.path("password").asText());
    }

    /** What its Java process has used so far. */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** What its Java process has in memory; 0 where the system does not say. */
    long residentBytes() {
        try (var lines = Files.lines(Path.of("/proc/%d/status".formatted(process.pid())))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException notLinux) {
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
