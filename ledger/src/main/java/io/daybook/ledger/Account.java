package io.daybook.ledger;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Identifiers;
import io.daybook.contract.ProblemCode;

/**
 * An account as it stands at one moment.
 *
 * @param floor what {@link #available()} may not fall below, in the account's scale; {@code null} for no floor
 * @param balance the sum of the account's postings
 * @param held the sum of its open holds: part of the balance, and not to be spent
 * @param overdrawn it was forced below its floor, and has not risen above it since
 */
public record Account(
        String id,
        String currency,
        int scale,
        AccountStatus status,
        Amount floor,
        Amount balance,
        Amount held,
        boolean overdrawn) {

    public Account(
            String id, String currency, int scale, AccountStatus status, Amount floor, Amount balance, Amount held) {
        this(id, currency, scale, status, floor, balance, held, false);
    }

    /** One of Daybook's own: made when first needed, without a floor. */
    static Account reserved(String id, int scale) {
        return new Account(
                id,
                Identifiers.currencyOfReserved(id),
                scale,
                AccountStatus.ACTIVE,
                null,
                Amount.zero(scale),
                Amount.zero(scale));
    }

    public Amount available() {
        return balance.minus(held);
    }

    /** Does not look at the floor: a transaction may debit an account first and credit it after. */
    Account post(Amount amount) {
        return new Account(id, currency, scale, status, floor, balance.plus(amount), held, overdrawn);
    }

    Account hold(Amount more) {
        return new Account(id, currency, scale, status, floor, balance, held.plus(more), overdrawn);
    }

    Account overdrawn(boolean overdrawn) {
        return new Account(id, currency, scale, status, floor, balance, held, overdrawn);
    }

    /** The amount in the account's scale. */
    Amount accept(Amount amount, String currency) {
        if (!this.currency.equals(currency)) {
            throw Refusal.of(
                    ProblemCode.CURRENCY_MISMATCH, "The account %s is in %s, not in %s", id, this.currency, currency);
        }
        return amount.atScale(scale)
                .orElseThrow(() -> Refusal.of(
                        ProblemCode.AMOUNT_SCALE, "%s has %d decimals, and %s has more", currency, scale, amount));
    }

    void mustTakePart() {
        switch (status) {
            case FROZEN -> throw Refusal.of(ProblemCode.ACCOUNT_FROZEN, "The account %s is frozen", id);
            case CLOSED -> throw Refusal.of(ProblemCode.ACCOUNT_CLOSED, "The account %s is closed", id);
            case ACTIVE -> {}
        }
    }

    boolean isBelowFloor() {
        return floor != null && available().compareTo(floor) < 0;
    }
}
