package io.daybook.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the queue holds, as a file that is only ever added to. A change that was written outlives the process, one that
 * was {@linkplain #force() forced} outlives the machine. What is cut off at the file's end by a crash is left out when it
 * is opened again; what is no longer held is left out when the file is rewritten.
 *
 * <p>Changes are made by one thread at a time; any thread may force them.
 */
final class Journal implements AutoCloseable {

    /** A message as it was added, and its deliveries as they stand. */
    record Held(String queue, String messageId, byte[] message, byte[] deliveries) {

        private long size() {
            return (long) message.length + deliveries.length;
        }
    }

    private record Key(String queue, String messageId) {}

    private enum Change {
        ADDED,
        DELIVERED,
        REMOVED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int HEADER_BYTES = Integer.BYTES + Integer.BYTES;
    private static final long REWRITE_BYTES_MIN = 64L << 20;

    private final Path file;
    private final Map<Key, Held> held = new LinkedHashMap<>();
    private final Object forcing = new Object();

    private long heldBytes;
    private long length;
    private FileChannel channel;
    private volatile long changes;
    private long forcedChanges;

    private Journal(Path file) {
        this.file = file;
    }

    static Journal open(Path file) throws IOException {
        var journal = new Journal(file);
        Files.createDirectories(file.getParent());
        if (Files.exists(file)) {
            journal.read();
        }
        journal.rewrite();
        return journal;
    }

    /** What is held, in the order in which it was added. */
    List<Held> held() {
        return List.copyOf(held.values());
    }

    void added(String queue, String messageId, byte[] message, byte[] deliveries) throws IOException {
        var addition = new Held(queue, messageId, message, deliveries);
        append(Change.ADDED, addition);
        apply(Change.ADDED, addition);
    }

    void delivered(String queue, String messageId, byte[] deliveries) throws IOException {
        var delivery = new Held(queue, messageId, new byte[0], deliveries);
        append(Change.DELIVERED, delivery);
        apply(Change.DELIVERED, delivery);
    }

    void removed(String queue, String messageId) throws IOException {
        var removal = new Held(queue, messageId, new byte[0], new byte[0]);
        append(Change.REMOVED, removal);
        apply(Change.REMOVED, removal);
        if (length > REWRITE_BYTES_MIN && length > 4 * heldBytes) {
            try {
                rewrite();
            } catch (IOException e) {
                // It is removed all the same, and the next removal tries again.
                LOG.warn("The journal {} stays as long as it is: {}", file, e.toString());
            }
        }
    }

    /** Waits until all that was written before is on the disk; those who wait at the same time share one wait. */
    void force() throws IOException {
        var mine = changes;
        synchronized (forcing) {
            if (forcedChanges < mine) {
                var all = changes;
                channel.force(false);
                forcedChanges = all;
            }
        }
    }

    private void apply(Change change, Held what) {
        var key = new Key(what.queue(), what.messageId());
        switch (change) {
            case ADDED -> hold(key, what);
            case DELIVERED ->
                hold(key, new Held(what.queue(), what.messageId(), held.get(key).message(), what.deliveries()));
            case REMOVED -> heldBytes -= held.remove(key).size();
        }
    }

    private void hold(Key key, Held what) {
        var before = held.put(key, what);
        heldBytes += what.size() - (before == null ? 0 : before.size());
    }

    private void append(Change change, Held what) throws IOException {
        length += write(channel, length, change, what);
        changes++;
    }

    private static long write(FileChannel channel, long position, Change change, Held what) throws IOException {
        var record = encode(change, what);
        var at = position;
        try {
            while (record.hasRemaining()) {
                at += channel.write(record, at);
            }
            return at - position;
        } catch (IOException e) {
            // Half a record would hide all that is written after it.
            channel.truncate(position);
            throw e;
        }
    }

    private static ByteBuffer encode(Change change, Held what) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(change.ordinal());
            out.writeUTF(what.queue());
            out.writeUTF(what.messageId());
            out.writeInt(what.message().length);
            out.write(what.message());
            out.writeInt(what.deliveries().length);
            out.write(what.deliveries());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var payload = bytes.toByteArray();
        return ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .putInt(payload.length)
                .putInt(checksum(payload))
                .put(payload)
                .flip();
    }

    private static int checksum(byte[] payload) {
        var crc = new CRC32();
        crc.update(payload);
        return (int) crc.getValue();
    }

    private void read() throws IOException {
        var left = Files.size(file);
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (left >= HEADER_BYTES) {
                var size = in.readInt();
                var checksum = in.readInt();
                left -= HEADER_BYTES + (long) size;
                // Not even a record of nothing: after a power cut the end of a file may be all zeros.
                if (size <= 0 || left < 0) {
                    return;
                }
                var payload = in.readNBytes(size);
                if (checksum(payload) != checksum) {
                    return;
                }
                replay(payload);
            }
        }
    }

    private void replay(byte[] payload) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(payload))) {
            var change = Change.values()[in.readByte()];
            var queue = in.readUTF();
            var messageId = in.readUTF();
            var message = in.readNBytes(in.readInt());
            apply(change, new Held(queue, messageId, message, in.readNBytes(in.readInt())));
        }
    }

    private void rewrite() throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".draft");
        var next = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            long written = 0;
            for (var what : held.values()) {
                written += write(next, written, Change.ADDED, what);
            }
            next.force(true);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder();
            length = written;
        } catch (IOException e) {
            next.close();
            throw e;
        }
        synchronized (forcing) {
            var before = channel;
            channel = next;
            forcedChanges = changes;
            if (before != null) {
                before.close();
            }
        }
    }

    // The new name is on the disk only when its folder is.
    private void forceFolder() {
        try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            // Windows has no such thing.
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (forcing) {
            channel.force(false);
            channel.close();
        }
    }
}
