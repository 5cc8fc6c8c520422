package io.daybook.ledger;

import io.daybook.contract.Command;
import java.util.List;
import java.util.UUID;

/** An operation that waits for its decision. */
public record Submission(UUID operationId, String idempotencyKey, byte[] fingerprint, String caller, Command command) {

    /** Every account that it may touch, so that all can be loaded before anything is decided. */
    public List<String> accounts() {
        return Rules.postings(command).stream().map(Posting::accountId).toList();
    }
}
