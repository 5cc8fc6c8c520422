package io.daybook.processor;

import io.daybook.store.Database;
import io.daybook.store.Logins;
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

/**
 * Brings the database's tables up to date, and who may do what with them; run once on each deploy, before the other
 * functions. Its login owns the tables.
 */
public final class MigrationHandler extends MicronautRequestHandler<Map<String, Object>, Map<String, Object>> {
    @Inject
    private DataSource dataSource;

    @Inject
    private Database database;

    @Inject
    private Logins logins;

    @Value("${daybook.database.statement-timeout}")
    private Duration statementTimeout;

    /** As Lambda makes it. */
    public MigrationHandler() {}

    public MigrationHandler(ApplicationContext context) {
        super(context);
    }

    /**
     * @param input {@code {"new_passwords": true}} for new passwords of the functions' logins, as far as they have secrets
     * @return how many migrations were run, and the version that the tables have now
     */
    @Override
    public Map<String, Object> execute(Map<String, Object> input) {
        var result = Flyway.configure().dataSource(dataSource).load().migrate();
        var others = logins.make(input != null && Boolean.TRUE.equals(input.get("new_passwords")));
        database.transaction(connection -> limitStatements(connection, !others));
        return Map.of("migrations", result.migrationsExecuted, "version", String.valueOf(result.targetSchemaVersion));
    }

    /**
     * For every later session of this login, if the functions have no other: to set it in each session would pin the
     * connections of RDS Proxy. A migration may take longer.
     */
    private Void limitStatements(Connection connection, boolean limited) throws SQLException {
        try (var alter = connection.createStatement()) {
            alter.execute("alter role current_user "
                    + (limited ? "set statement_timeout = " + statementTimeout.toMillis() : "reset statement_timeout"));
        }
        return null;
    }
}
