package io.daybook.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the chain of a ledger ended when its books were verified, as a line of a file that is kept elsewhere. A chain that
 * goes through it has not been changed up to there.
 */
record Head(String ledgerId, long sequence, String hash, String checkedAt) {

    static Head of(Audit audit) {
        return new Head(audit.ledgerId(), audit.lastSequence(), audit.head(), audit.checkedAt());
    }

    /** @throws EnvironmentException if there are none to be read */
    static List<Head> read(Path file) {
        var heads = new ArrayList<Head>();
        try {
            for (var line : Files.readAllLines(file)) {
                heads.add(of(Json.parse(line), file));
            }
        } catch (JsonProcessingException e) {
            throw new EnvironmentException(file + " is not what `daybook heads` prints: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new EnvironmentException("cannot read " + file + ": " + e);
        }
        return heads;
    }

    private static Head of(JsonNode json, Path file) {
        if (!json.path("ledger_id").isTextual()
                || !json.path("sequence").canConvertToExactIntegral()
                || !json.path("hash").isTextual()) {
            throw new EnvironmentException(file + " is not what `daybook heads` prints: " + json);
        }
        return new Head(
                json.path("ledger_id").asText(),
                json.path("sequence").asLong(),
                json.path("hash").asText(),
                json.path("checked_at").asText());
    }

    String line() {
        return Json.write(Json.object()
                .put("ledger_id", ledgerId)
                .put("sequence", sequence)
                .put("hash", hash)
                .put("checked_at", checkedAt));
    }

    /** Whether the chain of the ledger, as it is now, goes through it. */
    boolean isInChain(Client client) {
        return sequence == 0
                || client.transactionBehind(ledgerId, sequence - 1)
                        .filter(transaction -> transaction.getSequence() == sequence
                                && transaction.getHash().equals(hash))
                        .isPresent();
    }
}
