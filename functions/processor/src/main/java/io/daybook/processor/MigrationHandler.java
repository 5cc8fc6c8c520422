package io.daybook.processor;

import io.daybook.store.Logins;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;
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
    private Logins logins;

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
        logins.make(input != null && Boolean.TRUE.equals(input.get("new_passwords")));
        return Map.of("migrations", result.migrationsExecuted, "version", String.valueOf(result.targetSchemaVersion));
    }
}
