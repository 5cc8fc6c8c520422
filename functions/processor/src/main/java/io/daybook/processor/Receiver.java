package io.daybook.processor;

import io.daybook.store.OutboxTable.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where entries of the outbox go, in batches as SQS and SNS take them. */
interface Receiver {
    int ENTRIES_MAX = 10;
    int BYTES_MAX = 256 * 1024;

    /**
     * Sends entries in their order as far as it gets.
     *
     * @return how many arrived, from the first one on; whether others did too cannot be told
     */
    int send(List<Entry> entries);

    /** As many at a time as one call takes. */
    static List<List<Entry>> batches(List<Entry> entries) {
        var batches = new ArrayList<List<Entry>>();
        var batch = new ArrayList<Entry>();
        var bytes = 0;
        for (var entry : entries) {
            var length = entry.body().getBytes(StandardCharsets.UTF_8).length;
            if (batch.size() == ENTRIES_MAX || !batch.isEmpty() && bytes + length > BYTES_MAX) {
                batches.add(List.copyOf(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(entry);
            bytes += length;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }
}
