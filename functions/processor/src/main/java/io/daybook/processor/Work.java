package io.daybook.processor;

import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import java.util.List;
import java.util.Optional;

/**
 * A message to apply.
 *
 * @param attempt how often it has been delivered, this time included
 * @param poison why it is not to be applied but to be put among the dead letters
 */
record Work(QueueMessage message, int attempt, Optional<Cause> poison, Origin origin) {

    /** Where it comes from: that says what becomes of it while its ledger stands still. */
    enum Origin {
        /** the queue: it is parked */
        QUEUE,
        /** a client that waits for the outcome: it is refused */
        REQUEST,
        /** those that were parked: its turn has come */
        PARKED
    }

    Work(QueueMessage message, int attempt) {
        this(message, attempt, Optional.empty(), Origin.QUEUE);
    }

    /** The same with some of its operations only. */
    Work with(List<QueueMessage.Item> some) {
        return new Work(message.with(some), attempt, poison, origin);
    }

    /** The same, not to be applied. */
    Work poisoned(Cause cause) {
        return new Work(message, attempt, Optional.of(cause), origin);
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
