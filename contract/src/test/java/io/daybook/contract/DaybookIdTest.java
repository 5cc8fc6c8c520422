package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DaybookIdTest {

    @Property
    void it_is_a_uuid_of_version_7_and_carries_the_bucket_of_its_ledger(
            @ForAll String tenant, @ForAll String ledgerId) {
        var id = DaybookId.next(tenant, ledgerId, System.currentTimeMillis());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(DaybookId.bucket(id)).isEqualTo(DaybookId.bucket(tenant, ledgerId));
        assertThat(DaybookId.bucket(id)).isBetween(0, 65_535);
    }

    @Test
    void the_bucket_of_a_ledger_never_changes() {
        assertThat(DaybookId.bucket("demo", "main")).isEqualTo(50959);
        assertThat(DaybookId.bucket("tenant", "l\u00e4dger")).isEqualTo(24488);
    }

    @Test
    void it_begins_with_its_time_in_milliseconds() {
        var millis = System.currentTimeMillis() + 3_600_000; // ahead of all that other tests have made
        var id = DaybookId.next("t", "l", millis);
        assertThat(id.getMostSignificantBits() >>> 16).isBetween(millis, millis + 1_000);
    }

    @Test
    void it_rises_even_when_the_clock_stands_still_or_goes_back() {
        var now = System.currentTimeMillis();
        var ids = new ArrayList<String>();
        for (var i = 0; i < 10_000; i++) {
            ids.add(DaybookId.next("t", "l" + i % 7, now - i).toString());
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void it_rises_in_every_thread_and_is_never_given_twice() throws Exception {
        var each = 20_000;
        Callable<List<UUID>> make = () -> IntStream.range(0, each)
                .mapToObj(i -> DaybookId.next("t", "l", System.currentTimeMillis()))
                .toList();
        try (var threads = Executors.newFixedThreadPool(8)) {
            var made = new ArrayList<Long>();
            for (var one : threads.invokeAll(List.of(make, make, make, make, make, make, make, make))) {
                var ticks = one.get(60, TimeUnit.SECONDS).stream()
                        .map(UUID::getMostSignificantBits)
                        .toList();
                assertThat(ticks).isSorted();
                made.addAll(ticks);
            }
            assertThat(made.stream().distinct().count()).isEqualTo(8L * each);
        }
    }
}
