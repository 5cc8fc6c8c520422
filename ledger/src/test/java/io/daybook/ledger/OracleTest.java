package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.HoldStatus;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Thousands of mixed operations over several ledgers, cut into batches anyhow, while what the ledgers tell each other
 * comes late, twice and in any order but that within a ledger: every outcome is one that a {@link Model} allows.
 */
class OracleTest {
    private static final int OPERATIONS = 400;

    @Property(tries = 60)
    void the_books_do_what_the_api_promises(@ForAll long seed) {
        try {
            new Run(seed).go();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("new Run(%dL).go() fails again".formatted(seed), e);
        }
    }

    private static final class Run {
        private final Random random;
        private final Model model = Model.of(Model.OPEN_LEDGERS);
        private final World world = Traffic.world();
        private final Traffic work;
        private final Map<String, List<Submission>> delivered = new HashMap<>();
        private final Map<String, Map<String, BigDecimal>> initial = new HashMap<>();

        Run(long seed) {
            random = new Random(seed);
            work = new Traffic(random);
            world.ledgers.forEach((ledger, stored) -> {
                var accounts = initial.computeIfAbsent(ledger, ignored -> new HashMap<>());
                stored.accounts.forEach(
                        (id, account) -> accounts.put(id, account.balance().value()));
            });
        }

        void go() {
            while (work.count() < OPERATIONS) {
                var ledgers = List.copyOf(world.ledgers.keySet());
                var ledger = ledgers.get(random.nextInt(50) == 0 ? 3 : random.nextInt(3));
                var messages = new ArrayList<World.Message>();
                for (var i = random.nextInt(6); i >= 0; i--) {
                    messages.add(message(ledger));
                }
                apply(ledger, messages);
                world.now = world.now.plusSeconds(random.nextInt(3));
            }
            while (world.ledgers.values().stream().anyMatch(one -> !one.inbox.isEmpty())) {
                world.ledgers.forEach((ledger, stored) -> {
                    if (!stored.inbox.isEmpty()) {
                        apply(ledger, List.of(step(stored.inbox.remove())));
                    }
                });
            }
            mustHold();
        }

        private void apply(String ledger, List<World.Message> messages) {
            var results = world.apply(ledger, messages);
            for (var i = 0; i < messages.size(); i++) {
                model.check(ledger, messages.get(i), results.get(i), world.now);
            }
            assertThat(funds(ledger)).isEqualTo(model.funds(ledger));
        }

        private World.Message message(String ledger) {
            var inbox = world.in(ledger).inbox;
            var before = delivered.computeIfAbsent(ledger, ignored -> new ArrayList<>());
            var dice = random.nextInt(10);
            if (dice < 4 && !inbox.isEmpty()) {
                before.add(inbox.remove());
                return step(before.getLast());
            }
            if (dice == 4 && !before.isEmpty()) {
                return step(before.get(random.nextInt(before.size()))); // delivered again
            }
            return work.message(ledger);
        }

        private static World.Message step(Submission step) {
            return new World.Message(false, List.of(step));
        }

        private Map<String, String> funds(String ledger) {
            var funds = new TreeMap<String, String>();
            world.in(ledger)
                    .accounts
                    .forEach((id, account) -> funds.put(
                            id,
                            Model.plain(account.balance().value()) + " "
                                    + Model.plain(account.held().value())));
            return funds;
        }

        private void mustHold() {
            var transit = new HashMap<String, BigDecimal>();
            world.ledgers.forEach((ledger, stored) -> {
                assertThat(funds(ledger)).isEqualTo(model.funds(ledger));
                var outcomes = new HashMap<UUID, String>();
                stored.recorded.forEach((id, recorded) -> outcomes.put(id, LedgerFixture.code(recorded)));
                assertThat(outcomes).isEqualTo(model.outcomes(ledger)).doesNotContainValue("processing");
                var items = new HashMap<UUID, String>();
                stored.items.forEach((id, item) -> items.put(
                        id,
                        "%s %d %d"
                                .formatted(
                                        item.status(),
                                        item.version(),
                                        item.exceptions().size())));
                assertThat(items).isEqualTo(model.items(ledger));
                mustHold(ledger, stored);
                stored.accounts.forEach((id, account) -> {
                    if (id.startsWith("transit:")) {
                        transit.merge(id, account.balance().value(), BigDecimal::add);
                    }
                });
            });
            assertThat(transit.values()).allSatisfy(sum -> assertThat(sum).isEqualByComparingTo("0"));
        }

        private void mustHold(String ledger, World.Stored stored) {
            var sums = new HashMap<>(initial.getOrDefault(ledger, Map.of()));
            var previous = HashChain.genesis();
            var sequence = 0L;
            for (var transaction : stored.transactions) {
                assertThat(transaction.sequence()).isEqualTo(++sequence);
                previous = HashChain.hash(previous, transaction);
                assertThat(transaction.hash()).isEqualTo(previous);
                var perCurrency = new HashMap<String, BigDecimal>();
                for (var entry : transaction.entries()) {
                    perCurrency.merge(entry.currency(), entry.amount().value(), BigDecimal::add);
                    sums.merge(entry.accountId(), entry.amount().value(), BigDecimal::add);
                    assertThat(entry.balanceAfter().value()).isEqualByComparingTo(sums.get(entry.accountId()));
                }
                assertThat(perCurrency.values())
                        .allSatisfy(sum -> assertThat(sum).isEqualByComparingTo("0"));
            }
            stored.accounts.forEach((id, account) -> {
                assertThat(account.balance().value()).isEqualByComparingTo(sums.getOrDefault(id, BigDecimal.ZERO));
                var held = stored.holds.values().stream()
                        .filter(hold -> hold.accountId().equals(id) && hold.status() == HoldStatus.OPEN)
                        .map(hold -> hold.remaining().value())
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
                assertThat(account.held().value()).isEqualByComparingTo(held);
                assertThat(account.overdrawn()).as(id).isEqualTo(account.isBelowFloor());
            });
            assertThat(stored.holds.values())
                    .filteredOn(Hold::saga)
                    .extracting(Hold::status)
                    .doesNotContain(HoldStatus.OPEN, HoldStatus.EXPIRED);
        }
    }
}
