package io.daybook.contract;

import io.micronaut.json.JsonMapper;
import io.micronaut.json.tree.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Turns the contract's values into bytes and back. */
public final class Codec {
    private static final int COMPRESS_FROM_BYTES = 4_096;
    private static final int DECOMPRESSED_BYTES_MAX = 16 * 1_048_576;
    private static final int STEP_BALANCES_MAX = 10;
    private static final Pattern SUM = Pattern.compile("-?[0-9]{1,60}(\\.[0-9]{1,18})?");

    private final JsonMapper json;

    public Codec(JsonMapper json) {
        this.json = json;
    }

    /** The command in the form that is stored and compared: its fields in a fixed order, without white space. */
    public byte[] canonical(Command command) {
        return write(command);
    }

    public JsonNode tree(Command command) {
        try {
            return json.writeValueToTree(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What tells whether two requests with one key are the same: SHA-256 of kind and canonical form. */
    public static byte[] fingerprint(Kind kind, byte[] canonical) {
        var digest = sha256();
        digest.update((kind + "\n").getBytes(StandardCharsets.UTF_8));
        return digest.digest(canonical);
    }

    public static MessageDigest sha256() {
        return digest("SHA-256");
    }

    /** @param algorithm one that every Java platform has */
    public static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The body of the SQS message: JSON, or from 4 KiB on gzip in Base64. */
    public String encode(QueueMessage message) {
        var bytes = write(message);
        if (bytes.length < COMPRESS_FROM_BYTES) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        var compressed = new ByteArrayOutputStream(bytes.length / 4);
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(compressed.toByteArray());
    }

    /**
     * @throws MalformedBody if it is no message at all
     * @throws InvalidBody if it is not one of a version that is known
     */
    public QueueMessage decode(String body) {
        return Fields.read(
                body.startsWith("{") ? body.getBytes(StandardCharsets.UTF_8) : decompress(body), Codec::message);
    }

    /** The command that {@link #canonical} wrote. */
    public static Command command(Kind kind, byte[] canonical) {
        return Fields.read(canonical, in -> CommandReader.read(kind, in));
    }

    public byte[] write(Object value) {
        try {
            return json.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public <T> T read(byte[] bytes, Class<T> type) {
        try {
            return json.readValue(bytes, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static QueueMessage message(Fields in) {
        var version = in.integer("version", QueueMessage.VERSION, QueueMessage.VERSION);
        var tenant = in.text("tenant", Identifiers::isTenant, "is not a tenant");
        var ledgerId = in.ledgerId("ledger_id");
        var caller = in.text("caller", Identifiers::isSubject, "is nobody");
        var acceptedAt = in.time("accepted_at");
        var atomic = in.flag("atomic", false);
        var operations = in.list("operations", 1, 10_000, Codec::item);
        var traceparent = in.optional(
                "traceparent",
                () -> in.text("traceparent", text -> Trace.parse(text).isPresent(), "must be a traceparent"));
        return in.build(() -> new QueueMessage(
                version, tenant, ledgerId, caller, acceptedAt, atomic, List.copyOf(operations), traceparent));
    }

    private static QueueMessage.Item item(Fields in) {
        var operationId = in.daybookId("operation_id");
        var key = in.text("idempotency_key", Fields::isPrintable, "must be printable");
        var kind = in.choice("kind", true, List.of(Kind.values())).orElse(null);
        var request = in.object("request");
        var command = kind == null ? null : CommandReader.read(kind, request);
        var step = in.optional("step", () -> step(in.object("step")));
        if (step != null && !(command instanceof Command.Crossing)) {
            in.error("step", "is nothing that a " + kind + " has");
        }
        return in.build(() -> new QueueMessage.Item(operationId, key, kind, command, step));
    }

    private static QueueMessage.Step step(Fields in) {
        var name = in.choice("name", true, List.of(StepName.values()));
        var homeLedgerId = in.ledgerId("home_ledger_id");
        var problem = in.optional("problem", () -> problem(in.object("problem")));
        var balances = in.optional("balances", () -> in.list("balances", 1, STEP_BALANCES_MAX, Codec::balance));
        return in.build(() -> new QueueMessage.Step(name.orElseThrow(), homeLedgerId, problem, balances));
    }

    /** Only what is not in the code's own words has to be read; the rest is asked for, and made anew. */
    private static Problem problem(Fields in) {
        Stream.of("type", "title").forEach(name -> in.text(name, Fields::isPrintable, "must be printable"));
        in.integer("status", 400, 599);
        var code = in.choice("code", true, List.of(ProblemCode.values()));
        var detail = in.text("detail", Fields::isPrintable, "must be printable");
        return in.build(() -> Problem.of(code.orElseThrow(), detail));
    }

    private static Operation.Balance balance(Fields in) {
        var account = in.accountId("account_id");
        var currency = in.currency("currency");
        var amount = in.text("balance_after", SUM.asMatchPredicate(), "must be a decimal string");
        return in.build(() -> new Operation.Balance(account, currency, Amount.written(amount)));
    }

    private static byte[] decompress(String body) {
        try (var gzip =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(body)))) {
            var bytes = gzip.readNBytes(DECOMPRESSED_BYTES_MAX + 1);
            if (bytes.length > DECOMPRESSED_BYTES_MAX) {
                throw new MalformedBody("the message is too long");
            }
            return bytes;
        } catch (IOException | IllegalArgumentException e) {
            throw new MalformedBody("neither JSON nor gzip in Base64");
        }
    }
}
