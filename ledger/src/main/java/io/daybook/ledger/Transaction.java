package io.daybook.ledger;

import io.daybook.contract.Amount;
import io.daybook.contract.Kind;
import io.daybook.contract.StepName;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What has happened in a ledger, once and for all: postings that sum to zero in every currency.
 *
 * @param sequence 1, 2, 3, … in its ledger, without gaps
 * @param at when it was applied, in whole microseconds; never before the transaction ahead of it
 * @param caller who asked for it
 * @param fingerprint SHA-256 of the request it came from
 * @param step the operation's step that this is, if it has several in several ledgers; otherwise {@code null}
 * @param hash SHA-256 over the hash of the transaction ahead of it and all of the above, see {@link HashChain}
 */
public record Transaction(
        UUID id,
        long sequence,
        UUID operationId,
        Kind kind,
        Instant at,
        String caller,
        byte[] fingerprint,
        StepName step,
        List<Entry> entries,
        byte[] hash) {

    public Transaction(
            UUID id,
            long sequence,
            UUID operationId,
            Kind kind,
            Instant at,
            String caller,
            byte[] fingerprint,
            List<Entry> entries,
            byte[] hash) {
        this(id, sequence, operationId, kind, at, caller, fingerprint, null, entries, hash);
    }

    /** A posting with the balance that it left behind. */
    public record Entry(String accountId, String currency, Amount amount, Amount balanceAfter) {}

    public Transaction with(List<Entry> entries) {
        return new Transaction(
                id, sequence, operationId, kind, at, caller, fingerprint, step, List.copyOf(entries), hash);
    }

    Transaction chainedTo(byte[] previous) {
        var hash = HashChain.hash(previous, this);
        return new Transaction(id, sequence, operationId, kind, at, caller, fingerprint, step, entries, hash);
    }
}
