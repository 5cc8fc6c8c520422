package io.daybook.local;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.path.Answer;
import io.daybook.local.path.Api;
import io.daybook.local.path.Daybook;
import io.daybook.local.path.Ledger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two tenants who call everything the same: ledger, accounts, keys and references. No row of the one comes to the other,
 * by what is read, by the queue or by the synchronous side.
 */
class TenantsTest {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");
    private static final String LEDGER = "shared";

    private static Daybook daybook;
    private static Tenant north;
    private static Tenant south;
    private static Map<String, String> rowsOfNorth;

    /** @param own its things by the variables of paths */
    private record Tenant(String name, Api api, Map<String, String> own) {
        /** In all texts that are its own. */
        String mark() {
            return name + "-only";
        }

        /** What names a thing of its own and of nobody else. */
        List<String> ids() {
            return own.entrySet().stream()
                    .filter(variable ->
                            !List.of("ledger_id", "account_id", "file").contains(variable.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    @BeforeAll
    static void start() throws SQLException {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 1));
        north = tenant("north", "100.00");
        rowsOfNorth = rowsOfNorth();
        south = tenant("south", "7.00");
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    private static Tenant tenant(String name, String amount) {
        var tenant = new Tenant(
                name, new Api(daybook.api().url(), daybook.token(name, Daybook.ALL_SCOPES)), new TreeMap<>());
        var api = tenant.api();
        var path = "/ledgers/" + LEDGER;
        api.post("/ledgers", object("ledger_id", LEDGER, "name", tenant.mark(), "assets", List.of()))
                .is(201);
        for (var account : List.of("a", "b", "sick")) {
            api.post(
                            path + "/accounts",
                            object(
                                    "account_id",
                                    account,
                                    "currency",
                                    "EUR",
                                    "type",
                                    "asset",
                                    "metadata",
                                    object("note", tenant.mark())))
                    .is(201);
        }
        var deposit = money("a", amount, "EUR");
        deposit.put("description", tenant.mark());
        deposit.put("reference_id", "invoice-1");
        var deposited = send(tenant, "deposits", deposit, "k-1").is(200);
        api.post("/sync" + path + "/withdrawals", money("a", "1.00", "EUR"), "Idempotency-Key", "k-2")
                .is(200);
        var held = send(tenant, "holds", money("a", "1.00", "EUR"), "k-3").is(200);
        var item = send(tenant, "action-items", object("title", tenant.mark()), "k-4")
                .is(200);
        daybook.sicken();
        var letter = send(tenant, "deposits", money("sick", "1.00", "EUR"), "k-5");
        var dead = Ledger.existing(api, LEDGER).outcome(letter.operationId());
        assertThat(dead.path("status").asText()).isEqualTo("dead");
        daybook.heal();
        var webhook = api.post("/webhooks", object("url", "http://127.0.0.1:9/", "description", tenant.mark()))
                .is(201);
        tenant.own()
                .putAll(Map.of(
                        "ledger_id", LEDGER,
                        "account_id", "a",
                        "transaction_id",
                                deposited.json().at("/result/transaction_id").asText(),
                        "operation_id", dead.path("operation_id").asText(),
                        "hold_id", held.text("operation_id"),
                        "action_item_id", item.text("operation_id"),
                        "webhook_id", webhook.text("webhook_id")));
        return tenant;
    }

    private static Answer send(Tenant tenant, String collection, Map<String, Object> body, String key) {
        return tenant.api()
                .post("/ledgers/" + LEDGER + "/" + collection, body, "Idempotency-Key", key, "Prefer", "wait=20");
    }

    @Test
    void whatever_is_read_has_nothing_of_the_other() {
        for (var pair : List.of(List.of(north, south), List.of(south, north))) {
            var reader = pair.getFirst();
            var other = pair.getLast();
            var own = 0;
            for (var route : routes()) {
                var path = VARIABLE.matcher(route.path())
                        .replaceAll(name -> reader.own().get(name.group(1)));
                var answer = reader.api().get(path.replaceFirst("^/v1", ""), "Last-Event-ID", "0");
                assertThat(answer.status()).as("%s: %s", route, answer.text()).isEqualTo(200);
                assertThat(answer.text()).as(route.toString()).doesNotContain(other.mark());
                for (var id : other.ids()) {
                    assertThat(answer.text()).as(route.toString()).doesNotContain(id);
                }
                own += answer.text().contains(reader.mark()) ? 1 : 0;
            }
            assertThat(own).as("answers with the tenant's own mark").isGreaterThan(8);
        }
    }

    private static List<OpenApi.Operation> routes() {
        return OpenApi.read().operations().stream()
                .filter(route -> route.method().equals("GET"))
                .filter(route -> !route.node().path("x-daybook-scope").isMissingNode())
                .toList();
    }

    @Test
    void balances_keys_and_references_are_each_tenants_own() {
        assertThat(north.api().get("/ledgers/shared/accounts/a").is(200).text("balance"))
                .isEqualTo("99.00");
        assertThat(south.api().get("/ledgers/shared/accounts/a").is(200).text("balance"))
                .isEqualTo("6.00");
        var references = "/ledgers/shared/operations?reference_id=invoice-1";
        assertThat(north.api().all(references)).hasSize(1);
        assertThat(south.api().all(references)).hasSize(1);
    }

    @Test
    void what_one_tenant_does_leaves_every_row_of_the_other_as_it_was() throws SQLException {
        assertThat(rowsOfNorth).hasSizeGreaterThan(8);
        assertThat(rowsOfNorth()).isEqualTo(rowsOfNorth);
    }

    /** A digest of them by their tables, but of those that Daybook's own work behind them goes through. */
    private static Map<String, String> rowsOfNorth() throws SQLException {
        var digests = new TreeMap<String, String>();
        try (var connection = daybook.database();
                var statement = connection.createStatement()) {
            var tables = new ArrayList<String>();
            try (var rows = statement.executeQuery("""
                    select table_name from information_schema.columns
                    where table_schema = 'public' and column_name = 'ledger_key'
                        and table_name not in ('outbox', 'event_sent', 'webhook', 'webhook_lane', 'webhook_delivery')
                    """)) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            for (var table : tables) {
                try (var row = statement.executeQuery("""
                        select count(*), md5(string_agg(t::text, ';' order by t::text)) from %s t
                        where ledger_key in (select ledger_key from ledger where tenant = 'north')
                        """.formatted(table))) {
                    row.next();
                    if (row.getInt(1) > 0) {
                        digests.put(table, row.getString(2));
                    }
                }
            }
        }
        return digests;
    }
}
