package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.store.Database;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextProvider;
import io.micronaut.web.router.Router;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each function lives with its own rooms only, as it does where it is deployed alone. */
final class MicronautFunctionsTest {

    @Test
    void a_function_has_no_beans_of_another(@TempDir Path folder) {
        var tokens = Tokens.in(folder);
        try (var postgres = Postgres.start(folder.resolve("postgres"));
                var redis = Redis.start(folder.resolve("redis"));
                var queue = Queue.start(Queue.Settings.inMemory());
                var functions = MicronautFunctions.create(new FunctionSettings(
                        postgres.jdbcUrl(),
                        postgres.user(),
                        postgres.password(),
                        redis.uri(),
                        false,
                        queue.url(),
                        queue.endpoint(),
                        Queue.REGION,
                        tokens.jwks(),
                        Tokens.ISSUER,
                        Tokens.AUDIENCE))) {
            assertThat(rooms(context(functions, "intake"))).containsExactly("io.daybook.intake");
            assertThat(rooms(context(functions, "sync"))).containsExactly("io.daybook.processor");
            assertThat(rooms(context(functions, "status"))).containsExactly("io.daybook.status");
            assertThat(context(functions, "intake").containsBean(Database.class))
                    .as("intake has a way to the database")
                    .isFalse();
        }
    }

    private static ApplicationContext context(Functions functions, String name) {
        return ((ApplicationContextProvider) functions.http(name)).getApplicationContext();
    }

    private static Set<String> rooms(ApplicationContext context) {
        return context.getBean(Router.class)
                .uriRoutes()
                .map(route -> route.getTargetMethod().getDeclaringType().getPackageName())
                .filter(room -> room.startsWith("io.daybook"))
                .collect(Collectors.toSet());
    }
}
