package io.daybook.store;

import static io.daybook.store.StoreFixture.DATABASE;
import static io.daybook.store.StoreFixture.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatabaseTest {
    private static final String TABLE = "kept_" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void table() {
        execute("create table " + TABLE + " (number integer)");
    }

    @Test
    void a_snapshot_sees_one_moment() {
        var counts = DATABASE.snapshot(connection -> {
            var before = count(connection);
            execute("insert into " + TABLE + " values (1)");
            return new int[] {before, count(connection)};
        });

        assertThat(counts[1]).isEqualTo(counts[0]);
        assertThat(DATABASE.snapshot(DatabaseTest::count)).isEqualTo(counts[0] + 1);
    }

    @Test
    void a_snapshot_writes_nothing_and_leaves_its_connection_as_it_was() {
        var before = DATABASE.snapshot(DatabaseTest::count);
        for (var i = 0; i < 10; i++) { // more often than there are connections
            assertThatThrownBy(() -> DATABASE.snapshot(DatabaseTest::insert)).hasStackTraceContaining("read-only");
            assertThatThrownBy(() -> DATABASE.transaction(connection -> {
                        insert(connection);
                        throw new IllegalStateException("given up");
                    }))
                    .hasMessage("given up");
        }
        assertThat(DATABASE.snapshot(DatabaseTest::count)).isEqualTo(before);

        DATABASE.transaction(DatabaseTest::insert);
        assertThat(DATABASE.snapshot(DatabaseTest::count)).isEqualTo(before + 1);
    }

    private static int count(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select count(*) from " + TABLE)) {
            return Rows.list(select, row -> row.getInt(1)).getFirst();
        }
    }

    private static int insert(Connection connection) throws SQLException {
        try (var insert = connection.prepareStatement("insert into " + TABLE + " values (2)")) {
            return insert.executeUpdate();
        }
    }
}
