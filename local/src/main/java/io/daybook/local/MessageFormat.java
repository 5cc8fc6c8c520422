package io.daybook.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.elasticmq.BinaryMessageAttribute;
import org.elasticmq.DeduplicationId;
import org.elasticmq.MessageAttribute;
import org.elasticmq.MessageContent;
import org.elasticmq.NeverReceived$;
import org.elasticmq.NumberMessageAttribute;
import org.elasticmq.OnDateTimeReceived;
import org.elasticmq.Received;
import org.elasticmq.StringMessageAttribute;
import org.elasticmq.TracingId;
import org.elasticmq.actor.queue.InternalMessage;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** A FIFO message of the queue as bytes: what it is and where it stands in the order, and apart from that its deliveries. */
final class MessageFormat {

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static final long NEVER = Long.MIN_VALUE;

    private MessageFormat() {}

    static byte[] message(InternalMessage message) {
        return bytes(out -> {
            text(out, message.content().value());
            // The order in the queue is that of this time, to the nanosecond, then of the place in the sender's batch.
            out.writeLong(message.created().toEpochSecond());
            out.writeInt(message.created().getNano());
            out.writeInt(message.orderIndex());
            optional(out, message.messageGroupId());
            optional(out, message.messageDeduplicationId().map(DeduplicationId::id));
            optional(out, message.tracingId().map(TracingId::id));
            optional(out, message.sequenceNumber());
            optional(out, message.deadLetterSourceQueueName());
            var attributes = CollectionConverters.asJava(message.messageAttributes());
            out.writeInt(attributes.size());
            for (var attribute : attributes.entrySet()) {
                text(out, attribute.getKey());
                attribute(out, attribute.getValue());
            }
        });
    }

    static byte[] deliveries(InternalMessage message) {
        return bytes(out -> {
            out.writeLong(message.nextDelivery());
            out.writeInt(message.receiveCount());
            out.writeLong(
                    message.firstReceive() instanceof OnDateTimeReceived first
                            ? first.when().toInstant().toEpochMilli()
                            : NEVER);
            // Only the newest receipt counts, as in SQS.
            optional(out, message.deliveryReceipts().lastOption().filter(Objects::nonNull));
        });
    }

    /** @param visible whether to deliver it at once, even though its visibility timeout has not run out */
    static InternalMessage restored(Journal.Held held, boolean visible) {
        try (var in = new DataInputStream(new ByteArrayInputStream(held.message()));
                var deliveries = new DataInputStream(new ByteArrayInputStream(held.deliveries()))) {
            var content = new MessageContent(text(in));
            var created = OffsetDateTime.ofInstant(Instant.ofEpochSecond(in.readLong(), in.readInt()), ZoneOffset.UTC);
            var orderIndex = in.readInt();
            var group = optional(in);
            var deduplication = optional(in).map(DeduplicationId::new);
            var tracing = optional(in).map(TracingId::new);
            var sequenceNumber = optional(in);
            var deadLetterSource = optional(in);
            var attributes = new LinkedHashMap<String, MessageAttribute>();
            for (var left = in.readInt(); left > 0; left--) {
                attributes.put(text(in), attribute(in));
            }
            var nextDelivery = deliveries.readLong();
            var receiveCount = deliveries.readInt();
            var firstReceive = deliveries.readLong();
            List<String> receipts = new ArrayList<>(
                    CollectionConverters.asJava(optional(deliveries).toList()));
            return new InternalMessage(
                    held.messageId(),
                    CollectionConverters.asScala(receipts),
                    visible ? 0 : nextDelivery,
                    content,
                    scala.collection.immutable.Map.from(CollectionConverters.asScala(attributes)),
                    created,
                    orderIndex,
                    received(firstReceive),
                    receiveCount,
                    true,
                    group,
                    deduplication,
                    tracing,
                    sequenceNumber,
                    deadLetterSource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Received received(long epochMillis) {
        return epochMillis == NEVER
                ? NeverReceived$.MODULE$
                : new OnDateTimeReceived(OffsetDateTime.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC));
    }

    private static void attribute(DataOutputStream out, MessageAttribute attribute) throws IOException {
        switch (attribute) {
            case StringMessageAttribute string -> {
                out.writeByte('S');
                text(out, string.stringValue());
            }
            case NumberMessageAttribute number -> {
                out.writeByte('N');
                text(out, number.stringValue());
            }
            case BinaryMessageAttribute binary -> {
                out.writeByte('B');
                text(out, binary.asBase64());
            }
            default -> throw new IOException("a message attribute of no known type: " + attribute.getDataType());
        }
        optional(out, attribute.customType());
    }

    private static MessageAttribute attribute(DataInputStream in) throws IOException {
        var type = (char) in.readByte();
        var value = text(in);
        var customType = optional(in);
        return switch (type) {
            case 'S' -> new StringMessageAttribute(value, customType);
            case 'N' -> new NumberMessageAttribute(value, customType);
            case 'B' -> BinaryMessageAttribute.fromBase64(value, customType);
            default -> throw new IOException("a message attribute of no known type: " + type);
        };
    }

    private static byte[] bytes(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    // DataOutput.writeUTF ends at 64 KiB.
    private static void text(DataOutputStream out, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private static void optional(DataOutputStream out, Option<String> text) throws IOException {
        out.writeBoolean(text.isDefined());
        if (text.isDefined()) {
            text(out, text.get());
        }
    }

    private static Option<String> optional(DataInputStream in) throws IOException {
        return in.readBoolean() ? Option.apply(text(in)) : Option.empty();
    }
}
