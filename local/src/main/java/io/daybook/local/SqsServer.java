package io.daybook.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.daybook.local.FifoQueue.Held;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FIFO queues over HTTP, by the JSON protocol of SQS, as far as senders and receivers need it: whoever manages queues, and
 * whoever uses the older query protocol, is refused. Signatures are not looked at.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html">actions of
 *     SQS</a>
 */
final class SqsServer implements AutoCloseable {

    /** Waits until all that was sent before is kept. */
    @FunctionalInterface
    interface Disk {
        void force() throws IOException;
    }

    @FunctionalInterface
    private interface Action {
        ObjectNode answer(FifoQueue queue, JsonNode request) throws IOException;
    }

    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String code;

        RefusedException(String code, String message) {
            super(message);
            this.code = code;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SqsServer.class);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TARGET = "AmazonSQS.";
    private static final int REQUEST_BYTES_MAX = 4 << 20;
    private static final int MESSAGE_BYTES_MAX = 1 << 20;
    private static final int ENTRIES_MAX = 10;
    private static final int VISIBILITY_SECONDS_MAX = 43_200;
    private static final int WAIT_SECONDS_MAX = 20;

    private final HttpServer http;
    private final ExecutorService exchanges = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, FifoQueue> queues;
    private final Disk disk;
    private final Map<String, Action> actions = Map.ofEntries(
            Map.entry("SendMessage", this::send),
            Map.entry("SendMessageBatch", this::sendBatch),
            Map.entry("ReceiveMessage", SqsServer::receive),
            Map.entry("DeleteMessage", SqsServer::delete),
            Map.entry("DeleteMessageBatch", (queue, request) -> batch(queue, request, SqsServer::delete)),
            Map.entry("ChangeMessageVisibility", SqsServer::hide),
            Map.entry("ChangeMessageVisibilityBatch", (queue, request) -> batch(queue, request, SqsServer::hide)),
            Map.entry("GetQueueAttributes", SqsServer::attributes));

    private SqsServer(HttpServer http, Map<String, FifoQueue> queues, Disk disk) {
        this.http = http;
        this.queues = queues;
        this.disk = disk;
    }

    static SqsServer start(int port, Map<String, FifoQueue> queues, Disk disk) throws IOException {
        var server = new SqsServer(HttpServers.bind(port), queues, disk);
        server.http.createContext("/", server::serve);
        server.http.setExecutor(server.exchanges);
        server.http.start();
        return server;
    }

    private void serve(HttpExchange exchange) {
        try (exchange) {
            var body = exchange.getRequestBody().readNBytes(REQUEST_BYTES_MAX);
            var answer = answered(exchange.getRequestHeaders().getFirst("X-Amz-Target"), body);
            var bytes = JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
            exchange.getResponseHeaders()
                    .set("x-amzn-RequestId", UUID.randomUUID().toString());
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            LOG.debug("A client of the queue went away", e);
        }
    }

    private record Answer(int status, ObjectNode body) {
        static Answer refusal(int status, String code, String message) {
            return new Answer(
                    status, object().put("__type", "com.amazonaws.sqs#" + code).put("message", message));
        }
    }

    private Answer answered(String target, byte[] body) {
        try {
            return new Answer(200, answer(target, body));
        } catch (RefusedException e) {
            return Answer.refusal(400, e.code, e.getMessage());
        } catch (QueueAwayException e) {
            return Answer.refusal(503, "ServiceUnavailable", e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.error("The queue failed", e);
            return Answer.refusal(500, "InternalFailure", "The queue failed");
        }
    }

    private ObjectNode answer(String target, byte[] body) throws IOException {
        var action = Optional.ofNullable(target)
                .filter(name -> name.startsWith(TARGET))
                .map(name -> actions.get(name.substring(TARGET.length())))
                .orElseThrow(
                        () -> new RefusedException("UnsupportedOperation", "This queue takes no %s".formatted(target)));
        var request = parse(body);
        return action.answer(queue(request.path("QueueUrl").asText()), request);
    }

    private static JsonNode parse(byte[] body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new RefusedException("SerializationException", "The body is no JSON");
        }
    }

    private FifoQueue queue(String url) {
        try {
            return Optional.ofNullable(queues.get(Queue.name(URI.create(url))))
                    .orElseThrow(() -> new RefusedException("QueueDoesNotExist", "There is no queue " + url));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("QueueDoesNotExist", "There is no queue " + url);
        }
    }

    private ObjectNode send(FifoQueue queue, JsonNode request) throws IOException {
        var sent = sendOne(queue, request);
        disk.force();
        return sent;
    }

    private ObjectNode sendBatch(FifoQueue queue, JsonNode request) throws IOException {
        var answer = batch(queue, request, SqsServer::sendOne);
        disk.force();
        return answer;
    }

    private static ObjectNode sendOne(FifoQueue queue, JsonNode message) throws IOException {
        var body = text(message, "MessageBody");
        if (body.isEmpty() || body.getBytes(StandardCharsets.UTF_8).length > MESSAGE_BYTES_MAX) {
            throw invalid("MessageBody must have 1 to %,d bytes".formatted(MESSAGE_BYTES_MAX));
        }
        var attributes = message.path("MessageAttributes") instanceof ObjectNode given ? given : object();
        var taken =
                queue.send(text(message, "MessageGroupId"), text(message, "MessageDeduplicationId"), body, attributes);
        var answer = object().put("MessageId", taken.messageId())
                .put("SequenceNumber", FifoQueue.sequenceNumber(taken.sequence()))
                .put("MD5OfMessageBody", SqsMd5.of(body));
        return attributes.isEmpty() ? answer : answer.put("MD5OfMessageAttributes", SqsMd5.of(attributes));
    }

