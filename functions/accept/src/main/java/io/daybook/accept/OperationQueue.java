package io.daybook.accept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.daybook.contract.Codec;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.QueueMessage;
import io.daybook.runtime.ProblemException;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** The FIFO queue: a message group for each ledger, so that its operations stay in order. */
@Singleton
final class OperationQueue {
    private static final Logger LOG = LoggerFactory.getLogger(OperationQueue.class);

    private final SqsClient sqs;
    private final Codec codec;
    private final String url;
    private final int messageBytesMax;

    OperationQueue(
            SqsClient sqs,
            Codec codec,
            @Value("${daybook.queue.url}") String url,
            @Value("${daybook.message.bytes-max}") int messageBytesMax) {
        this.sqs = sqs;
        this.codec = codec;
        this.url = url;
        this.messageBytesMax = messageBytesMax;
    }

    /** The message is certainly not on the queue. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient ProblemException problem;

        Refused(ProblemException problem) {
            super(problem.getMessage(), problem);
            this.problem = problem;
        }

        ProblemException problem() {
            return problem;
        }
    }

    /**
     * Returns when the message is on the queue's disk. One that is too long is sent in parts, in order, unless it is
     * atomic.
     *
     * @throws Refused if nothing of it is on the queue
     * @throws ProblemException if that is not certain
     */
    void send(QueueMessage message) {
        send(message, false);
    }

    private void send(QueueMessage message, boolean partIsSent) {
        var body = codec.encode(message);
        if (body.length() <= messageBytesMax) { // only a short body is not ASCII
            put(message, body, partIsSent);
            return;
        }
        var operations = message.operations();
        if (message.atomic() || operations.size() == 1) {
            throw new Refused(ProblemException.of(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "The operations do not fit into one message of %d bytes, and may not be split"
                            .formatted(messageBytesMax)));
        }
        var half = operations.size() / 2;
        send(message.with(operations.subList(0, half)), partIsSent);
        send(message.with(operations.subList(half, operations.size())), true);
    }

    /** Of all that is in the message: the queue drops one that only begins like another, and says that it has taken it. */
    private static String deduplicationId(List<QueueMessage.Item> operations) {
        if (operations.size() == 1) {
            return operations.getFirst().operationId().toString();
        }
        var digest = Codec.sha256();
        operations.forEach(item -> digest.update(item.operationId().toString().getBytes(US_ASCII)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private void put(QueueMessage message, String body, boolean partIsSent) {
        var deduplicationId = deduplicationId(message.operations());
        try {
            sqs.sendMessage(request -> request.queueUrl(url)
                    .messageGroupId(message.group())
                    .messageDeduplicationId(deduplicationId)
                    .messageBody(body));
        } catch (SdkException e) {
            LOG.warn(
                    "The queue did not take operation {}: {}",
                    message.operations().getFirst().operationId(),
                    e.toString());
            var unavailable = new ProblemException(
                    Problem.of(
                            ProblemCode.UNAVAILABLE, "The queue does not answer; retry with the same Idempotency-Key"),
                    Duration.ofSeconds(1));
            var answered = e instanceof SqsException answer && answer.statusCode() >= 400 && answer.statusCode() < 500;
            if (answered && !partIsSent) {
                throw new Refused(unavailable);
            }
            throw unavailable;
        }
    }
}
