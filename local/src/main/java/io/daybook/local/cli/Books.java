package io.daybook.local.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The plainest books there can be, kept beside the generator: what the API must come to is known without it. */
final class Books {
    private final SortedMap<String, SortedMap<String, Balance>> ledgers = new TreeMap<>();

    /**
     * @param held how much of it is kept back
     * @param floor what is available may not fall below it; empty for none
     */
    record Balance(String currency, BigDecimal amount, BigDecimal held, Optional<BigDecimal> floor) {
        BigDecimal available() {
            return amount.subtract(held);
        }

        private Balance plus(BigDecimal more) {
            return new Balance(currency, amount.add(more), held, floor);
        }

        private Balance holding(BigDecimal more) {
            return new Balance(currency, amount, held.add(more), floor);
        }

        private boolean isBelowFloor() {
            return floor.isPresent() && available().compareTo(floor.get()) < 0;
        }
    }

    record Posting(String accountId, String amount, String currency) {
        Posting opposite() {
            return new Posting(accountId, new BigDecimal(amount).negate().toPlainString(), currency);
        }
    }

    void open(String ledgerId, String accountId, String currency, String zero, Optional<String> floor) {
        var nothing = new BigDecimal(zero);
        accounts(ledgerId).put(accountId, new Balance(currency, nothing, nothing, floor.map(BigDecimal::new)));
    }

    /** Posts all, or nothing if an account would fall below its floor. */
    boolean post(String ledgerId, List<Posting> postings) {
        var accounts = accounts(ledgerId);
        var after = new TreeMap<String, Balance>();
        for (var posting : postings) {
            var amount = new BigDecimal(posting.amount());
            var before = Optional.ofNullable(after.get(posting.accountId()))
                    .or(() -> Optional.ofNullable(accounts.get(posting.accountId())))
                    .orElseGet(() -> untouched(posting.currency(), amount.scale()));
            after.put(posting.accountId(), before.plus(amount));
        }
        var refused = after.entrySet().stream().anyMatch(entry -> {
            var lowered = accounts.containsKey(entry.getKey())
                    && entry.getValue()
                                    .available()
                                    .compareTo(accounts.get(entry.getKey()).available())
                            < 0;
            return lowered && entry.getValue().isBelowFloor();
        });
        if (!refused) {
            accounts.putAll(after);
        }
        return !refused;
    }

    private static Balance untouched(String currency, int scale) {
        var nothing = BigDecimal.ZERO.setScale(scale);
        return new Balance(currency, nothing, nothing, Optional.empty());
    }

    /** Keeps so much of an account back, or nothing if that is more than it has above its floor. */
    boolean hold(String ledgerId, String accountId, BigDecimal amount) {
        var after = accounts(ledgerId).get(accountId).holding(amount);
        if (after.isBelowFloor()) {
            return false;
        }
        accounts(ledgerId).put(accountId, after);
        return true;
    }

    /** Keeps so much less of it back. */
    void letGo(String ledgerId, String accountId, BigDecimal amount) {
        accounts(ledgerId).computeIfPresent(accountId, (id, balance) -> balance.holding(amount.negate()));
    }

    /** Has all of some work done in a ledger, or, if it says that it fails, none of it. */
    boolean atomically(String ledgerId, BooleanSupplier work) {
        var before = new TreeMap<>(accounts(ledgerId));
        var done = work.getAsBoolean();
        if (!done) {
            ledgers.put(ledgerId, before);
        }
        return done;
    }

    Balance of(String ledgerId, String accountId) {
        return accounts(ledgerId).get(accountId);
    }

    BigDecimal balance(String ledgerId, String accountId) {
        return of(ledgerId, accountId).amount();
    }

    Map<String, SortedMap<String, Balance>> ledgers() {
        return ledgers;
    }

    private SortedMap<String, Balance> accounts(String ledgerId) {
        return ledgers.computeIfAbsent(ledgerId, id -> new TreeMap<>());
    }
}
