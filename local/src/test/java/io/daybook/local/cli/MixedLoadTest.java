package io.daybook.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.cli.MixedLoad.Foretold;
import io.daybook.local.cli.MixedLoad.Request;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MixedLoadTest {
    private static final long SEED = 1494;
    private static final int REQUESTS = 600;
    private static final FakeDaybook DAYBOOK = new FakeDaybook();

    private static MixedLoad load;
    private static List<Request> requests;

    @BeforeAll
    static void invent() {
        load = load();
        requests = next(load);
        DAYBOOK.close();
    }

    /** Daybook's ids are as good as the keys are for that. */
    private static MixedLoad load() {
        var opened = new MixedLoad("one", List.of("two", "three"), SEED, key -> "id-of-" + key);
        try (var client = new Client(DAYBOOK.url(), "good")) {
            opened.open(client);
        }
        return opened;
    }

    private static List<Request> next(MixedLoad load) {
        return IntStream.range(0, REQUESTS).mapToObj(i -> load.next(1_000)).toList();
    }

    private static List<Foretold> operations() {
        return requests.stream()
                .flatMap(request -> request.operations().stream())
                .toList();
    }

    @Test
    void all_kinds_of_operations_are_among_it_alone_and_in_batches() {
        var kinds = new String[] {
            "deposit",
            "withdrawal",
            "transfer",
            "exchange",
            "journal",
            "hold",
            "capture",
            "release",
            "reversal",
            "action_item",
            "action_item_update"
        };
        assertThat(requests.stream().filter(Request.Single.class::isInstance))
                .extracting(one -> one.operations().getFirst().kind())
                .contains(kinds);
        assertThat(requests.stream().filter(Request.Batch.class::isInstance))
                .flatExtracting(Request::operations)
                .extracting(Foretold::kind)
                .contains(kinds);
        assertThat(operations())
                .filteredOn(one -> one.creditedIn().isPresent())
                .extracting(Foretold::kind)
                .contains("transfer", "exchange", "reversal");
    }

    @Test
    void there_is_one_of_each_way_to_be_refused() {
        assertThat(operations())
                .extracting(Foretold::code)
                .contains(
                        "succeeded",
                        "insufficient_funds",
                        "batch_refused",
                        "account_not_found",
                        "account_frozen",
                        "currency_mismatch",
                        "duplicate_reference",
                        "hold_not_open",
                        "hold_exceeded",
                        "already_reversed",
                        "version_conflict",
                        "validation_failed");
    }

    @Test
    void every_operation_has_a_key_of_its_own() {
        assertThat(operations()).extracting(Foretold::key).doesNotHaveDuplicates();
        assertThat(requests).extracting(Request::key).doesNotHaveDuplicates();
    }

    @Test
    void an_atomic_batch_succeeds_whole_or_has_one_to_blame() {
        var codes = requests.stream()
                .filter(request -> request instanceof Request.Batch batch && batch.atomic())
                .map(request ->
                        request.operations().stream().map(Foretold::code).toList())
                .toList();
        assertThat(codes).anyMatch(one -> one.contains("batch_refused")).allSatisfy(one -> {
            var ownCodes =
                    one.stream().filter(code -> !code.equals("batch_refused")).toList();
            if (one.contains("batch_refused")) {
                assertThat(ownCodes).hasSize(1).doesNotContain("succeeded");
            } else {
                assertThat(ownCodes).isSubsetOf("succeeded");
            }
        });
    }

    @Test
    void its_books_sum_to_zero_in_every_currency_with_what_it_has_sent_elsewhere() {
        var sums = new HashMap<String, BigDecimal>();
        load.books()
                .ledgers()
                .get("one")
                .values()
                .forEach(balance -> sums.merge(balance.currency(), balance.amount(), BigDecimal::add));
        assertThat(sums.values()).allSatisfy(sum -> assertThat(sum).isZero());
        assertThat(load.elsewhere().keySet()).containsExactly("three", "two");
        load.elsewhere().values().forEach(accounts -> {
            assertThat(accounts.get("transit:EUR").add(accounts.get("arrivals:eur")))
                    .isZero();
            assertThat(accounts.get("exchange:USD").add(accounts.get("arrivals:usd")))
                    .isZero();
        });
    }

    @Test
    void it_is_the_same_for_the_same_seed() {
        var again = new ArrayList<Request>();
        var daybook = new FakeDaybook();
        var other = new MixedLoad("one", List.of("two", "three"), SEED, key -> "id-of-" + key);
        try (var client = new Client(daybook.url(), "good")) {
            other.open(client);
        }
        again.addAll(next(other));
        daybook.close();
        assertThat(again).isEqualTo(requests);
    }
}
