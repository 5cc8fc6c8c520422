package io.daybook.ledger;

import io.daybook.contract.Command;
import io.daybook.contract.OperationStatus;
import java.util.List;
import java.util.UUID;

/**
 * An operation that somebody wants to reverse.
 *
 * @param ledgerId its own ledger, which need not be this one
 * @param postings what it has posted in this ledger
 * @param reversedBy the operation that has reversed it from this ledger, or is about to; {@code null} for none
 */
public record Original(
        UUID operationId,
        String ledgerId,
        Command command,
        OperationStatus status,
        List<Posting> postings,
        UUID reversedBy) {

    boolean crosses() {
        return command.leaves(ledgerId);
    }

    /** Where its money is, and a reversal has to begin. */
    public String reversibleIn() {
        return crosses() ? command.destination().orElseThrow() : ledgerId;
    }

    List<Posting> opposite() {
        return postings.stream()
                .map(one -> new Posting(one.accountId(), one.amount().negated(), one.currency()))
                .toList();
    }

    Original reversedBy(UUID reversalId) {
        return new Original(operationId, ledgerId, command, status, postings, reversalId);
    }
}
