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
    /** What a process left unsent when it ended is sent by the next run of the relay, within a minute. */
    private static final Duration AT_REST_WITHIN = Duration.ofSeconds(90);

    private BooksAssert(Ledger ledger) {
        super(ledger, BooksAssert.class);
    }

    public static BooksAssert assertThat(Ledger ledger) {
        return new BooksAssert(ledger);
    }

    /** All of it. */
    public BooksAssert hold() {
        return everyAcceptedOperationIsDone()
                .haveEachTransactionOnce()
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
            Assertions.assertThat(operations.values()) // those between two ledgers among them
                    .as("operations of %s", actual.id())
                    .allMatch(operation -> operation.path("done").asBoolean());
        });
        var operations = operations();
        Assertions.assertThat(operations.values())
                .allMatch(operation -> operation.has("result") != operation.has("error"), "one outcome");
        return this;
    }

    /** Each operation that posts has one transaction, and each step that it takes in another ledger one more there. */
    public BooksAssert haveEachTransactionOnce() {
        var transactions = actual.api().all(actual.path() + "/transactions");
        Assertions.assertThat(transactions)
                .as("transactions of %s", actual.id())
                .hasSize(actual.audit().path("last_sequence").asInt())
                .extracting(transaction -> List.of(
                        transaction.path("operation_id").asText(),
                        transaction.path("step").asText()))
                .doesNotHaveDuplicates();
        var own = operations();
        var results = new HashMap<UUID, Long>();
        firsts(own.values()).stream()
                .filter(operation -> operation.at("/result/sequence").isNumber())
                .forEach(operation -> results.put(
                        UUID.fromString(operation.path("operation_id").asText()),
                        operation.at("/result/sequence").asLong()));
        var posted = new HashMap<UUID, Long>();
        transactions.stream()
                .filter(transaction -> !transaction.path("step").asText().equals("credit"))
                .forEach(transaction -> posted.put(
                        UUID.fromString(transaction.path("operation_id").asText()),
                        transaction.path("sequence").asLong()));
        posted.keySet()
                .removeIf(
                        id -> own.get(id).path("status").asText().equals("discarded")); // on its way: it has no result
        Assertions.assertThat(posted).as("transactions of %s", actual.id()).isEqualTo(results);
        return this;
    }

    /** What is between ledgers has left each of them and arrived in another, once they have all come to rest. */
    public static void transitSumsToZero(Collection<Ledger> ledgers) {
        var sums = new HashMap<String, BigDecimal>();
        ledgers.stream()
                .flatMap(ledger -> ledger.api().all(ledger.path() + "/transactions").stream())
                .filter(transaction -> transaction.has("step")) // an admin's journals may do as they like
                .flatMap(transaction -> transaction.path("postings").valueStream())
                .filter(posting -> posting.path("account_id").asText().startsWith("transit:"))
                .forEach(posting -> sums.merge(
                        posting.path("currency").asText(),
                        new BigDecimal(posting.path("amount").asText()),
                        BigDecimal::add));
        Assertions.assertThat(sums.values()).as("in transit: %s", sums).allMatch(sum -> sum.signum() == 0);
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

    /** The accounts of each currency sum to zero, and none has less available than its floor, unless it was forced to. */
    public BooksAssert balance() {
        var sums = new HashMap<String, BigDecimal>();
        for (var account : actual.accounts()) {
            var balance = new BigDecimal(account.path("balance").asText());
            sums.merge(account.path("currency").asText(), balance, BigDecimal::add);
            if (account.hasNonNull("minimum_balance")
                    && !actual.isOverdrawn(account.path("account_id").asText())) {
                Assertions.assertThat(new BigDecimal(account.path("available").asText()))
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
