package io.daybook.contract;

import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Which trace something belongs to, and which of the trace's spans has asked for it.
 *
 * @param id 32 hexadecimal digits
 * @param parentId 16
 * @param flags 2: {@code 01} if the trace is recorded
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C, trace context</a>
 */
public record Trace(String id, String parentId, String flags) {
    public static final int BYTES = 25;

    private static final Pattern TRACEPARENT =
            Pattern.compile("(?<version>(?!ff)[0-9a-f]{2})-(?<id>(?!0{32})[0-9a-f]{32})"
                    + "-(?<parent>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?");
    private static final Pattern ROOT = Pattern.compile("(?:^|;)\\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?=;|$)");
    private static final Pattern PARENT = Pattern.compile("(?:^|;)\\s*Parent=((?!0{16})[0-9a-f]{16})(?=;|$)");
    private static final Pattern SAMPLED = Pattern.compile("(?:^|;)\\s*Sampled=1(?=;|$)");
    private static final String NOT_RECORDED = "00";
    private static final String RECORDED = "01";

    /** Of the header {@code traceparent}; nothing if it is not valid, as if there were none. */
    public static Optional<Trace> parse(String traceparent) {
        var parts = TRACEPARENT.matcher(traceparent);
        return parts.matches()
                        && (parts.group("more") == null
                                || !parts.group("version").equals("00"))
                ? Optional.of(new Trace(parts.group("id"), parts.group("parent"), parts.group("flags")))
                : Optional.empty();
    }

    /**
     * Of AWS X-Ray's header; nothing if it names no trace.
     *
     * @see <a href="https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader">its
     *     tracing header</a>
     */
    public static Optional<Trace> ofXRay(String header) {
        var root = ROOT.matcher(header);
        if (!root.find()) {
            return Optional.empty();
        }
        var id = root.group(1) + root.group(2);
        var parent = PARENT.matcher(header);
        return parse("00-%s-%s-%s"
                .formatted(
                        id,
                        parent.find() ? parent.group(1) : id.substring(16), // the gateway names none
                        SAMPLED.matcher(header).find() ? RECORDED : NOT_RECORDED));
    }

    /**
     * The one that an operation belongs to.
     *
     * @param traceparent as its client named it; {@code null} if it named none
     */
    public static Trace of(String traceparent, UUID operationId) {
        return Optional.ofNullable(traceparent).flatMap(Trace::parse).orElseGet(() -> of(operationId));
    }

    /** The one of its own of an operation that came with none: the same whenever it is asked, so that nobody keeps it. */
    public static Trace of(UUID operationId) {
        var hex = HexFormat.of();
        var parent = hex.toHexDigits(operationId.getLeastSignificantBits());
        return new Trace(hex.toHexDigits(operationId.getMostSignificantBits()) + parent, parent, NOT_RECORDED);
    }

    public static Trace ofBytes(byte[] bytes) {
        var hex = HexFormat.of();
        return new Trace(hex.formatHex(bytes, 0, 16), hex.formatHex(bytes, 16, 24), hex.formatHex(bytes, 24, BYTES));
    }

    public byte[] bytes() {
        return HexFormat.of().parseHex(id + parentId + flags);
    }

    /** As the header {@code traceparent} has it. */
    @Override
    public String toString() {
        return "00-" + id + "-" + parentId + "-" + flags;
    }
}
