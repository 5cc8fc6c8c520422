package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a whole audit of a ledger found: its hash chain from the first transaction to the last, and its sums.
 *
 * @param head the hash of the last transaction
 * @param breaks where the books do not hold
 */
record Audit(
        String ledgerId,
        boolean holds,
        long transactions,
        long postings,
        long accounts,
        long firstSequence,
        long lastSequence,
        String head,
        String checkedAt,
        List<Break> breaks) {
    record Break(Optional<String> sequence, Optional<String> accountId, String check, String detail) {
        @Override
        public String toString() {
            return sequence.map(value -> "transaction " + value + ", ").orElse("")
                    + accountId.map(value -> "account " + value + ", ").orElse("")
                    + check
                    + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    Audit {
        breaks = List.copyOf(breaks);
    }

    static Audit of(Client client, String ledgerId) {
        var audit = of(ledgerId, client.audit(ledgerId, Optional.empty()));
        var next = audit.next();
        while (next.isPresent()) {
            var stretch = of(ledgerId, client.audit(ledgerId, next));
            audit = new Stretch(audit.found().and(stretch.found()), stretch.next());
            next = stretch.next();
        }
        return audit.found();
    }

    private record Stretch(Audit found, Optional<String> next) {}

    private Audit and(Audit later) {
        var all = new ArrayList<>(breaks);
        all.addAll(later.breaks);
        return new Audit(
                ledgerId,
                holds && later.holds,
                transactions + later.transactions,
                postings + later.postings,
                Math.max(accounts, later.accounts),
                firstSequence,
                Math.max(lastSequence, later.lastSequence),
                later.head.isEmpty() ? head : later.head,
                later.checkedAt,
                all);
    }

    private static Stretch of(String ledgerId, JsonNode json) {
        var breaks = new ArrayList<Break>();
        json.path("breaks")
                .forEach(found -> breaks.add(new Break(
                        Json.text(found, "sequence"),
                        Json.text(found, "account_id"),
                        found.path("check").asText("check"),
                        found.path("detail").asText(""))));
        return new Stretch(
                new Audit(
                        ledgerId,
                        json.path("holds").asBoolean(false),
                        json.path("transactions").asLong(),
                        json.path("postings").asLong(),
                        json.path("accounts").asLong(),
                        json.path("first_sequence").asLong(),
                        json.path("last_sequence").asLong(),
                        Json.text(json, "head").orElse(""),
                        Json.text(json, "checked_at").orElse(""),
                        breaks),
                Json.text(json, "next"));
    }
}
