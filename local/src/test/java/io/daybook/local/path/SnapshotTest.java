package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.store.Database;
import io.lettuce.core.RedisClient;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextProvider;
import io.micronaut.core.order.OrderUtil;
import io.micronaut.crac.OrderedResource;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What Lambda's SnapStart does to functions: they are stopped in the middle of their life, copied, and go on. */
class SnapshotTest {

    @Test
    void functions_hold_no_connection_in_a_snapshot_and_go_on_after_it() throws Exception {
        try (var daybook = Daybook.start()) {
            var ledger = daybook.ledger().account("a", "EUR").funded("a", "10.00");
            ledger.withdraw("a", "1.00").is(200);
            assertThat(ledger.balance("a")).isEqualTo("9.00");
            var functions = Stream.of("intake", "sync", "status")
                    .map(name ->
                            ((ApplicationContextProvider) daybook.functions().http(name)).getApplicationContext())
                    .toList();
            assertThat(redisConnections(daybook)).isPositive();
            assertThat(functions.stream().mapToInt(SnapshotTest::databaseConnections))
                    .contains(1);

            var log = new ListAppender<ILoggingEvent>();
            log.start();
            ((Logger) LoggerFactory.getLogger("io.daybook")).addAppender(log);
            for (var function : functions) {
                for (var resource : resources(function).reversed()) { // as CRaC does it
                    resource.beforeCheckpoint(null);
                }
            }
            ((Logger) LoggerFactory.getLogger("io.daybook")).detachAppender(log);
            assertThat(log.list).as("what priming complains of").isEmpty();
            await().untilAsserted(() -> assertThat(redisConnections(daybook)).isZero());
            await().untilAsserted(() -> assertThat(functions.stream().mapToInt(SnapshotTest::databaseConnections))
                    .containsOnly(0));

            for (var function : functions) {
                for (var resource : resources(function)) {
                    resource.afterRestore(null);
                }
            }
            ledger.withdraw("a", "2.00").is(200);
            assertThat(ledger.balance("a")).isEqualTo("7.00");
            daybook.booksHold();
        }
    }

    private static List<OrderedResource> resources(ApplicationContext function) {
        return function.getBeansOfType(OrderedResource.class).stream()
                .sorted(OrderUtil.COMPARATOR)
                .toList();
    }

    private static int databaseConnections(ApplicationContext function) {
        return function.containsBean(Database.class)
                ? ((HikariDataSource) function.getBean(DataSource.class))
                        .getHikariPoolMXBean()
                        .getTotalConnections()
                : 0;
    }

    private static long redisConnections(Daybook daybook) {
        try (var client = RedisClient.create(daybook.stack().redis().uri());
                var connection = client.connect()) {
            return connection.sync().clientList().lines().count() - 1;
        }
    }
}
