package io.daybook.ledger;

import io.daybook.contract.Codec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

    /**
     * The hash that the transaction should have behind that of the transaction ahead of it. The canonical bytes hold
     * every text behind its length, so that no two transactions share them.
     */
    public static byte[] hash(byte[] previous, Transaction transaction) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = new DataOutputStream(bytes)) {
            out.write(previous);
            write(transaction.id(), out);
            out.writeLong(transaction.sequence());
            write(transaction.operationId(), out);
            write(transaction.kind().toString(), out);
            out.writeLong(transaction.at().getEpochSecond());
            out.writeInt(transaction.at().getNano());
            write(transaction.caller(), out);
            out.write(transaction.fingerprint());
            out.writeInt(transaction.entries().size());
            for (var entry : transaction.entries()) {
                write(entry.accountId(), out);
                write(entry.currency(), out);
                write(entry.amount().toString(), out);
                write(entry.balanceAfter().toString(), out);
            }
            if (transaction.step() != null) { // behind all that there was before there were steps
                write(transaction.step().toString(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array cannot fail
        }
        return Codec.sha256().digest(bytes.toByteArray());
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
