package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One line of a file of operations, by its number in the file (from 1). */
sealed interface Line {
    /** What the API takes in {@code batches}. */
    Set<String> KINDS = Set.of("deposit", "withdrawal", "transfer", "exchange", "journal", "hold", "action_item");

    /** The reason why a line that is no text cannot be read. */
    String NOT_UTF8 = "not UTF-8";

    long number();

    record OpenLedger(long number, String ledgerId, ObjectNode body) implements Line {}

    record OpenAccount(long number, String ledgerId, ObjectNode body) implements Line {}

    /**
     * An operation as it is sent.
     *
     * @param body the fields of the request, without ledger, kind and key
     * @param expect what the line says that it will come to
     */
    record Operation(
            long number, String ledgerId, String kind, Optional<String> key, ObjectNode body, Optional<String> expect)
            implements Line {
        Operation withKey(String key) {
            return new Operation(number, ledgerId, kind, Optional.of(key), body, expect);
        }

        /** As it stands in a batch. */
        ObjectNode inBatch() {
            var item = Json.object().put("kind", kind);
            key.ifPresent(value -> item.put("idempotency_key", value));
            return item.setAll(body);
        }
    }

    /** A line that says nothing that could be sent. */
    record Unreadable(long number, String reason) implements Line {}

    /**
     * Reads a line of JSON Lines.
     *
     * @param defaultLedger the ledger of a line that names none
     */
    static Line parse(long number, String text, Optional<String> defaultLedger) {
        JsonNode json;
        try {
            json = Json.parse(text);
        } catch (JsonProcessingException notJson) {
            return new Unreadable(number, "not JSON: " + notJson.getOriginalMessage());
        }
        if (!(json instanceof ObjectNode fields)) {
            return new Unreadable(number, "not a JSON object");
        }
        if (fields.has("open")) {
            return open(number, fields, defaultLedger);
        }
        for (var field : List.of("ledger_id", "kind", "idempotency_key", "expect")) {
            if (fields.hasNonNull(field) && !fields.get(field).isTextual()) {
                return new Unreadable(number, field + " is not a string");
            }
        }
        return operation(
                number,
                Json.text(fields, "ledger_id").or(() -> defaultLedger),
                Json.text(fields, "kind"),
                Json.text(fields, "idempotency_key"),
                Json.text(fields, "expect"),
                fields.remove(List.of("ledger_id", "kind", "idempotency_key", "expect")));
    }

    static Line operation(
            long number,
            Optional<String> ledgerId,
            Optional<String> kind,
            Optional<String> key,
            Optional<String> expect,
            ObjectNode body) {
        if (ledgerId.isEmpty()) {
            return new Unreadable(number, "names no ledger_id, and no --ledger was given");
        }
        if (kind.isEmpty()) {
            return new Unreadable(number, "names no kind");
        }
        if (!KINDS.contains(kind.get())) {
            return new Unreadable(number, "unknown kind \"" + kind.get() + "\"");
        }
        return new Operation(number, ledgerId.get(), kind.get(), key, body, expect);
    }

    private static Line open(long number, ObjectNode fields, Optional<String> defaultLedger) {
        var what = fields.get("open").asText();
        var ledgerId = Json.text(fields, "ledger_id").or(() -> defaultLedger);
        if (ledgerId.isEmpty()) {
            return new Unreadable(number, "opens without a ledger_id");
        }
        return switch (what) {
            case "ledger" ->
                new OpenLedger(
                        number, ledgerId.get(), fields.remove(List.of("open")).put("ledger_id", ledgerId.get()));
            case "account" -> new OpenAccount(number, ledgerId.get(), fields.remove(List.of("open", "ledger_id")));
            default -> new Unreadable(number, "opens \"" + what + "\", which is neither a ledger nor an account");
        };
    }
}
