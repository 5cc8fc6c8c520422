package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An operation as clients see it.
 *
 * @param detail what it waits for, where there is more to say than its status does
 * @param version rises with every change; the resource's {@code ETag}
 * @param request the command as JSON, in its canonical form
 * @param result only when it succeeded
 * @param error only when it failed or is dead
 * @param duplicateOf the operation whose outcome this one repeats: it had the same key and body
 * @param transitions the states it was in, the oldest first
 * @param expiresAt when it will be forgotten; only when nothing can come any more
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Operation(
        UUID operationId,
        String ledgerId,
        Kind kind,
        OperationStatus status,
        String detail,
        boolean done,
        int version,
        String idempotencyKey,
        String referenceId,
        Instant createdAt,
        Instant updatedAt,
        Instant completedAt,
        int attempts,
        JsonNode request,
        Result result,
        Problem error,
        UUID duplicateOf,
        List<Step> steps,
        List<Transition> transitions,
        Instant expiresAt) {

    /** What an operation that succeeded did to the books. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(UUID transactionId, Long sequence, List<Balance> balances) {}

    /** An account's balance right after the operation. */
    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Balance(String accountId, String currency, Amount balanceAfter) {}

    /**
     * One step of an operation that has several.
     *
     * @param ledgerId where it was taken
     * @param status {@code succeeded} or {@code failed}
     * @param at when the operation's own ledger knew of it
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(String name, String ledgerId, String status, Instant at) {}

    @Serdeable(naming = SnakeCaseStrategy.class)
    public record Transition(OperationStatus status, Instant at) {}

    /** Accepted and on its way: the first version of every operation. */
    public static Operation pending(
            UUID id, String ledgerId, String idempotencyKey, Command command, JsonNode request, Instant at) {
        return new Operation(
                id,
                ledgerId,
                command.kind(),
                OperationStatus.PENDING,
                null,
                false,
                1,
                idempotencyKey,
                command.referenceId(),
                at,
                at,
                null,
                0,
                request,
                null,
                null,
                null,
                List.of(),
                List.of(new Transition(OperationStatus.PENDING, at)),
                null);
    }

    public Operation withDetail(String detail) {
        return with(detail, version, updatedAt, attempts, steps);
    }

    public Operation withSteps(List<Step> steps) {
        return with(detail, version, updatedAt, attempts, steps);
    }

    /**
     * The same operation in another state: mostly with its outcome.
     *
     * @param retention how long it is remembered once nothing can come any more
     */
    public Operation decided(
            OperationStatus outcome,
            int version,
            int attempts,
            Result result,
            Problem error,
            UUID duplicateOf,
            Instant at,
            Duration retention) {
        return new Operation(
                operationId,
                ledgerId,
                kind,
                outcome,
                null,
                outcome.isDone(),
                version,
                idempotencyKey,
                referenceId,
                createdAt,
                at,
                outcome.isFinal() ? at : null,
                attempts,
                request,
                result,
                error,
                duplicateOf,
                steps,
                outcome == status
                        ? transitions
                        : Stream.concat(transitions.stream(), Stream.of(new Transition(outcome, at)))
                                .toList(),
                outcome.isFinal() ? at.plus(retention) : null);
    }

    /** The same operation, where it was, after it was taken from the queue once more. */
    public Operation attempted(int version, int attempts, Instant at) {
        return with(detail, version, at, attempts, steps);
    }

    private Operation with(String detail, int version, Instant updatedAt, int attempts, List<Step> steps) {
        return new Operation(
                operationId,
                ledgerId,
                kind,
                status,
                detail,
                done,
                version,
                idempotencyKey,
                referenceId,
                createdAt,
                updatedAt,
                completedAt,
                attempts,
                request,
                result,
                error,
                duplicateOf,
                steps,
                transitions,
                expiresAt);
    }
}
