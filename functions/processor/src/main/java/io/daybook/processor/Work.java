package io.daybook.processor;

import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import java.util.List;
import java.util.Optional;

/**
 * A message to apply.
 *
 * @param attempt how often it has been delivered, this time included
 * @param poison why it is not to be applied but to be parked among the dead letters
 */
record Work(QueueMessage message, int attempt, Optional<Cause> poison) {
    Work(QueueMessage message, int attempt) {
        this(message, attempt, Optional.empty());
    }

    /** Where it is applied. An operation is dead in its own ledger, whichever ledger could not take its step. */
    String ledgerId() {
        var step = message.operations().getFirst().step();
        return poison.isPresent() && step != null ? step.homeLedgerId() : message.ledgerId();
    }

    /** Whether it only asks again for a step that another ledger may never have heard of. */
    boolean isReminder() {
        var step = message.operations().getFirst().step();
        return step != null && step.name() == StepName.HOLD;
    }

    /** The message whose operations are redriven or discarded together with one of its operations. */
    QueueMessage letter(QueueMessage.Item item) {
        return message.atomic() ? message : message.with(List.of(item));
    }
}
