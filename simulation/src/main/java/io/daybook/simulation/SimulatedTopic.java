package io.daybook.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.PublishBatchRequest;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;

/** A FIFO topic: keeps what arrives in the order of its group, the same deduplication id once. */
final class SimulatedTopic implements SnsClient {
    private final Map<String, List<String>> events = new HashMap<>();
    private final Set<String> seen = new HashSet<>();

    void clear() {
        events.clear();
        seen.clear();
    }

    /** The events of a group, in their order. */
    List<String> events(String group) {
        return events.getOrDefault(group, List.of());
    }

    @Override
    public PublishBatchResponse publishBatch(PublishBatchRequest request) {
        try {
            return Invocation.effect(
                    Effect.PUBLISH,
                    () -> {
                        for (var entry : request.publishBatchRequestEntries()) {
                            if (seen.add(entry.messageDeduplicationId())) {
                                events.computeIfAbsent(entry.messageGroupId(), ignored -> new ArrayList<>())
                                        .add(entry.message());
                            }
                        }
                        return PublishBatchResponse.builder().failed(List.of()).build();
                    },
                    SdkClientException.create("simulated"));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String serviceName() {
        return "sns";
    }

    @Override
    public void close() {}
}
