package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the logins of the functions may do in PostgreSQL, each tried on every table that there is. */
@OnOneStack
class RolesTest {
    private static final String READER = "daybook_reader";
    private static final String WRITER = "daybook_writer";
    private static final String HISTORY = "flyway_schema_history";
    private static final List<String> WHAT_HAS_HAPPENED = List.of("transaction", "posting");
    private static final String NOT_ALLOWED = "42501";

    private static final AtomicInteger tried = new AtomicInteger();

    private final Daybook daybook;

    RolesTest(Daybook daybook) {
        this.daybook = daybook;
    }

    @AfterAll
    static void tell() {
        System.out.printf("%d statements by logins of functions: each allowed or refused as stated%n", tried.get());
    }

    /** A statement of each kind, that changes no row where it is let through. */
    private static Map<String, String> rowStatements(String table, String column) {
        return Map.of(
                "select", "select count(*) from %s where false".formatted(table),
                "insert", "insert into %s default values".formatted(table),
                "update", "update %s set %s = %s where false".formatted(table, column, column),
                "delete", "delete from %s where false".formatted(table));
    }

    private static List<String> structureStatements(String table, String column) {
        return List.of(
                "truncate %s cascade".formatted(table),
                "drop table %s cascade".formatted(table),
                "alter table %s add column another integer".formatted(table),
                "alter table %s disable trigger all".formatted(table),
                "alter table %s owner to current_user".formatted(table),
                "create index on %s (%s)".formatted(table, column),
                "create trigger another before insert on %s execute function suppress_redundant_updates_trigger()"
                        .formatted(table),
                "create rule another as on insert to %s do nothing".formatted(table));
    }

    private static final List<String> DEFINITIONS = List.of(
            "create table another (id integer)",
            "create temporary table another (id integer)",
            "create view another as select 1",
            "create sequence another",
            "create type another as (id integer)",
            "create function another() returns integer language sql as 'select 1'",
            "create schema another",
            "create role another",
            "alter role postgres password 'mine'",
            "grant postgres to current_user",
            "set role postgres",
            "copy ledger to program 'true'");

    @Test
    void the_reader_reads_rows_and_writes_none() throws SQLException {
        for (var table : tables().entrySet()) {
            assertThat(allowed(READER, table))
                    .as(table.getKey())
                    .isEqualTo(table.getKey().equals(HISTORY) ? List.of() : List.of("select"));
        }
    }

    @Test
    void the_writer_writes_rows_and_what_has_happened_only_once() throws SQLException {
        for (var table : tables().entrySet()) {
            var name = table.getKey();
            assertThat(allowed(WRITER, table))
                    .as(name)
                    .isEqualTo(
                            name.equals(HISTORY)
                                    ? List.of()
                                    : WHAT_HAS_HAPPENED.contains(name)
                                            ? List.of("insert", "select")
                                            : List.of("delete", "insert", "select", "update"));
        }
    }

    @Test
    void neither_changes_what_tables_there_are_nor_becomes_somebody_else() throws SQLException {
        for (var user : List.of(READER, WRITER)) {
            var statements = new ArrayList<>(DEFINITIONS);
            tables().forEach((table, column) -> statements.addAll(structureStatements(table, column)));
            for (var statement : statements) {
                assertThat(isAllowed(user, statement))
                        .as("%s: %s", user, statement)
                        .isFalse();
            }
        }
    }

    @Test
    void statements_of_the_functions_end_in_time_and_those_of_the_migration_may_take_longer() throws SQLException {
        for (var user : List.of(READER, WRITER)) {
            assertThat(value(user, "show statement_timeout")).as(user).isEqualTo("10s");
            assertThat(value(user, "show idle_in_transaction_session_timeout"))
                    .as(user)
                    .isEqualTo("1min");
        }
        assertThat(value(daybook.stack().postgres().user(), "show statement_timeout"))
                .isEqualTo("0");
    }

    @Test
    void passwords_are_kept_as_what_nobody_can_log_in_with() throws SQLException {
        for (var user : List.of(READER, WRITER)) {
            assertThat(value("postgres", "select rolpassword from pg_authid where rolname = '%s'".formatted(user)))
                    .startsWith("SCRAM-SHA-256$");
            assertThat(value("postgres", """
                            select concat(rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls)
                            from pg_roles where rolname = '%s'
                            """.formatted(user))).isEqualTo("fffff");
        }
    }

    /** The logins are made at each start, whatever there was: also where an earlier version has been at work. */
    @Test
    void what_an_earlier_version_left_is_brought_in_order() throws SQLException {
        try (var stack = Daybook.start()) {
            stack.execute("grant create on schema public to public");
            stack.execute("grant temporary on database daybook to public");
            stack.execute("grant all on all tables in schema public to " + READER);
            stack.execute("drop owned by " + WRITER);
            stack.execute("drop role " + WRITER);
            stack.functions().migrate();
            var other = new RolesTest(stack);
            other.the_reader_reads_rows_and_writes_none();
            other.the_writer_writes_rows_and_what_has_happened_only_once();
            other.neither_changes_what_tables_there_are_nor_becomes_somebody_else();
            stack.ledger().account("a", "EUR").funded("a", "1.00");
            stack.booksHold();
        }
    }

    private List<String> allowed(String user, Map.Entry<String, String> table) throws SQLException {
        var allowed = new ArrayList<String>();
        for (var statement : new TreeMap<>(rowStatements(table.getKey(), table.getValue())).entrySet()) {
            if (isAllowed(user, statement.getValue())) {
                allowed.add(statement.getKey());
            }
        }
        return allowed;
    }

    /** Refused for want of a privilege, that is; never kept. */
    private boolean isAllowed(String user, String sql) throws SQLException {
        tried.incrementAndGet();
        try (var connection = connect(user)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute(sql);
                return true;
            } catch (SQLException e) {
                return !NOT_ALLOWED.equals(e.getSQLState());
            } finally {
                connection.rollback();
            }
        }
    }

    /** Each with a column that can be written. */
    private Map<String, String> tables() throws SQLException {
        var tables = new TreeMap<String, String>();
        try (var connection = daybook.database();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select t.table_name, min(column_name)
                        from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
                        where t.table_schema = 'public' and table_type = 'BASE TABLE' and is_identity = 'NO'
                        group by t.table_name
                        """)) {
            while (rows.next()) {
                tables.put(rows.getString(1), rows.getString(2));
            }
        }
        assertThat(tables).hasSizeGreaterThan(15).containsKeys("ledger", "posting", "webhook", HISTORY);
        return tables;
    }

    private String value(String user, String sql) throws SQLException {
        try (var connection = connect(user);
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(daybook.stack().postgres().jdbcUrl(), user, "whatever");
    }
}
