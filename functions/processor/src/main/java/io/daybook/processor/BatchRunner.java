package io.daybook.processor;

import io.daybook.contract.Codec;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs a batch of the queue: ledger by ledger, each in order, and none held up by another.
 *
 * <p>What fails is tried again one message at a time, so that one bad message cannot take the good ones ahead of it
 * along; those behind it wait for it, since their order is a promise.
 */
@Singleton
final class BatchRunner {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

    private final Bookkeeper bookkeeper;
    private final Codec codec;

    BatchRunner(Bookkeeper bookkeeper, Codec codec) {
        this.bookkeeper = bookkeeper;
        this.codec = codec;
    }

    /** @return the ids of the messages that have to be delivered again */
    List<String> run(List<Delivery> batch) {
        var groups = new LinkedHashMap<String, List<Delivery>>();
        batch.forEach(delivery -> groups.computeIfAbsent(delivery.group(), ignored -> new ArrayList<>())
                .add(delivery));
        var failed = new ArrayList<String>();
        groups.values().forEach(group -> failed.addAll(runGroup(group)));
        return failed;
    }

    private List<String> runGroup(List<Delivery> group) {
        if (group.size() > 1 && apply(group)) {
            return List.of();
        }
        for (var i = 0; i < group.size(); i++) {
            if (!apply(List.of(group.get(i)))) {
                return group.subList(i, group.size()).stream()
                        .map(Delivery::messageId)
                        .toList();
            }
        }
        return List.of();
    }

    private boolean apply(List<Delivery> deliveries) {
        try {
            var work = deliveries.stream().map(this::decode).toList();
            nameInLogs(work);
            bookkeeper.apply(work);
            return true;
        } catch (RuntimeException e) {
            LOG.warn(
                    "{} message(s) of {} from {} on were not applied",
                    deliveries.size(),
                    deliveries.getFirst().group(),
                    deliveries.getFirst().messageId(),
                    e);
            return false;
        } finally {
            MDC.remove("ledger_id");
            MDC.remove("operation_id");
        }
    }

    private static void nameInLogs(List<Work> work) {
        MDC.put("ledger_id", work.getFirst().message().ledgerId());
        if (work.size() == 1 && work.getFirst().message().operations().size() == 1) {
            MDC.put(
                    "operation_id",
                    work.getFirst()
                            .message()
                            .operations()
                            .getFirst()
                            .operationId()
                            .toString());
        }
    }

    private Work decode(Delivery delivery) {
        var message = codec.decode(delivery.body());
        if (!message.group().equals(delivery.group())) {
            throw new IllegalArgumentException(
                    "a message for %s in the group %s".formatted(message.group(), delivery.group()));
        }
        return new Work(message, delivery.attempt());
    }
}
