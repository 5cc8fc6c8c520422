package io.daybook.processor;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;

/**
 * A message as the queue hands it over.
 *
 * @param attempt 1 for the first delivery
 */
record Delivery(String messageId, String group, int attempt, String body) {
    static Delivery of(SQSEvent.SQSMessage message) {
        var attributes = message.getAttributes();
        return new Delivery(
                message.getMessageId(),
                attributes.get("MessageGroupId"),
                Integer.parseInt(attributes.getOrDefault("ApproximateReceiveCount", "1")),
                message.getBody());
    }
}
