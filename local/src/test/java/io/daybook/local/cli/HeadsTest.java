package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.path.Api;
import io.daybook.local.path.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where chains ended once, kept to find a past that was forged whole. */
class HeadsTest {
    private static io.daybook.local.path.Daybook daybook;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        daybook = io.daybook.local.path.Daybook.start(Map.of());
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    private static Console run(int code, String... arguments) {
        return runAs(
                daybook.token(io.daybook.local.path.Daybook.TENANT, io.daybook.local.path.Daybook.ALL_SCOPES),
                code,
                arguments);
    }

    private static Console runAs(String token, int code, String... arguments) {
        var all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--url", daybook.api().url().toString(), "--token", token));
        var console = new Console();
        assertThat(console.run(all.toArray(String[]::new)))
                .as(console.out() + console.err())
                .isEqualTo(code);
        return console;
    }

    private static Ledger books() {
        return daybook.ledger().account("a", "EUR").funded("a", "10.00").funded("a", "5.00");
    }

    private Path kept(String lines) throws IOException {
        return Files.writeString(folder.resolve("heads.jsonl"), lines);
    }

    private static void forge(Ledger ledger, String sql) throws SQLException {
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            for (var one : sql.split(";")) {
                statement.execute(one.replace(
                        "{ledger}",
                        "ledger_key = (select ledger_key from ledger where ledger_id = '%s')".formatted(ledger.id())));
                assertThat(statement.getUpdateCount()).as(one).isPositive();
            }
        }
    }

    @Test
    void a_chain_that_has_gone_on_goes_through_where_it_ended_once() throws IOException {
        var ledger = books();
        var heads = kept(run(0, "heads", ledger.id()).out());
        ledger.funded("a", "1.00");
        assertThat(run(0, "verify", ledger.id(), "--heads", heads.toString()).out())
                .containsPattern("kept heads +1")
                .contains("The books hold.");
    }

    @Test
    void the_heads_of_all_ledgers_are_printed_if_none_is_named() {
        books();
        var token = daybook.token("keeper", io.daybook.local.path.Daybook.ALL_SCOPES);
        var api = new Api(daybook.stack().url(), token);
        daybook.watched(Ledger.open(api, "full")).account("a", "EUR").funded("a", "10.00");
        daybook.watched(Ledger.open(api, "new"));
        assertThat(runAs(token, 0, "heads").out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"ledger_id\":\"full\",\"sequence\":1,"),
                        line -> assertThat(line).startsWith("{\"ledger_id\":\"new\",\"sequence\":0,"));
    }

    @Test
    void a_past_that_was_forged_whole_is_found_by_the_head_that_was_kept() throws IOException, SQLException {
        var ledger = books();
        var heads = kept(run(0, "heads", ledger.id()).out());
        ledger.broken();
        forge(ledger, """
                delete from posting where {ledger} and sequence = 2;
                delete from operation where {ledger} and sequence = 2;
                delete from transaction where {ledger} and sequence = 2;
                update account set balance = sign(balance) * 10 where {ledger};
                update ledger set last_sequence = 1, last_hash = (select hash from transaction t where t.ledger_key = ledger.ledger_key)
                where {ledger}""");
        run(0, "verify", ledger.id());
        assertThat(run(1, "verify", ledger.id(), "--heads", heads.toString()).out())
                .contains("transaction 2, head: it was")
                .contains("The books do not hold.");

        // Nor does it help to go on from there.
        ledger.funded("a", "7.00");
        run(0, "verify", ledger.id());
        run(1, "verify", ledger.id(), "--heads", heads.toString());
    }

    @Test
    void books_that_do_not_hold_have_no_head_to_keep() throws SQLException {
        var ledger = books().broken();
        forge(ledger, "update posting set amount = amount * 2 where {ledger} and sequence = 1");
        var console = run(1, "heads", ledger.id());
        assertThat(console.out()).isEmpty();
        assertThat(console.err()).contains("the books of " + ledger.id() + " do not hold");
    }

    @Test
    void a_file_that_says_nothing_of_the_ledger_is_told() throws IOException {
        var ledger = books();
        var others = kept(run(0, "heads", books().id()).out());
        assertThat(run(2, "verify", ledger.id(), "--heads", others.toString()).err())
                .contains("says nothing of " + ledger.id());
        assertThat(run(2, "verify", ledger.id(), "--heads", kept("{}").toString())
                        .err())
                .contains("is not what `daybook heads` prints");
        assertThat(run(2, "verify", ledger.id(), "--heads", kept("no").toString())
                        .err())
                .contains("is not what `daybook heads` prints");
    }
}
