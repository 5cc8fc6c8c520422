package io.daybook.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.daybook.contract.Amount;
import io.daybook.contract.Kind;
import io.daybook.contract.StepName;
import io.daybook.ledger.Transaction;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * A transaction as clients see it.
 *
 * @param step which step of an operation between two ledgers it is; {@code null} of all others
 * @param hash what the chain of the ledger continues from, in hexadecimal
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record TransactionResource(
        UUID transactionId,
        long sequence,
        UUID operationId,
        Kind kind,
        StepName step,
        Instant at,
        List<Line> postings,
        String hash) {

    @Serdeable(naming = SnakeCaseStrategy.class)
    record Line(String accountId, Amount amount, String currency, Amount balanceAfter) {}

    static TransactionResource of(Transaction transaction) {
        var lines = transaction.entries().stream()
                .map(entry -> new Line(entry.accountId(), entry.amount(), entry.currency(), entry.balanceAfter()))
                .toList();
        return new TransactionResource(
                transaction.id(),
                transaction.sequence(),
                transaction.operationId(),
                transaction.kind(),
                transaction.step(),
                transaction.at(),
                lines,
                HexFormat.of().formatHex(transaction.hash()));
    }
}
