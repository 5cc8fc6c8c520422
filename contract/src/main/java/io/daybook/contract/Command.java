package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client asks of one ledger: the body of a request, an item of a batch, a part of a queue message.
 *
 * <p>A command is well-formed in itself ({@link CommandReader} makes sure); whether the ledger can carry it out is
 * decided when it is applied.
 */
public sealed interface Command {
    /** The business's own number, unique in its ledger; {@code null} where there is none. */
    String referenceId();

    /** The ledger in which the money arrives, if the client names one; it may be the one in which it starts. */
    default Optional<String> destination() {
        return Optional.empty();
    }

    /** Whether it has to go on in another ledger than the one that it is sent to. */
    default boolean leaves(String ledgerId) {
        return destination().filter(other -> !other.equals(ledgerId)).isPresent();
    }

    default Kind kind() {
        return switch (this) {
            case Deposit d -> Kind.DEPOSIT;
            case Withdrawal w -> Kind.WITHDRAWAL;
            case Transfer t -> Kind.TRANSFER;
            case Exchange e -> Kind.EXCHANGE;
            case Journal j -> Kind.JOURNAL;
            case Hold h -> Kind.HOLD;
            case Capture c -> Kind.CAPTURE;
            case Release r -> Kind.RELEASE;
            case Reversal r -> Kind.REVERSAL;
            case ActionItem i -> Kind.ACTION_ITEM;
            case ActionItemUpdate u -> Kind.ACTION_ITEM_UPDATE;
        };
    }

    /** One whose postings stand in it: they are what it does, in whatever ledger it is applied. */
    sealed interface Outright extends Command permits Deposit, Withdrawal, Journal {}

    /** One that can take its steps in two ledgers. */
    sealed interface Crossing extends Command permits Transfer, Exchange, Reversal {}

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
            implements Outright {}

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
            implements Outright {}

    /** From one account to another, which may be in another ledger. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Transfer(
            String fromAccountId,
            String toAccountId,
            String toLedgerId,
            Amount amount,
            String currency,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Crossing {
        @Override
        public Optional<String> destination() {
            return Optional.ofNullable(toLedgerId);
        }
    }

    /**
     * One currency for another.
     *
     * @param buy what arrives; {@code null} if it comes from the rate
     * @param rate units bought for each unit sold, in the currency of the account in which they arrive: the product is
     *     rounded half-even at that currency's scale; {@code null} if both amounts are given
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Exchange(
            String fromAccountId,
            String toAccountId,
            String toLedgerId,
            Money sell,
            Money buy,
            @JsonInclude(JsonInclude.Include.NON_NULL) Amount rate,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Crossing {
        @Override
        public Optional<String> destination() {
            return Optional.ofNullable(toLedgerId);
        }
    }

    /** So much of a currency. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    record Money(Amount amount, String currency) {}

    /** Any balanced transaction. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Journal(List<Line> postings, String referenceId, String description, Map<String, String> metadata)
            implements Outright {
        /** At least two, and few enough for one message. */
        public static final int LINES_MAX = 500;

        /** One posting as the client states it: into the account when positive, out of it when negative. */
        @Serdeable(naming = SnakeCaseStrategy.class)
        public record Line(String accountId, Amount amount, String currency) {}
    }

    /**
     * Keeps money back on an account; the hold is known by the id of the operation that made it.
     *
     * @param expiresAt when it lets go by itself; {@code null} for never
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Hold(
            String accountId,
            Amount amount,
            String currency,
            Instant expiresAt,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Command {}

    /**
     * Takes what is held.
     *
     * @param amount what is taken, and the rest stays held; {@code null} for all that is left
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Capture(
            UUID holdId,
            @JsonInclude(JsonInclude.Include.NON_NULL) Amount amount, // a null one cannot be asked whether it is empty
            String toAccountId,
            String referenceId,
            String description,
            Map<String, String> metadata)
            implements Command {}

    /** Lets go what is still held. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Release(UUID holdId, String referenceId, String description, Map<String, String> metadata)
            implements Command {}

    /**
     * The opposite of what an operation has posted, once.
     *
     * @param force even if the money is gone and an account falls below its floor
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Reversal(
            UUID operationId, boolean force, String referenceId, String description, Map<String, String> metadata)
            implements Crossing {}

    /**
     * Follow-up work; the item is known by the id of the operation that made it.
     *
     * @param operationId what it is about, if it is about an operation
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record ActionItem(
            String title, String details, String assignee, Instant dueAt, UUID operationId, String referenceId)
            implements Command {
        public static final int TITLE_LENGTH_MAX = 200;
        public static final int DETAILS_LENGTH_MAX = 5_000;
        public static final int ASSIGNEE_LENGTH_MAX = 200;
    }

    /**
     * A change of an action item; what is {@code null} stays as it is.
     *
     * @param version the one that the client has seen: with another one, nothing is changed
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record ActionItemUpdate(
            UUID actionItemId,
            @JsonInclude(JsonInclude.Include.NON_NULL) ActionItemStatus status,
            Integer version,
            String title,
            String details,
            String assignee,
            Instant dueAt,
            String referenceId)
            implements Command {}
}
