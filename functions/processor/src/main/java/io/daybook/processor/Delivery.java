package io.daybook.processor;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;

/**
 * A message as the queue hands it over.
 *
 * @param attempt 1 for the first delivery
 */
record Delivery(String messageId, String receiptHandle, String group, int attempt, String body) {
    /** The same as if it had been delivered so often: what moves a message between queues may count anew. */
    Delivery atLeast(int attempts) {
        return new Delivery(messageId, receiptHandle, group, Math.max(attempt, attempts), body);
    }

    static Delivery of(SQSEvent.SQSMessage message) {
        var attributes = message.getAttributes();
        return new Delivery(
                message.getMessageId(),
                message.getReceiptHandle(),
                attributes.get("MessageGroupId"),
                Integer.parseInt(attributes.getOrDefault("ApproximateReceiveCount", "1")),
                message.getBody());
    }
}
