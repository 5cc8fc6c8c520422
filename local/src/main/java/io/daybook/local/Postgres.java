package io.daybook.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * A real PostgreSQL of its own, on 127.0.0.1, with durability on: what it has committed survives a crash of it, of this
 * process and of the machine. Data, port and address stay the same over {@link #stop} and {@link #start}.
 */
public final class Postgres implements AutoCloseable {

    private static final String DATABASE = "daybook";
    private static final String USER = "postgres";
    private static final Duration START_MAX = Duration.ofMinutes(3);

    private final Path data;
    private final Path complete;
    private final int port = Ports.free();
    private EmbeddedPostgres server;

    private Postgres(Path folder) {
        this.data = folder.resolve("data");
        this.complete = folder.resolve("complete");
    }

    /** Starts a server on a folder's data. One of an earlier run that is still at work on them is stopped first. */
    public static Postgres start(Path folder) {
        var postgres = new Postgres(folder);
        postgres.start();
        return postgres;
    }

    /** Starts it again after {@link #stop}; nothing happens if it runs. */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        process().ifPresent(leftover -> leftover.stopLeftover("INT", "QUIT"));
        try {
            Files.createDirectories(data.getParent());
            if (ServerProcess.isOver(pidFile())) {
                Files.delete(pidFile());
            }
            if (!Files.exists(complete)) {
                // A first start that was cut short leaves half a cluster, and nothing was ever accepted into it.
                DataFolder.deleteTree(data);
            }
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPort(port)
                    .setPGStartupWait(START_MAX)
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "''")
                    // The library starts PostgreSQL with all three off.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_connections", "60")
                    .setServerConfig("shared_buffers", "128MB")
                    .setServerConfig("timezone", "UTC")
                    .setLocaleConfig("locale", "C")
                    .start();
            if (!Files.exists(complete)) {
                createDatabase();
                Files.createFile(complete);
            }
        } catch (IOException | SQLException | IllegalStateException e) {
            stop();
            throw new StackException(
                    "PostgreSQL does not start on %s: %s%s".formatted(data, e.getMessage(), hint()), e);
        }
    }

    private static String hint() {
        return System.getProperty("user.name").equals("root")
                ? "; it refuses to be root's, and gets around that only where user namespaces are allowed (`unshare -U`):"
                        + " run this as another user"
                : "";
    }

    private void createDatabase() throws SQLException {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    /** Stops it as an operator would: open transactions are rolled back, committed ones are on disk. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (IOException e) {
            throw new StackException("PostgreSQL does not stop on %s".formatted(data), e);
        } finally {
            server = null;
        }
    }

    /** Ends it in the middle of whatever it does, by {@code SIGKILL}; {@link #start} recovers what it had committed. */
    public synchronized void kill() {
        process().ifPresent(ServerProcess::kill);
        stop();
    }

    private Optional<ServerProcess> process() {
        return ServerProcess.of(pidFile(), "postgres");
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, DATABASE);
    }

    public String user() {
        return USER;
    }

    /** What clients may send as the password: the server trusts whoever can reach 127.0.0.1. */
    public String password() {
        return USER;
    }

    @Override
    public void close() {
        stop();
    }
}
