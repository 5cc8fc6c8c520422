package io.daybook.local.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** A file of operations, JSON Lines or CSV by its extension. */
record LineFile(Path path, Optional<String> defaultLedger) {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /**
     * What one reading of a file tells before it is sent.
     *
     * @param hash of its bytes, the first 16 hexadecimal digits of their SHA-256
     * @param lines how many it has, blank ones too, but not the header of a CSV file
     */
    record Measure(String hash, long lines) {
        /** The key of a line that has none: the same for the same file, however often it is sent. */
        String keyOf(long line) {
            return "file-" + hash + "-" + line;
        }
    }

    Measure measure() {
        try (var in = new DigestInputStream(new BufferedInputStream(Files.newInputStream(path)), sha256())) {
            var buffer = new byte[1 << 16];
            var lines = 0L;
            var last = (byte) '\n';
            for (var length = in.read(buffer); length > 0; length = in.read(buffer)) {
                for (var i = 0; i < length; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                last = buffer[length - 1];
            }
            var hash = HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
            var all = last == '\n' ? lines : lines + 1;
            return new Measure(hash, isCsv() ? Math.max(0, all - 1) : all);
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    /** Gives every line that is not blank to {@code goOn}, in order, until that answers no. */
    void read(Predicate<Line> goOn) {
        try (var in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            skipByteOrderMark(in);
            if (isCsv()) {
                CsvLines.read(in, defaultLedger, goOn);
            } else {
                readJsonLines(in, goOn);
            }
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    private boolean isCsv() {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    }

    private static void skipByteOrderMark(InputStream in) throws IOException {
        in.mark(BYTE_ORDER_MARK.length);
        if (!Arrays.equals(in.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
            in.reset();
        }
    }

    private void readJsonLines(InputStream in, Predicate<Line> goOn) throws IOException {
        var number = 0L;
        for (var bytes = nextLine(in); bytes.isPresent(); bytes = nextLine(in)) {
            number++;
            Line line;
            try {
                var text = text(bytes.get());
                if (text.isBlank()) {
                    continue;
                }
                line = Line.parse(number, text, defaultLedger);
            } catch (CharacterCodingException notUtf8) {
                line = new Line.Unreadable(number, Line.NOT_UTF8);
            }
            if (!goOn.test(line)) {
                return;
            }
        }
    }

    /** Bytes, and not a reader's characters, so that one line that is not UTF-8 spoils no other. */
    private static Optional<byte[]> nextLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(256);
        var next = in.read();
        if (next < 0) {
            return Optional.empty();
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            next = in.read();
        }
        return Optional.of(line.toByteArray());
    }

    private static String text(byte[] line) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    }

    private EnvironmentException unreadable(IOException cause) {
        var reason = switch (cause) {
            case java.nio.file.NoSuchFileException missing -> "there is no such file";
            case java.nio.file.AccessDeniedException denied -> "access denied";
            default -> cause.getMessage();
        };
        return new EnvironmentException("cannot read " + path + ": " + reason, cause);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-256", absent);
        }
    }
}
