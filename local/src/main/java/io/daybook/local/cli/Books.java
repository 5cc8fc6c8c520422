package io.daybook.local.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The plainest books there can be, kept beside the generator: what the API must come to is known without it. */
final class Books {
    private final SortedMap<String, SortedMap<String, Balance>> ledgers = new TreeMap<>();

    /** @param floor what the balance may not fall below; empty for none */
    record Balance(String currency, BigDecimal amount, Optional<BigDecimal> floor) {}

    record Posting(String accountId, String amount, String currency) {}

    void open(String ledgerId, String accountId, String currency, String zero, Optional<String> floor) {
        accounts(ledgerId).put(accountId, new Balance(currency, new BigDecimal(zero), floor.map(BigDecimal::new)));
    }

    /** Posts all, or nothing if an account would fall below its floor. */
    boolean post(String ledgerId, List<Posting> postings) {
        var accounts = accounts(ledgerId);
        var after = new TreeMap<String, Balance>();
        for (var posting : postings) {
            var amount = new BigDecimal(posting.amount());
            var before = Optional.ofNullable(after.get(posting.accountId()))
                    .or(() -> Optional.ofNullable(accounts.get(posting.accountId())))
                    .orElseGet(() -> new Balance(
                            posting.currency(), BigDecimal.ZERO.setScale(amount.scale()), Optional.empty()));
            after.put(
                    posting.accountId(),
                    new Balance(before.currency(), before.amount().add(amount), before.floor()));
        }
        var refused = after.entrySet().stream().anyMatch(entry -> {
            var floor = entry.getValue().floor();
            var lowered = accounts.containsKey(entry.getKey())
                    && entry.getValue()
                                    .amount()
                                    .compareTo(accounts.get(entry.getKey()).amount())
                            < 0;
            return lowered && floor.isPresent() && entry.getValue().amount().compareTo(floor.get()) < 0;
        });
        if (!refused) {
            accounts.putAll(after);
        }
        return !refused;
    }

    BigDecimal balance(String ledgerId, String accountId) {
        return accounts(ledgerId).get(accountId).amount();
    }

    Map<String, SortedMap<String, Balance>> ledgers() {
        return ledgers;
    }

    private SortedMap<String, Balance> accounts(String ledgerId) {
        return ledgers.computeIfAbsent(ledgerId, id -> new TreeMap<>());
    }
}
