package io.daybook.local;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A message of a FIFO queue, as it was sent.
 *
 * @param attributes as its sender wrote them, in JSON
 * @param sequence where it stands among all messages of all groups
 * @param sentAt milliseconds since the epoch
 * @param deadLetterOf the ARN of the queue that gave it up; {@code null} where it was sent to
 */
record FifoMessage(
        String id,
        String group,
        String deduplicationId,
        String body,
        ObjectNode attributes,
        long sequence,
        long sentAt,
        String deadLetterOf) {

    /** The same as a dead letter. */
    FifoMessage givenUpBy(String arn) {
        return new FifoMessage(id, group, deduplicationId, body, attributes, sequence, sentAt, arn);
    }

    /**
     * How it was handed out the last time; times are milliseconds since the epoch.
     *
     * @param receives how often it was
     * @param hiddenUntil when it comes again, unless it is deleted
     * @param receipt what it is deleted by
     */
    record Delivery(int receives, long firstAt, long hiddenUntil, String receipt) {
        static final Delivery NONE = new Delivery(0, 0, 0, null);

        Delivery again(long now, long hiddenUntil, String receipt) {
            return new Delivery(receives + 1, receives == 0 ? now : firstAt, hiddenUntil, receipt);
        }

        Delivery hiddenUntil(long time) {
            return new Delivery(receives, firstAt, time, receipt);
        }
    }
}
