package io.daybook.localstack;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.path.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Messages that cannot be processed, beside those that can. */
@Deployed
class DeadLettersIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Deployment daybook;

    DeadLettersIT(Deployment daybook) {
        this.daybook = daybook;
    }

    @AfterEach
    void heal() {
        daybook.sql("drop trigger if exists refuse on account");
    }

    private void sicken() {
        daybook.sql("""
                create or replace function refuse() returns trigger language plpgsql as
                $$ begin raise exception 'this account is sick'; end $$;
                create or replace trigger refuse before update on account
                for each row when (old.account_id = 'sick') execute function refuse()
                """);
    }

    private List<JsonNode> letters(Ledger ledger) {
        return daybook.api().all(ledger.path() + "/dead-letters");
    }

    @Test
    void a_poisoned_operation_is_parked_and_applied_once_when_it_is_redriven() {
        var ledger = daybook.ledger().account("well", "EUR").account("sick", "EUR");
        sicken();

        var poisoned = ledger.deposit("sick", "5.00").is(202).operationId();
        var sound = ledger.deposit("well", "1.00").is(202).operationId();

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(ledger.operation(sound).path("status").asText())
                                .isEqualTo("succeeded"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                ledger.operation(poisoned).path("status").asText())
                        .isEqualTo("dead"));
        assertThat(letters(ledger))
                .hasSize(1)
                .allSatisfy(letter -> assertThat(letter.toString())
                        .contains(poisoned.toString())
                        .contains("this account is sick"));

        heal();
        daybook.api()
                .send("POST", "/dead-letters/" + poisoned + "/redrive", null)
                .is(202);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                ledger.operation(poisoned).path("status").asText())
                        .isEqualTo("succeeded"));
        assertThat(ledger.balance("sick")).isEqualTo("5.00");
        assertThat(letters(ledger)).isEmpty();
    }

    @Test
    void what_the_queue_itself_gives_up_is_kept_and_can_be_discarded() {
        var ledger = daybook.ledger();
        try (var sqs = daybook.client(SqsClient.builder())) {
            sqs.sendMessage(request -> request.queueUrl(daybook.output("dead_letter_queue_url"))
                    .messageGroupId(Deployment.TENANT + "~" + ledger.id())
                    .messageDeduplicationId(UUID.randomUUID().toString())
                    .messageBody("not a message of ours"));
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(letters(ledger)).hasSize(1));
        var id = letters(ledger).getFirst().path("operation_id").asText();
        daybook.api()
                .post("/dead-letters/" + id + "/discard", object("reason", "It is nobody's"))
                .is(200);
        assertThat(letters(ledger)).isEmpty();
    }
}
