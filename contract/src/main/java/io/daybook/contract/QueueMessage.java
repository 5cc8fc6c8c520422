package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What intake puts on the queue: one operation, or a batch in order. Its message group is {@link #group()}, so a
 * ledger's messages are handed out strictly in order.
 *
 * @param atomic all operations are applied, or none
 * @param caller who asked: the {@code sub} of the token
 * @param traceparent the trace that the client asked in, as {@link Trace} writes it; {@code null} if it named none
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueueMessage(
        int version,
        String tenant,
        String ledgerId,
        String caller,
        Instant acceptedAt,
        boolean atomic,
        List<Item> operations,
        String traceparent) {
    public static final int VERSION = 1;

    public QueueMessage(
            int version,
            String tenant,
            String ledgerId,
            String caller,
            Instant acceptedAt,
            boolean atomic,
            List<Item> operations) {
        this(version, tenant, ledgerId, caller, acceptedAt, atomic, operations, null);
    }

    /**
     * One operation on its way to the ledger.
     *
     * @param step which of its steps this ledger is to take; {@code null} for the request itself
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Item(UUID operationId, String idempotencyKey, Kind kind, Command request, Step step) {
        public Item(UUID operationId, String idempotencyKey, Kind kind, Command request) {
            this(operationId, idempotencyKey, kind, request, null);
        }
    }

    /**
     * A step that one ledger asks of another; no client can.
     *
     * @param homeLedgerId the ledger of the operation, which hears how the step ended
     * @param problem why the credit was refused, in a {@code release}; why it is to be, in a {@code credit} of what has been
     *     given up
     * @param balances what the credit left behind; only in a {@code capture}
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Step(StepName name, String homeLedgerId, Problem problem, List<Operation.Balance> balances) {
        public Step {
            balances = balances == null ? List.of() : List.copyOf(balances);
        }
    }

    /** At most 128 characters, as SQS allows. */
    public String group() {
        return group(tenant, ledgerId);
    }

    public static String group(String tenant, String ledgerId) {
        return tenant + "~" + ledgerId;
    }

    /** The same with some of its operations only. */
    public QueueMessage with(List<Item> some) {
        return new QueueMessage(version, tenant, ledgerId, caller, acceptedAt, atomic, List.copyOf(some), traceparent);
    }

    /** The same as part of a trace. */
    public QueueMessage traced(String traceparent) {
        return new QueueMessage(version, tenant, ledgerId, caller, acceptedAt, atomic, operations, traceparent);
    }

    /** The trace of one of its operations. */
    public Trace traceOf(Item item) {
        return Trace.of(traceparent, item.operationId());
    }
}
