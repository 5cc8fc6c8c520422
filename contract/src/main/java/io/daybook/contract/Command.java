package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.List;
import java.util.Map;

/**
 * What a client asks of one ledger: the body of a request, an item of a batch, a part of a queue message.
 *
 * <p>A command is well-formed in itself ({@link CommandReader} makes sure); whether the ledger can carry it out is
 * decided when it is applied.
 */
public sealed interface Command {
    /** The business's own number, unique in its ledger; {@code null} where there is none. */
    String referenceId();

    String description();

    Map<String, String> metadata();

    default Kind kind() {
        return switch (this) {
            case Deposit d -> Kind.DEPOSIT;
            case Withdrawal w -> Kind.WITHDRAWAL;
            case Transfer t -> Kind.TRANSFER;
            case Journal j -> Kind.JOURNAL;
        };
    }

    /** Money in from outside. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Deposit(
            String accountId,
            Amount amount,
            String currency,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Command {}

    /** Money out, never below the account's floor. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Withdrawal(
            String accountId,
            Amount amount,
            String currency,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Command {}

    /** From one account to another. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Transfer(
            String fromAccountId,
            String toAccountId,
            Amount amount,
            String currency,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Command {}

    /** Any balanced transaction. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Journal(List<Line> postings, String referenceId, String description, Map<String, String> metadata)
            implements Command {
        /** At least two, and few enough for one message. */
        public static final int LINES_MAX = 500;

        /** One posting as the client states it: into the account when positive, out of it when negative. */
        @Serdeable(naming = SnakeCaseStrategy.class)
        public record Line(String accountId, Amount amount, String currency) {}
    }
}
