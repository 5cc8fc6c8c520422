package io.daybook.ledger;

import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.Command;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Follow-up work on a ledger.
 *
 * @param id that of the operation that made it
 * @param version rises with every update that succeeds
 * @param operationId what it is about; {@code null} if it is not about an operation
 * @param exceptions what went wrong with it in processing: the last {@value #EXCEPTIONS_MAX}
 */
public record ActionItem(
        UUID id,
        ActionItemStatus status,
        int version,
        String title,
        String details,
        String assignee,
        Instant dueAt,
        UUID operationId,
        List<Fault> exceptions,
        Instant createdAt,
        Instant updatedAt) {
    public static final int EXCEPTIONS_MAX = 100;

    /** What became of an operation that should have made or changed the item. */
    public record Fault(Instant at, String code, String message, UUID operationId) {}

    static ActionItem open(UUID id, Command.ActionItem command, Instant now) {
        return new ActionItem(
                id,
                ActionItemStatus.OPEN,
                1,
                command.title(),
                command.details(),
                command.assignee(),
                command.dueAt(),
                command.operationId(),
                List.of(),
                now,
                now);
    }

    /** The item that an operation opens by itself, when it could not be processed for no fault of the client. */
    public static ActionItem about(UUID operationId, Problem problem, Instant now) {
        var title = "Operation %s: %s".formatted(operationId, problem.title());
        return open(operationId, new Command.ActionItem(title, null, null, null, operationId, null), now)
                .failed(operationId, problem, now);
    }

    /** The same item with one more exception, which is no update of it. */
    public ActionItem failed(UUID operationId, Problem problem, Instant now) {
        var fault = new Fault(now, problem.code(), problem.detail(), operationId);
        var all = Stream.concat(exceptions.stream(), Stream.of(fault)).toList();
        return new ActionItem(
                id,
                status,
                version,
                title,
                details,
                assignee,
                dueAt,
                this.operationId,
                all.subList(Math.max(0, all.size() - EXCEPTIONS_MAX), all.size()),
                createdAt,
                now);
    }

    ActionItem update(Command.ActionItemUpdate update, Instant now) {
        if (update.version() != null && update.version() != version) {
            throw Refusal.of(
                    ProblemCode.VERSION_CONFLICT, "The item has the version %d, not %d", version, update.version());
        }
        var wanted = or(update.status(), status);
        if (wanted != status && !status.next().contains(wanted)) {
            throw Refusal.of(ProblemCode.TRANSITION_FORBIDDEN, "An item that is %s cannot be %s", status, wanted);
        }
        return new ActionItem(
                id,
                wanted,
                version + 1,
                or(update.title(), title),
                or(update.details(), details),
                or(update.assignee(), assignee),
                or(update.dueAt(), dueAt),
                operationId,
                exceptions,
                createdAt,
                now);
    }

    private static <T> T or(T wanted, T before) {
        return wanted == null ? before : wanted;
    }
}
