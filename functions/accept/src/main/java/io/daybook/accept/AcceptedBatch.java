package io.daybook.accept;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.daybook.contract.OperationStatus;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** The body of the {@code 202 Accepted} of a batch; its items stand in the order of the request. */
@Serdeable(naming = SnakeCaseStrategy.class)
record AcceptedBatch(String message, List<Item> operations, Map<String, String> links) {

    @Serdeable(naming = SnakeCaseStrategy.class)
    record Item(int index, UUID operationId, @JsonUnwrapped Subject subject, OperationStatus status, boolean replayed) {
        static Item of(int index, Accepted accepted) {
            var operation = accepted.operation();
            return new Item(
                    index, operation.operationId(), Subject.of(operation), operation.status(), accepted.replayed());
        }
    }

    static AcceptedBatch of(String ledgerId, List<Accepted> accepted) {
        var items = IntStream.range(0, accepted.size())
                .mapToObj(i -> Item.of(i, accepted.get(i)))
                .toList();
        return new AcceptedBatch(
                "The batch was accepted and is being processed",
                items,
                Map.of("operations", "/v1/ledgers/%s/operations".formatted(ledgerId)));
    }
}
