package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.contract.ServiceAway;
import io.daybook.store.Database;
import io.micronaut.context.ApplicationContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The functions on a PostgreSQL that asks for a password, which a secret has, and which is rotated under them. */
final class DatabaseSecretTest {
    private static final String ARN = "arn:aws:secretsmanager:%s:000000000000:secret:daybook".formatted(Queue.REGION);

    private static EmbeddedPostgres postgres;

    private final AtomicInteger reads = new AtomicInteger();
    private HttpServer secretsManager;
    private volatile String secret;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, SQLException {
        var data = folder.resolve("data");
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setLocaleConfig("locale", "C")
                .start();
        Files.writeString(data.resolve("pg_hba.conf"), """
                host all postgres all trust
                host all all      all scram-sha-256
                """);
        sql("select pg_reload_conf()");
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void startSecretsManager() throws IOException {
        secretsManager = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secretsManager.createContext("/", exchange -> {
            try (exchange) {
                var request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(exchange.getRequestHeaders().getFirst("X-Amz-Target"))
                        .isEqualTo("secretsmanager.GetSecretValue");
                assertThat(request).contains(ARN);
                reads.incrementAndGet();
                var answer = "{\"ARN\": \"%s\", \"SecretString\": \"%s\"}"
                        .formatted(ARN, secret.replace("\"", "\\\""))
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        secretsManager.start();
        // The system property of AWS_ENDPOINT_URL.
        System.setProperty(
                "aws.endpointUrl",
                "http://localhost:" + secretsManager.getAddress().getPort());
    }

    @AfterEach
    void stopSecretsManager() {
        System.clearProperty("aws.endpointUrl");
        secretsManager.stop(0);
    }

    @Test
    void the_functions_log_in_as_the_secret_says() throws SQLException {
        rotate("first_one", "a 'difficult' p@ss:word/%");
        try (var status = LambdaContexts.status(settings())) {
            assertThat(user(status)).isEqualTo("first_one");
            assertThat(user(status)).isEqualTo("first_one");
        }
        assertThat(reads).hasValue(1);
    }

    @Test
    void a_rotated_password_is_read_again_when_the_old_one_is_not_accepted() throws SQLException {
        rotate("rotated", "before");
        try (var status = LambdaContexts.status(settings())) {
            assertThat(user(status)).isEqualTo("rotated");
            rotate("rotated", "after");
            assertThat(user(status)).as("on the connection that the pool has").isEqualTo("rotated");
            assertThat(reads).hasValue(1);

            disconnect(status);
            assertThat(user(status)).isEqualTo("rotated");
            assertThat(reads).hasValue(2);

            rotate("another_user", "hers");
            sql("alter role rotated nologin");
            disconnect(status);
            assertThat(user(status)).isEqualTo("another_user");
        }
    }

    @Test
    void while_the_secret_is_wrong_the_database_is_away_and_no_log_tells_the_secret() throws SQLException {
        var log = new ListAppender<ILoggingEvent>();
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var level = root.getLevel();
        log.start();
        root.setLevel(Level.DEBUG);
        root.addAppender(log);
        rotate("late", "known-to-all-but-the-secret");
        secret = "{\"username\": \"late\", \"password\": \"Geheimnis-4711\"}";
        try (var status = LambdaContexts.status(settings())) {
            assertThatThrownBy(() -> user(status)).isInstanceOf(ServiceAway.class);
            secret = "{\"username\": \"late\", \"password\": \"known-to-all-but-the-secret\"}";
            assertThat(user(status)).isEqualTo("late");
        } finally {
            root.detachAppender(log);
            root.setLevel(level);
        }
        assertThat(log.list).isNotEmpty();
        assertThat(log.list).noneSatisfy(event -> assertThat(text(event)).contains("Geheimnis-4711"));
        assertThat(log.list).noneSatisfy(event -> assertThat(text(event)).contains("known-to-all-but-the-secret"));
    }

    @Test
    void intake_reads_no_secret() {
        try (var intake = LambdaContexts.intake(settings())) {
            assertThat(intake.containsBean(Database.class)).isFalse();
        }
        assertThat(reads).hasValue(0);
    }

    private static String text(ILoggingEvent event) {
        var text = new StringBuilder(event.getFormattedMessage());
        for (var cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            text.append('\n').append(cause.getMessage());
        }
        return text.toString();
    }

    private void rotate(String user, String password) throws SQLException {
        sql("do $$ begin create role %s login; exception when duplicate_object then null; end $$".formatted(user));
        sql("alter role %s password '%s'".formatted(user, password.replace("'", "''")));
        secret = "{\"engine\": \"postgres\", \"username\": \"%s\", \"password\": \"%s\"}".formatted(user, password);
    }

    private static void sql(String sql) throws SQLException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Map<String, Object> settings() {
        return Map.of(
                "daybook.database.url",
                ("jdbc:postgresql://localhost:%d/postgres?prepareThreshold=0&sslmode=disable"
                                + "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory")
                        .formatted(postgres.getPort()),
                "daybook.database.user",
                "nobody",
                "daybook.database.secret-arn",
                ARN);
    }

    private static String user(ApplicationContext context) {
        return context.getBean(Database.class).transaction(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("select current_user")) {
                row.next();
                return row.getString(1);
            }
        });
    }

    private static void disconnect(ApplicationContext context) {
        ((HikariDataSource) context.getBean(DataSource.class))
                .getHikariPoolMXBean()
                .softEvictConnections();
    }
}
