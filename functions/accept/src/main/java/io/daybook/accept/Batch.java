package io.daybook.accept;

import io.daybook.contract.Command;
import io.daybook.contract.CommandReader;
import io.daybook.contract.Fields;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Many operations of one ledger in one request, in order. */
record Batch(boolean atomic, List<Item> items) {

    record Item(String idempotencyKey, Command command) {}

    /** An item without a key of its own has the batch's, with its index behind it. */
    static Batch read(Fields in, String ledgerId, String key, int operationsMax) {
        var atomic = in.flag("atomic", false);
        var index = new AtomicInteger();
        var items = in.list("operations", 1, operationsMax, fields -> {
            var item = item(fields, key, key + "#" + index.getAndIncrement());
            if (atomic && item != null && item.command().leaves(ledgerId)) {
                fields.error("to_ledger_id", "must be this ledger in an atomic batch");
            }
            return item;
        });
        return in.build(() -> new Batch(atomic, items));
    }

    private static Item item(Fields in, String batchKey, String derivedKey) {
        var kind = in.choice("kind", true, List.of(Kind.values()));
        var ownKey = in.optional(
                "idempotency_key",
                () -> in.text(
                        "idempotency_key",
                        Identifiers::isIdempotencyKey,
                        "must have 1 to 255 printable ASCII characters"));
        if (batchKey.equals(ownKey)) {
            in.error("idempotency_key", "must not be the key of the whole batch");
        }
        return kind.map(k -> CommandReader.read(k, in))
                .map(command -> new Item(ownKey == null ? derivedKey : ownKey, command))
                .orElse(null);
    }
}
