package io.daybook.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * The digests by which clients of SQS check that their message arrived whole.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation">calculating
 *     the MD5 message digest for message attributes</a>
 */
final class SqsMd5 {
    private static final byte STRING = 1;
    private static final byte BINARY = 2;

    private SqsMd5() {}

    static String of(String body) {
        return HexFormat.of().formatHex(md5().digest(bytes(body)));
    }

    /** @param attributes as a request has them */
    static String of(ObjectNode attributes) {
        var md5 = md5();
        var sorted = new TreeMap<String, ObjectNode>();
        attributes.properties().forEach(named -> sorted.put(named.getKey(), (ObjectNode) named.getValue()));
        sorted.forEach((name, attribute) -> {
            var binary = attribute.path("BinaryValue").textValue();
            update(md5, bytes(name));
            update(md5, bytes(attribute.path("DataType").asText()));
            md5.update(binary == null ? STRING : BINARY);
            update(
                    md5,
                    binary == null
                            ? bytes(attribute.path("StringValue").asText())
                            : Base64.getDecoder().decode(binary));
        });
        return HexFormat.of().formatHex(md5.digest());
    }

    private static void update(MessageDigest md5, byte[] value) {
        md5.update(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).flip());
        md5.update(value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
