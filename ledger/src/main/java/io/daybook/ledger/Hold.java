package io.daybook.ledger;

import io.daybook.contract.Amount;
import io.daybook.contract.HoldStatus;
import java.time.Instant;
import java.util.UUID;

/**
 * Money that is kept back on an account.
 *
 * @param id that of the operation that made it
 * @param amount what was held in the beginning
 * @param remaining what has not been captured of it
 * @param expiresAt when it lets go by itself; {@code null} for never
 * @param saga it belongs to an operation between two ledgers, and clients cannot touch it
 */
public record Hold(
        UUID id,
        String accountId,
        String currency,
        Amount amount,
        Amount remaining,
        HoldStatus status,
        Instant expiresAt,
        boolean saga) {

    static Hold open(UUID id, Account account, Amount amount, Instant expiresAt, boolean saga) {
        return new Hold(id, account.id(), account.currency(), amount, amount, HoldStatus.OPEN, expiresAt, saga);
    }

    /** Its part of what is held on the account. */
    public Amount held() {
        return status == HoldStatus.OPEN
                ? remaining
                : Amount.zero(remaining.value().scale());
    }

    boolean hasExpired(Instant now) {
        return status == HoldStatus.EXPIRED || expiresAt != null && !expiresAt.isAfter(now);
    }

    /** It stays open for what is left. */
    Hold capture(Amount taken) {
        var left = remaining.minus(taken);
        return with(left, left.signum() == 0 ? HoldStatus.CAPTURED : HoldStatus.OPEN);
    }

    Hold release(Instant now) {
        return with(remaining, hasExpired(now) ? HoldStatus.EXPIRED : HoldStatus.RELEASED);
    }

    private Hold with(Amount remaining, HoldStatus status) {
        return new Hold(id, accountId, currency, amount, remaining, status, expiresAt, saga);
    }
}
