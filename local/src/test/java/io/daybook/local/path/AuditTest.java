package io.daybook.local.path;

import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody changes the books behind Daybook's back. */
@OnOneStack
class AuditTest {
    private static final AtomicInteger named = new AtomicInteger();

    private final Daybook daybook;

    AuditTest(Daybook daybook) {
        this.daybook = daybook;
    }

    @AfterAll
    static void tell() {
        System.out.printf(
                "%d columns of stored transactions, postings and operations changed: each named by the audit%n",
                named.get());
    }

    private Ledger books() {
        var ledger = daybook.ledger().account("a", "EUR").account("b", "EUR");
        ledger.funded("a", "10.00");
        ledger.transfer("a", "b", "4.00").is(200);
        ledger.transfer("b", "a", "1.00").is(200);
        ledger.withdraw("a", "2.00").is(200);
        assertThat(ledger.audit().path("holds").asBoolean()).isTrue();
        return ledger.broken();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            an amount            | update posting set amount = amount + 1 where {ledger} and sequence = 2 and line = 1   | 2 | hash
            an amount and so on  | update posting set amount = amount * 2 where {ledger} and sequence = 2                | 2 | hash
            a balance behind     | update posting set balance_after = 0 where {ledger} and sequence = 3 and line = 1     | 3 | balance_after
            a posting            | delete from posting where {ledger} and sequence = 3 and line = 1                      | 3 | zero_sum
            all postings of one  | delete from posting where {ledger} and sequence = 4                                   | 4 | postings
            a hash               | update transaction set hash = sha256(hash) where {ledger} and sequence = 2            | 2 | hash
            a time               | update transaction set at = at - interval '1 second' where {ledger} and sequence = 1  | 1 | hash
            a caller             | update transaction set caller = 'mallory' where {ledger} and sequence = 3             | 3 | hash
            a fingerprint        | update transaction set fingerprint = sha256(fingerprint) where {ledger} and sequence = 3 | 3 | hash
            a request            | update operation set request = replace(request::text, '4.00', '5.00')::json where {ledger} and sequence = 2 | 2 | operation
            an outcome           | update operation set status = 'failed' where {ledger} and sequence = 2                | 2 | operation
            who asked            | update operation set caller = 'mallory' where {ledger} and sequence = 2               | 2 | operation
            postings of nothing  | insert into posting select ledger_key, 9, line, account_key, amount, balance_after from posting where {ledger} and sequence = 2 | 9 | postings
            another's account    | update posting p set account_key = (select max(account_key) from account where {ledger}) where p.{ledger} and sequence = 2 and line = 1 | 2 | hash
            """)
    void a_change_of_the_past_is_named_by_its_transaction(String what, String sql, long sequence, String check)
            throws SQLException {
        var ledger = books();
        change(ledger, sql);
        var audit = ledger.audit();
        assertThat(audit.path("holds").asBoolean()).as(audit.toString()).isFalse();
        assertThat(audit.path("breaks"))
                .as(audit.toString())
                .anyMatch(found -> found.path("sequence").asLong() == sequence
                        && found.path("check").asText().equals(check));
    }

    /** A value of a row of the past; what is changed is named by the transaction, or by the operation without one. */
    private record Value(String table, String column, String type, boolean refused) {

        static Stream<Value> all(Connection connection) throws SQLException {
            var values = new ArrayList<Value>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("""
                            select table_name, column_name, data_type from information_schema.columns
                            where table_name in ('transaction', 'posting', 'operation') order by 1, ordinal_position
                            """)) {
                while (rows.next()) {
                    var value = new Value(rows.getString(1), rows.getString(2), rows.getString(3), false);
                    values.add(value);
                    if (value.table.equals("operation")) {
                        values.add(new Value(value.table, value.column, value.type, true));
                    }
                }
            }
            return values.stream();
        }

        String row() {
            return refused
                    ? "{ledger} and status = 'failed'"
                    : "{ledger} and sequence = 2" + (table.equals("posting") ? " and line = 1" : "");
        }

        /** As little of it as there is. */
        String changed(String otherLedger) {
            if (column.equals("ledger_key")) {
                return "(select ledger_key from ledger where ledger_id = '%s')".formatted(otherLedger);
            }
            if (table.equals("transaction") && column.equals("step")) {
                return "'credit'";
            }
            return switch (type) {
                case "uuid" -> "gen_random_uuid()";
                case "text" -> "coalesce(%s, '') || 'x'".formatted(column);
                case "json" -> "(coalesce(%s::text, '[]') || ' ')::json".formatted(column);
                case "smallint", "integer", "bigint" -> "coalesce(%s, 0) + 1000".formatted(column);
                case "numeric" -> column + " + 0.001";
                case "timestamp with time zone" -> "%s + interval '1 microsecond'".formatted(column);
                case "bytea" ->
                    "case when %1$s is null then decode(repeat('07', 25), 'hex') else set_byte(%1$s, 3, 255 - get_byte(%1$s, 3)) end"
                            .formatted(column);
                default -> throw new IllegalStateException("A value of type " + type);
            };
        }

        @Override
        public String toString() {
            return "%s of %s %s".formatted(column, refused ? "a refused" : "a", table);
        }
    }

    @TestFactory
    Stream<DynamicTest> a_change_of_any_value_of_the_past_is_named() throws SQLException {
        try (var connection = daybook.database()) {
            return Value.all(connection).map(value -> DynamicTest.dynamicTest(value.toString(), () -> isNamed(value)));
        }
    }

    private void isNamed(Value value) throws SQLException {
        var ledger = books();
        var other = daybook.ledger().account("a", "EUR").broken();
        var refused = ledger.withdraw("a", "1000.00").is(422).operationId().toString();
        unchecked(
                ledger,
                "update %s set %s = %s where %s"
                        .formatted(value.table, value.column, value.changed(other.id()), value.row()));
        var audits = List.of(ledger.audit(), other.audit());
        var isMoved = List.of("ledger_key", "sequence", "operation_id").contains(value.column);
        assertThat(audits.stream().flatMap(audit -> audit.path("breaks").findParents("check").stream()))
                .as(audits.toString())
                .anyMatch(found -> isMoved
                        || (value.refused
                                ? found.path("detail").asText().contains(refused)
                                : found.path("sequence").asLong() == 2));
        named.incrementAndGet();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a balance            | update account set balance = balance + 1 where {ledger} and account_id = 'b' | b | balance
            what is held         | update account set held = held + 1 where {ledger} and account_id = 'b' | b | held
            a floor              | alter table account drop constraint if exists account_floor; update account set minimum_balance = 1000 where {ledger} and account_id = 'b' | b | minimum_balance
            """)
    void a_change_of_an_account_is_named_by_its_account(String what, String sql, String account, String check)
            throws SQLException {
        var ledger = books();
        change(ledger, sql);
        var audit = ledger.audit();
        assertThat(audit.path("holds").asBoolean()).as(audit.toString()).isFalse();
        assertThat(audit.path("breaks"))
                .as(audit.toString())
                .anyMatch(found -> found.path("account_id").asText().equals(account)
                        && found.path("check").asText().equals(check));
        if (check.equals("minimum_balance")) {
            change(ledger, "update account set minimum_balance = 0 where {ledger} and account_id = 'b'");
            change(
                    ledger,
                    "alter table account add constraint account_floor check (balance - held >= minimum_balance or overdrawn)");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the last transaction | delete from posting where {ledger} and sequence = 4; delete from transaction where {ledger} and sequence = 4 | head
            one in the middle    | delete from posting where {ledger} and sequence = 2; delete from transaction where {ledger} and sequence = 2 | sequence
            the ledger's end     | update ledger set last_hash = sha256(last_hash) where {ledger} | head
            """)
    void a_transaction_that_is_gone_is_missed(String what, String sql, String check) throws SQLException {
        var ledger = books();
        change(ledger, sql);
        assertThat(ledger.audit().path("holds").asBoolean()).isFalse();
        assertThat(ledger.breaks()).contains(check);
    }

    @Test
    void a_change_that_is_undone_is_no_break() throws SQLException {
        var ledger = books();
        change(ledger, "update posting set amount = -amount where {ledger}");
        assertThat(ledger.breaks()).contains("hash");
        change(ledger, "update posting set amount = -amount where {ledger}");
        BooksAssert.assertThat(ledger).hold();
    }

    @Test
    void one_break_does_not_hide_the_next_nor_make_up_others() throws SQLException {
        var ledger = books();
        change(ledger, "update transaction set caller = 'mallory' where {ledger} and sequence in (1, 3)");
        var breaks = ledger.audit().path("breaks");
        assertThat(breaks.findValuesAsText("sequence").stream().distinct()).containsExactly("1", "3");
        assertThat(ledger.send("deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                        .status())
                .isEqualTo(200);
        assertThat(ledger.audit().path("breaks")).isEqualTo(breaks);
    }

    /** As one who is not kept from it by references between tables. */
    private void unchecked(Ledger ledger, String sql) throws SQLException {
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            change(statement, ledger, sql);
        }
    }

    private void change(Ledger ledger, String sql) throws SQLException {
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            change(statement, ledger, sql);
        }
    }

    private static void change(Statement statement, Ledger ledger, String sql) throws SQLException {
        for (var one : sql.split(";")) {
            statement.execute(one.replace(
                    "{ledger}",
                    "ledger_key = (select l.ledger_key from ledger l where l.ledger_id = '%s')"
                            .formatted(ledger.id())));
            assertThat(statement.getUpdateCount() > 0 || one.contains("alter"))
                    .as(one)
                    .isTrue();
        }
    }
}
