package io.daybook.processor;

import io.daybook.contract.Codec;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.StepName;
import io.daybook.store.OperationTable;
import java.time.Instant;
import java.util.List;

/** Has the ledger of an operation ask the other ledger once more for its step. */
final class Reminder {
    private Reminder() {}

    static QueueMessage of(OperationTable.Row row, Codec codec, Instant now) {
        var operation = row.operation();
        var item = new QueueMessage.Item(
                operation.operationId(),
                operation.idempotencyKey(),
                operation.kind(),
                Codec.command(operation.kind(), codec.write(operation.request())),
                new QueueMessage.Step(StepName.HOLD, operation.ledgerId(), null, null));
        return new QueueMessage(
                        QueueMessage.VERSION,
                        row.tenant(),
                        operation.ledgerId(),
                        row.caller(),
                        now,
                        false,
                        List.of(item))
                .traced(row.traceparent());
    }
}
