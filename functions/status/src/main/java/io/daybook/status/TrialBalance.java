package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Identifiers;
import io.daybook.runtime.ProblemException;
import io.daybook.store.AccountTable;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A part of the balances of all accounts behind one transaction.
 *
 * @param at the time that was asked for; {@code null} for now
 * @param atSequence the last transaction that counts; all parts have the same
 * @param balanced whether every total is zero; in the first part only, as the totals of the whole are
 * @param next to be sent as {@code after} for the part behind it; {@code null} at the end
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrialBalance(
        String ledgerId,
        Instant at,
        long atSequence,
        Boolean balanced,
        List<AccountTable.Total> totals,
        List<AccountTable.Balance> items,
        String next) {

    /** Behind which account to go on, in balances behind which transaction. */
    record Cursor(long sequence, String accountId) {
        private static final Pattern SHAPE = Pattern.compile("(0|[1-9][0-9]{0,17})\\.(.+)");

        /** @throws ProblemException {@code malformed_request} */
        static Cursor parse(String text) {
            var matcher = SHAPE.matcher(text);
            if (!matcher.matches() || !Identifiers.isAccountId(matcher.group(2))) {
                throw Page.malformed("after must be the next of another page");
            }
            return new Cursor(Long.parseLong(matcher.group(1)), matcher.group(2));
        }

        @Override
        public String toString() {
            return sequence + "." + accountId;
        }
    }
}
