package io.daybook.local.cli;

import io.daybook.client.model.AuditBreak;
import io.daybook.client.model.AuditReport;
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
        var stretch = client.audit(ledgerId, Optional.empty());
        var audit = of(stretch);
        while (stretch.getNext() != null) {
            stretch = client.audit(ledgerId, Optional.of(stretch.getNext()));
            audit = audit.and(of(stretch));
        }
        return audit;
    }

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
                later.head,
                later.checkedAt,
                all);
    }

    private static Audit of(AuditReport stretch) {
        return new Audit(
                stretch.getLedgerId(),
                stretch.getHolds(),
                stretch.getTransactions(),
                stretch.getPostings(),
                stretch.getAccounts(),
                stretch.getFirstSequence(),
                stretch.getLastSequence(),
                stretch.getHead(),
                stretch.getCheckedAt().toInstant().toString(),
                stretch.getBreaks().stream().map(Audit::of).toList());
    }

    private static Break of(AuditBreak found) {
        return new Break(
                Optional.ofNullable(found.getSequence()).map(String::valueOf),
                Optional.ofNullable(found.getAccountId()),
                found.getCheck().getValue(),
                found.getDetail());
    }
}
