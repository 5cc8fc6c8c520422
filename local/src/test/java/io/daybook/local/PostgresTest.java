package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresTest {

    @TempDir
    private static Path folder;

    private static Postgres postgres;

    @BeforeAll
    static void start_where_an_earlier_start_was_cut_short() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/postgresql.conf"), "# as initdb leaves it when it is killed");
        postgres = Postgres.start(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "fsync,                on",
        "synchronous_commit,   on",
        "full_page_writes,     on",
        "server_encoding,      UTF8",
        "max_connections,      60",
        "shared_buffers,       128MB",
        "listen_addresses,     127.0.0.1",
    })
    void settings_are_those_of_a_server_that_keeps_what_it_is_given(String setting, String value) throws SQLException {
        assertThat(query("SHOW " + setting)).isEqualTo(value);
    }

    @Test
    void it_can_be_stopped_and_comes_back_at_the_same_address_with_its_data() throws SQLException {
        var url = postgres.jdbcUrl();
        execute("CREATE TABLE kept AS SELECT 'kept' AS text");
        postgres.stop();
        assertThatThrownBy(() -> query("SELECT 1")).isInstanceOf(SQLException.class);
        postgres.start();
        assertThat(postgres.jdbcUrl()).isEqualTo(url);
        assertThat(query("SELECT text FROM kept")).isEqualTo("kept");
    }

    @Test
    void killed_at_work_it_comes_back_at_the_same_address_with_what_it_had_committed() throws SQLException {
        var url = postgres.jdbcUrl();
        execute("CREATE TABLE survived AS SELECT 'committed' AS text");
        try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE survived SET text = 'not committed'");
            postgres.kill();
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        }
        postgres.start();
        assertThat(postgres.jdbcUrl()).isEqualTo(url);
        assertThat(query("SELECT text FROM survived")).isEqualTo("committed");
    }

    /** As in a container without an init process, where whoever was killed stays in the list of processes. */
    @Test
    void killed_it_comes_back_though_nobody_took_note_of_its_end() throws Exception {
        execute("CREATE TABLE noticed AS SELECT 'by nobody' AS text");
        postgres.kill();
        // A child of one that waits for nobody.
        var parent = new ProcessBuilder("sh", "-c", "sleep 0.5 & echo $!; exec sleep 60").start();
        try {
            var ended = parent.inputReader().readLine();
            await().until(() -> ProcessHandle.of(Long.parseLong(ended))
                    .filter(process -> process.info().command().isEmpty())
                    .isPresent());
            var pidFile = folder.resolve("data/postmaster.pid");
            var lines = new ArrayList<>(Files.readAllLines(pidFile));
            lines.set(0, ended);
            Files.write(pidFile, lines);

            postgres.start();

            assertThat(query("SELECT text FROM noticed")).isEqualTo("by nobody");
        } finally {
            parent.destroyForcibly();
        }
    }

    private static String query(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
