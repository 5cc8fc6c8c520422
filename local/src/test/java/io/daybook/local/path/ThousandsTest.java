package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Thousands of transactions in several assets, held to books that are kept by nothing but {@link BigDecimal}. */
@OnOneStack
class ThousandsTest {
    private static final long SEED = 20_260_101;
    private static final int TRANSACTIONS = 5_000;
    private static final Map<String, Integer> SCALES = Map.of("EUR", 2, "USD", 2, "XBT", 8, "POINTS", 0);
    private static final int ACCOUNTS_OF_EACH = 6;
    /** Two of them are a line of as many digits as an amount may have. */
    private static final BigDecimal NEAR_THE_LIMIT = new BigDecimal("9".repeat(19));

    private final Daybook daybook;
    private final Random random = new Random(SEED);

    ThousandsTest(Daybook daybook) {
        this.daybook = daybook;
    }

    /** A transaction is one line for each account that it touches, in its order. */
    private record Wanted(Map<String, Object> item, Map<String, BigDecimal> amounts) {}

    /** The oracle: refuses what would take an account with a floor below zero, and adds up the rest. */
    private static final class Naive {
        private final Map<String, BigDecimal> balances = new LinkedHashMap<>();

        boolean apply(Wanted wanted) {
            var after = new LinkedHashMap<>(balances);
            wanted.amounts().forEach((account, amount) -> after.merge(account, amount, BigDecimal::add));
            var refused = wanted.amounts().entrySet().stream()
                    .anyMatch(line -> line.getValue().signum() < 0
                            && line.getKey().startsWith("floor:")
                            && after.get(line.getKey()).signum() < 0);
            if (!refused) {
                balances.putAll(after);
            }
            return !refused;
        }

        boolean applyAll(List<Wanted> batch) {
            var before = Map.copyOf(balances);
            for (var wanted : batch) {
                if (!apply(wanted)) {
                    balances.clear();
                    balances.putAll(before);
                    return false;
                }
            }
            return true;
        }
    }

    @Test
    void every_balance_of_thousands_of_transactions_is_exact() {
        var ledger = daybook.ledger(object("code", "XBT", "scale", 8), object("code", "POINTS", "scale", 0));
        SCALES.keySet()
                .forEach(currency -> IntStream.range(0, ACCOUNTS_OF_EACH).forEach(i -> {
                    if (i < 2) {
                        ledger.account(account(currency, i), currency);
                    } else {
                        ledger.account(account(currency, i), currency, null);
                    }
                }));
        var oracle = new Naive();
        var expected = new LinkedHashMap<UUID, Boolean>();
        for (var sent = 0; sent < TRANSACTIONS; ) {
            var atomic = random.nextInt(3) == 0;
            var size = Math.min(TRANSACTIONS - sent, atomic ? 1 + random.nextInt(40) : 200 + random.nextInt(600));
            var batch = IntStream.range(0, size).mapToObj(i -> transaction()).toList();
            var operations = ledger.send(
                            "batches",
                            object(
                                    "atomic",
                                    atomic,
                                    "operations",
                                    batch.stream().map(Wanted::item).toList()))
                    .is(202)
                    .json()
                    .path("operations")
                    .findValuesAsText("operation_id");
            var whole = atomic && oracle.applyAll(batch);
            for (var i = 0; i < size; i++) {
                expected.put(UUID.fromString(operations.get(i)), atomic ? whole : oracle.apply(batch.get(i)));
            }
            sent += size;
        }
        BooksAssert.assertThat(ledger).everyAcceptedOperationIsDone();

        var succeeded = ledger.operations().stream()
                .collect(Collectors.toMap(
                        operation ->
                                UUID.fromString(operation.path("operation_id").asText()),
                        operation -> operation.path("status").asText().equals("succeeded")));
        assertThat(succeeded).isEqualTo(expected);
        assertThat(expected.values()).contains(true, false);
        var balances = ledger.accounts().stream()
                .collect(Collectors.toMap(
                        account -> account.path("account_id").asText(),
                        account -> account.path("balance").asText()));
        oracle.balances.forEach((account, balance) -> assertThat(balances)
                .containsEntry(account, balance.setScale(scale(account)).toPlainString()));
    }

    private static String account(String currency, int number) {
        return (number < 2 ? "floor:" : "free:") + currency + ":" + number;
    }

    private static int scale(String account) {
        return SCALES.get(account.split(":")[1]);
    }

    /** Two to five lines of one or two currencies, each of which sums to zero. */
    private Wanted transaction() {
        var lines = new ArrayList<Map<String, Object>>();
        var amounts = new LinkedHashMap<String, BigDecimal>();
        var currencies = new ArrayList<>(SCALES.keySet().stream().sorted().toList());
        Collections.shuffle(currencies, random);
        for (var currency : currencies.subList(0, 1 + random.nextInt(2))) {
            var accounts =
                    new ArrayList<>(IntStream.range(0, ACCOUNTS_OF_EACH).boxed().toList());
            Collections.shuffle(accounts, random);
            var rest = BigDecimal.ZERO;
            for (var number : accounts.subList(0, 1 + random.nextInt(2))) {
                var amount = amount(SCALES.get(currency));
                rest = rest.subtract(amount);
                lines.add(money(account(currency, number), amount.toPlainString(), currency));
                amounts.merge(account(currency, number), amount, BigDecimal::add);
            }
            if (rest.signum() != 0) {
                var last = account(currency, accounts.getLast());
                lines.add(money(last, rest.toPlainString(), currency));
                amounts.merge(last, rest, BigDecimal::add);
            } else { // two that cancel each other: they need no third
                assertThat(lines).hasSizeGreaterThan(1);
            }
        }
        return new Wanted(item("journal", object("postings", lines)), amounts);
    }

    private BigDecimal amount(int scale) {
        var unit = BigDecimal.ONE.movePointLeft(scale);
        var amount = switch (random.nextInt(10)) {
            case 0 -> NEAR_THE_LIMIT.add(unit);
            case 1 -> unit;
            case 2 -> new BigDecimal(random.nextInt(1, 1_000_000));
            default -> unit.multiply(BigDecimal.valueOf(random.nextLong(1, 1_000_000_000_000L)));
        };
        return random.nextBoolean() ? amount : amount.negate();
    }

    @Test
    void amounts_of_all_the_digits_there_are_add_up_beyond_them() {
        var ledger = daybook.ledger(object("code", "WEI", "scale", 18)).account("a", "WEI");
        var most = "9".repeat(20) + "." + "9".repeat(18);
        var least = "0." + "0".repeat(17) + "1";
        var batch = Api.object(
                "operations",
                List.of(
                        item("deposit", money("a", most, "WEI")),
                        item("deposit", money("a", most, "WEI")),
                        item("withdrawal", money("a", least, "WEI")),
                        item("deposit", money("a", most, "WEI"))));
        var operations = ledger.send("batches", batch).is(202).json().path("operations");
        ledger.outcome(UUID.fromString(operations.get(3).path("operation_id").asText()));
        var expected = new BigDecimal(most).multiply(BigDecimal.valueOf(3)).subtract(new BigDecimal(least));
        assertThat(ledger.balance("a")).isEqualTo(expected.toPlainString());
        assertThat(ledger.balance("external:WEI")).isEqualTo(expected.negate().toPlainString());
    }
}
