package io.daybook.status;

import io.daybook.contract.AccountType;
import io.daybook.contract.Amount;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;

/**
 * What was on an account at a time, by its postings. What was held of it, and what its status was, no posting tells.
 *
 * @param atSequence the last transaction of the ledger up to then, 0 if there was none
 */
@Serdeable(naming = SnakeCaseStrategy.class)
record AccountAt(
        String ledgerId,
        String accountId,
        String currency,
        AccountType type,
        Instant at,
        long atSequence,
        Amount balance) {}
