package io.daybook.ledger;

import io.daybook.contract.Amount;

/** An amount into an account (positive) or out of it (negative). */
public record Posting(String accountId, Amount amount, String currency) {}
