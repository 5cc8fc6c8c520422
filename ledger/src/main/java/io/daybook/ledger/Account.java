package io.daybook.ledger;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Identifiers;

/**
 * An account as it stands at one moment.
 *
 * @param floor what {@link #available()} may not fall below, in the account's scale; {@code null} for no floor
 * @param balance the sum of the account's postings
 * @param held the sum of its open holds: part of the balance, and not to be spent
 */
public record Account(
        String id, String currency, int scale, AccountStatus status, Amount floor, Amount balance, Amount held) {

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

    Account credit(Amount amount) {
        return withBalance(balance.plus(amount));
    }

    /** Does not look at the floor: a transaction may debit an account first and credit it after. */
    Account debit(Amount amount) {
        return withBalance(balance.minus(amount));
    }

    boolean isBelowFloor() {
        return floor != null && available().compareTo(floor) < 0;
    }

    private Account withBalance(Amount balance) {
        return new Account(id, currency, scale, status, floor, balance, held);
    }
}
