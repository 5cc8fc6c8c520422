package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.contract.ServiceAway;
import io.daybook.processor.MigrationHandler;
import io.daybook.store.Database;
import io.micronaut.context.ApplicationContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private static final String OWNER_ARN = ARN + "-owner";
    private static final String READER_ARN = ARN + "-reader";
    private static final String WRITER_ARN = ARN + "-writer";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static EmbeddedPostgres postgres;

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private HttpServer secretsManager;
    private final Map<String, String> secrets = new ConcurrentHashMap<>();

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
                var request = JSON.readTree(exchange.getRequestBody());
                var arn = request.path("SecretId").asText();
                var answer = JSON.createObjectNode().put("ARN", arn);
                switch (exchange.getRequestHeaders().getFirst("X-Amz-Target")) {
                    case "secretsmanager.GetSecretValue" -> reads.incrementAndGet();
                    case "secretsmanager.PutSecretValue" -> {
                        writes.incrementAndGet();
                        secrets.put(arn, request.path("SecretString").asText());
                    }
                    default -> throw new IllegalStateException("not to be asked for");
                }
                var secret = secrets.get(arn);
                if (secret == null) {
                    answer.put("__type", "ResourceNotFoundException").put("Message", "There is no value");
                } else {
                    answer.put("SecretString", secret);
                }
                exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
                var bytes = JSON.writeValueAsBytes(answer);
                exchange.sendResponseHeaders(secret == null ? 400 : 200, bytes.length);
                exchange.getResponseBody().write(bytes);
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

    /** All that is logged until it is closed. */
    private static final class DebugLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Level before = root.getLevel();
        private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

        DebugLog() {
            start();
            root.setLevel(Level.DEBUG);
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }

        @Override
        public void close() {
            root.detachAppender(this);
            root.setLevel(before);
        }
    }

    @Test
    void while_the_secret_is_wrong_the_database_is_away_and_no_log_tells_the_secret() throws SQLException {
        var log = new DebugLog();
        rotate("late", "known-to-all-but-the-secret");
        secrets.put(ARN, login("late", "Geheimnis-4711"));
        try (log;
                var status = LambdaContexts.status(settings())) {
            assertThatThrownBy(() -> user(status)).isInstanceOf(ServiceAway.class);
            secrets.put(ARN, login("late", "known-to-all-but-the-secret"));
            assertThat(user(status)).isEqualTo("late");
        }
        assertThat(log.events).isNotEmpty();
        assertThat(log.events).noneSatisfy(event -> assertThat(text(event)).contains("Geheimnis-4711"));
        assertThat(log.events).noneSatisfy(event -> assertThat(text(event)).contains("known-to-all-but-the-secret"));
    }

    /** A database whose owner may make roles, and is no superuser: as RDS makes it. */
    private void makeDatabase(String name, String roleAttributes) throws SQLException {
        sql("create role %s_owner login password 'the-owner-s' %s".formatted(name, roleAttributes));
        sql("create database %s owner %s_owner".formatted(name, name));
        secrets.put(OWNER_ARN, login(name + "_owner", "the-owner-s"));
    }

    private Map<String, Object> migrate(String database, Map<String, Object> input) {
        var settings = new HashMap<>(settings(database, OWNER_ARN));
        settings.put("daybook.database.connections-max", 2);
        settings.put("daybook.database.reader.secret-arn", READER_ARN);
        settings.put("daybook.database.writer.secret-arn", WRITER_ARN);
        try (var context = LambdaContexts.processor(settings)) {
            return new MigrationHandler(context).execute(input);
        }
    }

    @Test
    void the_migration_makes_the_logins_with_passwords_that_only_their_secrets_have() throws SQLException {
        var log = new DebugLog();
        var made = new HashMap<String, String>();
        try (log) {
            makeDatabase("made", "createrole");
            assertThat(migrate("made", Map.of())).containsOnlyKeys("migrations", "version");
            assertThat(writes).hasValue(2);
            made.putAll(secrets);
            migrate("made", Map.of());
            assertThat(secrets).as("after another migration").isEqualTo(made);

            try (var status = LambdaContexts.status(settings("made", READER_ARN));
                    var processor = LambdaContexts.processor(settings("made", WRITER_ARN))) {
                assertThat(user(status)).isEqualTo("daybook_reader");
                assertThat(user(processor)).isEqualTo("daybook_writer");
                migrate("made", Map.of("new_passwords", true));
                assertThat(writes).hasValue(4);
                assertThat(secrets.values()).doesNotContain(made.get(READER_ARN), made.get(WRITER_ARN));
                assertThat(user(status))
                        .as("on the connection that the pool has")
                        .isEqualTo("daybook_reader");
                disconnect(status);
                disconnect(processor);
                assertThat(user(status)).isEqualTo("daybook_reader");
                assertThat(user(processor)).isEqualTo("daybook_writer");
            }
        }
        for (var all : List.of(made, secrets)) {
            for (var arn : List.of(READER_ARN, WRITER_ARN)) {
                var password = password(all.get(arn));
                assertThat(password).matches("[\\w-]{43}");
                assertThat(log.events)
                        .noneSatisfy(event -> assertThat(text(event)).contains(password));
            }
        }
        assertThat(password(made.get(READER_ARN))).isNotEqualTo(password(made.get(WRITER_ARN)));
    }

    private static String password(String secret) {
        try {
            return JSON.readTree(secret).path("password").asText();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void logins_that_somebody_else_has_made_get_their_rights_and_keep_their_passwords() throws SQLException {
        makeDatabase("own", "");
        for (var role : List.of("reads", "writes")) {
            sql("create role own_%s login password 'the-database-administrator-s'".formatted(role));
        }
        secrets.put(READER_ARN, login("own_reads", "the-database-administrator-s"));
        secrets.put(WRITER_ARN, login("own_writes", "the-database-administrator-s"));
        migrate("own", Map.of());
        assertThat(writes).hasValue(0);
        try (var status = LambdaContexts.status(settings("own", READER_ARN))) {
            assertThat(user(status)).isEqualTo("own_reads");
            var database = status.getBean(Database.class);
            assertThat(database.<Boolean>transaction(connection -> {
                        try (var statement = connection.createStatement();
                                var rows = statement.executeQuery("select from ledger")) {
                            return rows.next();
                        }
                    }))
                    .isFalse();
            assertThatThrownBy(() -> database.transaction(connection -> connection
                            .createStatement()
                            .executeUpdate("insert into ledger (tenant, ledger_id) values ('t', 'l')")))
                    .hasRootCauseMessage("ERROR: permission denied for table ledger");
        }
    }

    @Test
    void whoever_owns_the_tables_is_no_login_of_the_functions() throws SQLException {
        makeDatabase("one", "createrole");
        secrets.put(READER_ARN, secrets.get(OWNER_ARN));
        assertThatThrownBy(() -> migrate("one", Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one_owner owns the tables: the reader has to be another");
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
        secrets.put(ARN, login(user, password));
    }

    private static String login(String user, String password) {
        return JSON.createObjectNode()
                .put("engine", "postgres")
                .put("username", user)
                .put("password", password)
                .toString();
    }

    private static void sql(String sql) throws SQLException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Map<String, Object> settings() {
        return settings("postgres", ARN);
    }

    private static Map<String, Object> settings(String database, String arn) {
        return Map.of(
                "daybook.database.url",
                ("jdbc:postgresql://localhost:%d/%s?prepareThreshold=0&sslmode=disable"
                                + "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory")
                        .formatted(postgres.getPort(), database),
                "daybook.database.user",
                "nobody",
                "daybook.database.secret-arn",
                arn);
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
