package io.daybook.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.daybook.local.FifoMessage.Delivery;
import java.io.IOException;

/** A message of a queue, and apart from it how it was handed out, as the journal keeps them: in JSON. */
final class MessageFormat {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private MessageFormat() {}

    static byte[] message(FifoMessage message) {
        return write(message);
    }

    static byte[] delivery(Delivery delivery) {
        return write(delivery);
    }

    /** @throws StackException if it was written by a version that kept messages in another way */
    static FifoMessage message(byte[] bytes) {
        return read(bytes, FifoMessage.class);
    }

    /** @throws StackException if it was written by a version that kept messages in another way */
    static Delivery delivery(byte[] bytes) {
        return read(bytes, Delivery.class);
    }

    private static byte[] write(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static <T> T read(byte[] bytes, Class<T> type) {
        try {
            return JSON.readValue(bytes, type);
        } catch (IOException e) {
            throw new StackException(
                    "The queue holds a message that this version cannot read. Have the version that wrote it apply it.",
                    e);
        }
    }
}
