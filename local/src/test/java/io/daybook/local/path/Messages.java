package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.money;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** Messages that a test sends as intake does, or has received. */
public final class Messages {
    private Messages() {}

    /** A message of one operation. */
    static String of(Ledger ledger, Map<String, Object> operation) {
        return Api.json(object(
                "version",
                1,
                "tenant",
                Daybook.TENANT,
                "ledger_id",
                ledger.id(),
                "caller",
                "local",
                "accepted_at",
                Instant.now().toString(),
                "atomic",
                false,
                "operations",
                List.of(operation)));
    }

    /** A message of a deposit of 1.00 EUR. */
    static String ofDeposit(Ledger ledger, UUID id, String key, String accountId) {
        return of(
                ledger,
                object(
                        "operation_id",
                        id.toString(),
                        "idempotency_key",
                        key,
                        "kind",
                        "deposit",
                        "request",
                        money(accountId, "1.00", "EUR")));
    }

    /** Takes them off their queue. */
    public static void delete(SqsClient client, String queueUrl, List<Message> messages) {
        if (messages.isEmpty()) {
            return; // a batch of none is refused
        }
        client.deleteMessageBatch(request -> request.queueUrl(queueUrl)
                .entries(messages.stream()
                        .map(message -> DeleteMessageBatchRequestEntry.builder()
                                .id(message.messageId())
                                .receiptHandle(message.receiptHandle())
                                .build())
                        .toList()));
    }
}
