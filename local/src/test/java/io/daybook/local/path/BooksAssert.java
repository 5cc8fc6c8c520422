package io.daybook.local.path;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;

/** Asserts what must be true of any ledger at any time, once it has had the time to come to rest. */
public final class BooksAssert extends AbstractAssert<BooksAssert, Ledger> {
    private static final Duration AT_REST_WITHIN = Duration.ofSeconds(45);

    private BooksAssert(Ledger ledger) {
        super(ledger, BooksAssert.class);
    }

    public static BooksAssert assertThat(Ledger ledger) {
        return new BooksAssert(ledger);
    }

    /** All of it. */
    public BooksAssert hold() {
        return everyAcceptedOperationIsDone()
                .balance()
                .agreeWithTheirStatements()
                .agreeWithTheirTrialBalance()
                .passTheAudit();
    }

    /** What a client was told to be accepted has an outcome, and is listed once; and nothing else is on its way. */
    public BooksAssert everyAcceptedOperationIsDone() {
        await().atMost(AT_REST_WITHIN).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            var pending = actual.api().get(actual.path() + "/operations?status=pending");
            if (pending.status() != 503) { // nobody knows them without Redis
                Assertions.assertThat(pending.is(200).json().path("items"))
                        .as("operations of %s on their way", actual.id())
                        .isEmpty();
            }
            var operations = operations();
            Assertions.assertThat(operations.keySet())
                    .as("operations of %s", actual.id())
                    .containsAll(actual.accepted());
            Assertions.assertThat(operations.values())
                    .as("operations of %s", actual.id())
                    .allMatch(operation -> operation.path("done").asBoolean());
        });
        var operations = operations();
        Assertions.assertThat(operations.values())
                .allMatch(operation -> operation.has("result") != operation.has("error"), "one outcome");
        var sequences = firsts(operations.values()).stream()
                .filter(operation -> operation.has("result"))
                .map(operation -> operation.path("result").path("sequence").asLong())
                .toList();
        Assertions.assertThat(sequences)
                .as("transactions of %s", actual.id())
                .doesNotHaveDuplicates()
                .hasSize(actual.audit().path("last_sequence").asInt());
        return this;
    }

    private Map<UUID, JsonNode> operations() {
        return actual.operations().stream()
                .collect(Collectors.toMap(
                        operation ->
                                UUID.fromString(operation.path("operation_id").asText()),
                        Function.identity()));
    }

    /** Those that are not the repetition of another. */
    public static List<JsonNode> firsts(Collection<JsonNode> operations) {
        return operations.stream()
                .filter(operation -> !operation.has("duplicate_of"))
                .toList();
    }

    /** The accounts of each currency sum to zero, and none is below its floor. */
    public BooksAssert balance() {
        var sums = new HashMap<String, BigDecimal>();
        for (var account : actual.accounts()) {
            var balance = new BigDecimal(account.path("balance").asText());
            sums.merge(account.path("currency").asText(), balance, BigDecimal::add);
            if (account.hasNonNull("minimum_balance")) {
                Assertions.assertThat(balance)
                        .as(account.toString())
                        .isGreaterThanOrEqualTo(
                                new BigDecimal(account.path("minimum_balance").asText()));
            }
        }
        Assertions.assertThat(sums.values())
                .as("sums of %s: %s", actual.id(), sums)
                .allMatch(sum -> sum.signum() == 0);
        return this;
    }

    /** Every account's lines lead, one by one, to its balance. */
    public BooksAssert agreeWithTheirStatements() {
        for (var account : actual.accounts()) {
            var balance = BigDecimal.ZERO;
            for (var line : actual.statement(account.path("account_id").asText())) {
                balance = balance.add(new BigDecimal(line.path("amount").asText()));
                Assertions.assertThat(new BigDecimal(line.path("balance_after").asText()))
                        .as(line.toString())
                        .isEqualByComparingTo(balance);
            }
            Assertions.assertThat(new BigDecimal(account.path("balance").asText()))
                    .as(account.toString())
                    .isEqualByComparingTo(balance);
        }
        return this;
    }

    /** It has every account with its balance, and says that each currency sums to zero. */
    public BooksAssert agreeWithTheirTrialBalance() {
        var path = actual.path() + "/trial-balance";
        Assertions.assertThat(
                        actual.api().get(path).is(200).json().path("balanced").asBoolean())
                .as("trial balance of %s", actual.id())
                .isTrue();
        Assertions.assertThat(balances(actual.api().all(path))).isEqualTo(balances(actual.accounts()));
        return this;
    }

    private static Map<String, String> balances(Collection<JsonNode> accounts) {
        return accounts.stream()
                .collect(Collectors.toMap(
                        account -> account.path("account_id").asText(),
                        account -> account.path("balance").asText()));
    }

    public BooksAssert passTheAudit() {
        var audit = actual.audit();
        Assertions.assertThat(audit.path("holds").asBoolean())
                .as(audit.toString())
                .isTrue();
        Assertions.assertThat(audit.path("breaks")).isEmpty();
        Assertions.assertThat(audit.path("transactions").asLong())
                .isEqualTo(audit.path("last_sequence").asLong());
        return this;
    }
}
