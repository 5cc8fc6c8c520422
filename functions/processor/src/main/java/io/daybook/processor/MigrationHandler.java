package io.daybook.processor;

import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the database's tables up to date; run once on each deploy, before the other functions. */
public final class MigrationHandler extends MicronautRequestHandler<Map<String, Object>, Map<String, Object>> {
    @Inject
    private DataSource dataSource;

    /** As Lambda makes it. */
    public MigrationHandler() {}

    public MigrationHandler(ApplicationContext context) {
        super(context);
    }

    /** @return how many migrations were run, and the version that the tables have now */
    @Override
    public Map<String, Object> execute(Map<String, Object> ignored) {
        var result = Flyway.configure().dataSource(dataSource).load().migrate();
        return Map.of("migrations", result.migrationsExecuted, "version", String.valueOf(result.targetSchemaVersion));
    }
}
