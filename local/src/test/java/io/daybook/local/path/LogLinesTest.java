package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.contract.Trace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the logs say of an operation or a ledger, and what they keep to themselves. */
class LogLinesTest {
    private static final String PARTY = "jane.roe";
    private static final String METADATA = "collected-at-the-back-door";
    private static final String DESCRIPTION = "for the surprise party";

    private Daybook daybook;
    private JsonLog log;
    private String token;
    private Ledger ledger;

    @BeforeEach
    void start() {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 3, "daybook.processor.retry.max", "1s"));
        log = new JsonLog();
        token = daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES);
        ledger = daybook.watched(Ledger.open(daybook.api(token), "ledger-" + UUID.randomUUID()))
                .account(PARTY, "EUR");
        daybook.api(token)
                .post(
                        ledger.path() + "/accounts",
                        object(
                                "account_id", "sick",
                                "currency", "EUR",
                                "type", "liability",
                                "metadata", object("note", METADATA)))
                .is(201);
    }

    @AfterEach
    void nothing_is_said_that_is_nobodys_business() {
        daybook.allIsBack();
        daybook.heal();
        daybook.booksHold();
        daybook.close();
        log.close();
        assertThat(log.lines())
                .isNotEmpty()
                .noneMatch(line -> line.contains(token.substring(token.lastIndexOf('.') + 1)))
                .noneMatch(line -> line.contains(PARTY))
                .noneMatch(line -> line.contains(METADATA))
                .noneMatch(line -> line.contains(DESCRIPTION));
    }

    private Map<String, Object> deposit(String account) {
        var deposit = new HashMap<>(money(account, "1.00", "EUR"));
        deposit.put("description", DESCRIPTION);
        deposit.put("metadata", object("note", METADATA));
        return deposit;
    }

    private void isAbout(UUID operationId, JsonNode line) {
        assertThat(line.path("ledger_id").asText()).as(line.toString()).isEqualTo(ledger.id());
        assertThat(line.path("operation_id").asText()).as(line.toString()).isEqualTo(operationId.toString());
        assertThat(line.path("trace_id").asText())
                .as(line.toString())
                .isEqualTo(Trace.of(operationId).id());
    }

    @Test
    void lines_about_an_operation_that_is_tried_again_and_dies_name_it() {
        ledger.send("deposits", deposit(PARTY), "Prefer", "wait=20").is(200);
        daybook.sicken();
        var retried = ledger.send("deposits", deposit("sick")).is(202).operationId();
        await().untilAsserted(() -> assertThat(log.saying("were not applied")).isNotEmpty());
        daybook.heal();
        assertThat(ledger.outcome(retried).path("status").asText()).isEqualTo("succeeded");
        assertThat(log.saying("were not applied")).allSatisfy(line -> isAbout(retried, line));
        var before = log.saying("were not applied").size();

        daybook.sicken();
        var dead = ledger.send("deposits", deposit("sick")).is(202).operationId();
        assertThat(ledger.outcome(dead).path("status").asText()).isEqualTo("dead");
        await().untilAsserted(() -> assertThat(log.saying("is parked")).hasSize(1));
        var lines = log.saying("were not applied");
        assertThat(lines.subList(before, lines.size()))
                .allSatisfy(line -> isAbout(dead, line))
                .extracting(line -> line.path("attempt").asInt())
                .containsExactly(1, 2, 3);
        var parked = log.saying("is parked").getFirst();
        isAbout(dead, parked);
        assertThat(parked.path("attempt").asInt()).isEqualTo(3);
        assertThat(parked.path("level").asText()).isEqualTo("ERROR");
        assertThat(parked.path("exception").asText()).contains("this account is sick");
        assertThat(daybook.api().get("/dead-letters").is(200).text()).contains("this account is sick");
    }

    @Test
    void lines_about_a_batch_name_its_ledger_and_no_operation() {
        daybook.sicken();
        ledger.send(
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(item("deposit", deposit(PARTY)), item("deposit", deposit("sick")))))
                .is(202);
        await().untilAsserted(() -> assertThat(log.saying("is parked")).hasSize(1));
        assertThat(log.saying("were not applied")).hasSize(3).allSatisfy(line -> {
            assertThat(line.path("ledger_id").asText()).isEqualTo(ledger.id());
            assertThat(line.has("operation_id")).isFalse();
        });
    }

    @Test
    void lines_about_what_waits_for_its_ledger_name_it() {
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "It is looked at"))
                .is(200);
        var id = ledger.send("deposits", deposit("sick")).is(202).operationId();
        await().untilAsserted(() -> assertThat(daybook.count("parked")).isOne());
        daybook.sicken();
        daybook.api().send("POST", ledger.path() + "/resume", null).is(200);
        await().untilAsserted(() -> assertThat(log.saying("parked message(s) were not applied"))
                .isNotEmpty()
                .allSatisfy(line -> isAbout(id, line)));
        daybook.heal();
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(daybook.count("parked")).isZero();
        });
    }

    @Test
    void lines_about_servers_that_are_away_name_what_it_was_about() {
        daybook.stack().redis().stop();
        var id = ledger.send("deposits", deposit(PARTY)).is(202).operationId();
        await().untilAsserted(() -> {
            assertThat(log.saying("did not reach Redis")).isNotEmpty().allSatisfy(line -> isAbout(id, line));
            assertThat(log.saying("No key is claimed")).isNotEmpty().allSatisfy(line -> isAbout(id, line));
        });
        assertThat(log.saying("Nothing is known of the ledger"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path("ledger_id").asText()).isEqualTo(ledger.id()));
        daybook.allIsBack();

        daybook.stack().queue().stop();
        ledger.sendAs("k", "deposits", deposit(PARTY)).is(503);
        assertThat(log.saying("The queue did not take operation")).isNotEmpty().allSatisfy(line -> {
            assertThat(line.path("ledger_id").asText()).isEqualTo(ledger.id());
            assertThat(line.path("message").asText())
                    .contains(line.path("operation_id").asText());
            assertThat(line.path("trace_id").asText()).isNotEmpty();
        });
        daybook.stack().queue().start();
        ledger.sendAs("k", "deposits", deposit(PARTY)).is(202);

        daybook.stack().postgres().stop();
        daybook.api(token).get(ledger.path() + "/accounts/" + PARTY).is(503);
        assertThat(log.saying("is answered 503")).anySatisfy(line -> {
            assertThat(line.path("message").asText()).contains("/accounts/{accountId}");
            assertThat(line.path("ledger_id").asText()).isEqualTo(ledger.id());
        });
    }
}
