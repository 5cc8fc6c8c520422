package io.daybook.processor;

import io.daybook.contract.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where events and messages go, in batches as SQS and SNS take them. */
interface Receiver {
    int ENTRIES_MAX = 10;

    /**
     * What is sent.
     *
     * @param id by which the receiver tells that it has it already
     * @param group within which the order is kept
     */
    record Message(String id, String group, String body) {}

    /**
     * Sends messages in their order as far as it gets.
     *
     * @return how many arrived, from the first one on; whether others did too cannot be told
     */
    int send(List<Message> messages);

    /** As many at a time as one call takes. */
    static List<List<Message>> batches(List<Message> messages) {
        var batches = new ArrayList<List<Message>>();
        var batch = new ArrayList<Message>();
        var bytes = 0;
        for (var message : messages) {
            var length = message.body().getBytes(StandardCharsets.UTF_8).length;
            if (batch.size() == ENTRIES_MAX || !batch.isEmpty() && bytes + length > Event.BYTES_MAX) {
                batches.add(List.copyOf(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(message);
            bytes += length;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }
}
