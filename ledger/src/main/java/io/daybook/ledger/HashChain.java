package io.daybook.ledger;

import io.daybook.contract.Codec;
import io.daybook.contract.Kind;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Chains a ledger's transactions: each one's hash is {@code SHA-256(hash ahead of it, canonical bytes)}, so that
 * nothing can be changed, taken out or put in without breaking every hash behind it.
 */
public final class HashChain {
    private static final byte[] GENESIS = new byte[32];

    private HashChain() {}

    /** The hash ahead of a ledger's first transaction: 32 zero bytes. */
    public static byte[] genesis() {
        return GENESIS.clone();
    }

    /** The canonical bytes hold every text behind its length, so that no two transactions share them. */
    public static byte[] hash(
            byte[] previous,
            UUID id,
            long sequence,
            UUID operationId,
            Kind kind,
            Instant at,
            String caller,
            byte[] fingerprint,
            List<Transaction.Entry> entries) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new DataOutputStream(bytes)) {
            out.write(previous);
            write(id, out);
            out.writeLong(sequence);
            write(operationId, out);
            write(kind.toString(), out);
            out.writeLong(at.getEpochSecond());
            out.writeInt(at.getNano());
            write(caller, out);
            out.write(fingerprint);
            out.writeInt(entries.size());
            for (var entry : entries) {
                write(entry.accountId(), out);
                write(entry.currency(), out);
                write(entry.amount().toString(), out);
                write(entry.balanceAfter().toString(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array cannot fail
        }
        return Codec.sha256().digest(bytes.toByteArray());
    }

    /** Whether the transaction's hash is what it should be behind that of the transaction ahead of it. */
    public static byte[] hash(byte[] previous, Transaction transaction) {
        return hash(
                previous,
                transaction.id(),
                transaction.sequence(),
                transaction.operationId(),
                transaction.kind(),
                transaction.at(),
                transaction.caller(),
                transaction.fingerprint(),
                transaction.entries());
    }

    private static void write(UUID id, DataOutputStream out) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    private static void write(String text, DataOutputStream out) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
