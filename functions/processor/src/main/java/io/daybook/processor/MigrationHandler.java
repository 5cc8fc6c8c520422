package io.daybook.processor;

import io.daybook.store.Database;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Value;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the database's tables up to date; run once on each deploy, before the other functions. */
public final class MigrationHandler extends MicronautRequestHandler<Map<String, Object>, Map<String, Object>> {
    @Inject
    private DataSource dataSource;

    @Inject
    private Database database;

    @Value("${daybook.database.statement-timeout}")
    private Duration statementTimeout;

    /** As Lambda makes it. */
    public MigrationHandler() {}

    public MigrationHandler(ApplicationContext context) {
        super(context);
    }

    /** @return how many migrations were run, and the version that the tables have now */
    @Override
    public Map<String, Object> execute(Map<String, Object> ignored) {
        var result = Flyway.configure().dataSource(dataSource).load().migrate();
        database.transaction(this::limitStatements);
        return Map.of("migrations", result.migrationsExecuted, "version", String.valueOf(result.targetSchemaVersion));
    }

    /** For every later session of the role: to set it in each session would pin the connections of RDS Proxy. */
    private Void limitStatements(Connection connection) throws SQLException {
        try (var alter = connection.createStatement()) {
            alter.execute("alter role current_user set statement_timeout = " + statementTimeout.toMillis());
        }
        return null;
    }
}