    private static ObjectNode receive(FifoQueue queue, JsonNode request) throws IOException {
        var received = queue.receive(
                integer(request, "MaxNumberOfMessages", 1, 1, ENTRIES_MAX),
                seconds(request, "VisibilityTimeout", VISIBILITY_SECONDS_MAX).orElse(queue.visibilityTimeout()),
                seconds(request, "WaitTimeSeconds", WAIT_SECONDS_MAX).orElse(Duration.ZERO));
        var answer = object();
        if (!received.isEmpty()) {
            var messages = answer.putArray("Messages");
            received.forEach(held -> messages.add(message(held, request)));
        }
        return answer;
    }

    private static ObjectNode message(Held held, JsonNode request) {
        var message = held.message();
        var answer = object().put("MessageId", message.id())
                .put("ReceiptHandle", held.delivery().receipt())
                .put("Body", message.body())
                .put("MD5OfBody", SqsMd5.of(message.body()));
        var wanted = new HashSet<String>();
        for (var names : List.of("MessageSystemAttributeNames", "AttributeNames")) {
            request.path(names).forEach(name -> wanted.add(name.asText()));
        }
        var attributes = held.systemAttributes();
        attributes.keySet().removeIf(name -> !wanted.contains("All") && !wanted.contains(name));
        if (!attributes.isEmpty()) {
            var told = answer.putObject("Attributes");
            attributes.forEach(told::put);
        }
        if (!message.attributes().isEmpty()
                && !request.path("MessageAttributeNames").isEmpty()) {
            answer.set("MessageAttributes", message.attributes());
            answer.put("MD5OfMessageAttributes", SqsMd5.of(message.attributes()));
        }
        return answer;
    }

    private static ObjectNode delete(FifoQueue queue, JsonNode request) throws IOException {
        if (!queue.delete(text(request, "ReceiptHandle"))) {
            throw expired();
        }
        return object();
    }

    private static ObjectNode hide(FifoQueue queue, JsonNode request) throws IOException {
        var visibility = seconds(request, "VisibilityTimeout", VISIBILITY_SECONDS_MAX)
                .orElseThrow(() -> missing("VisibilityTimeout"));
        if (!queue.hide(text(request, "ReceiptHandle"), visibility)) {
            throw expired();
        }
        return object();
    }

    private static ObjectNode attributes(FifoQueue queue, JsonNode request) {
        var answer = object();
        var attributes = answer.putObject("Attributes")
                .put("QueueArn", queue.arn())
                .put("FifoQueue", "true")
                .put("ContentBasedDeduplication", "false")
                .put(
                        "VisibilityTimeout",
                        Long.toString(queue.visibilityTimeout().toSeconds()))
                .put("ApproximateNumberOfMessages", Integer.toString(queue.waiting()))
                .put("ApproximateNumberOfMessagesNotVisible", Integer.toString(queue.out()))
                .put("ApproximateNumberOfMessagesDelayed", "0");
        queue.deadLetters()
                .ifPresent(letters -> attributes.put(
                        "RedrivePolicy",
                        object().put("deadLetterTargetArn", letters.queue().arn())
                                .put("maxReceiveCount", letters.receivesMax())
                                .toString()));
        var wanted = StreamSupport.stream(request.path("AttributeNames").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        return wanted.contains("All") ? answer : object().set("Attributes", attributes.retain(wanted));
    }

    /** Each entry is taken or refused for itself. */
    private static ObjectNode batch(FifoQueue queue, JsonNode request, Action each) throws IOException {
        var entries = request.path("Entries");
        if (entries.isEmpty() || entries.size() > ENTRIES_MAX) {
            throw new RefusedException(
                    "TooManyEntriesInBatchRequest", "A batch has 1 to %d entries".formatted(ENTRIES_MAX));
        }
        var answer = object();
        var successful = answer.putArray("Successful");
        var failed = answer.putArray("Failed");
        for (var entry : entries) {
            var id = text(entry, "Id");
            try {
                successful.add(each.answer(queue, entry).put("Id", id));
            } catch (RefusedException e) {
                failed.addObject()
                        .put("Id", id)
                        .put("Code", e.code)
                        .put("Message", e.getMessage())
                        .put("SenderFault", true);
            }
        }
        return answer;
    }

    private static String text(JsonNode request, String name) {
        return Optional.ofNullable(request.path(name).textValue()).orElseThrow(() -> missing(name));
    }

    private static Optional<Duration> seconds(JsonNode request, String name, int max) {
        return request.path(name).isMissingNode()
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(integer(request, name, 0, 0, max)));
    }

    private static int integer(JsonNode request, String name, int absent, int min, int max) {
        var value = request.path(name).asInt(absent);
        if (value < min || value > max) {
            throw invalid("%s must be %d to %d".formatted(name, min, max));
        }
        return value;
    }

    private static RefusedException missing(String name) {
        return new RefusedException("MissingParameter", "%s is required".formatted(name));
    }

    private static RefusedException invalid(String message) {
        return new RefusedException("InvalidParameterValue", message);
    }

    private static RefusedException expired() {
        return new RefusedException("ReceiptHandleIsInvalid", "The receipt handle has expired");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** In the middle of whatever it does. */
    @Override
    public void close() {
        http.stop(0);
        exchanges.shutdown();
    }
}
