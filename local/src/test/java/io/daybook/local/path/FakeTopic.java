package io.daybook.local.path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** As much of SNS as takes events: it remembers what it was sent, and can be away. */
final class FakeTopic implements AutoCloseable {
    static final String ARN = "arn:aws:sns:us-east-1:000000000000:events.fifo";

    enum Mood {
        THERE,
        AWAY,
        /** takes what it is sent, and says that it did not */
        DEAF,
        SILENT
    }

    /** @param id by which SNS tells that it has it already */
    record Message(String group, String id, JsonNode event) {
        String type() {
            return event.path("type").asText();
        }
    }

    private final HttpServer server;
    private final List<Message> received = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.THERE;

    FakeTopic() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    Map<String, Object> settings() {
        return Map.of(
                "daybook.events.topic-arn",
                ARN,
                "daybook.events.endpoint",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "daybook.events.timeout",
                "500ms",
                "daybook.events.retry-after",
                "1ms");
    }

    void is(Mood mood) {
        this.mood = mood;
    }

    /** All that was sent for a ledger, again and again if so. */
    List<Message> of(Ledger ledger) {
        return ofGroup(Daybook.TENANT + "~" + ledger.id());
    }

    List<Message> ofGroup(String group) {
        return received.stream()
                .filter(message -> message.group().equals(group))
                .toList();
    }

    /** Of which ledgers events have come, in the order in which they came. */
    List<String> groups() {
        return received.stream().map(Message::group).toList();
    }

    List<String> types(Ledger ledger) {
        return of(ledger).stream().map(Message::type).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var mood = this.mood;
        var form = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        var entries = IntStream.rangeClosed(1, 10)
                .mapToObj("PublishBatchRequestEntries.member.%d."::formatted)
                .filter(prefix -> form.containsKey(prefix + "Id"))
                .toList();
        if (mood == Mood.SILENT) {
            pause();
        }
        if (mood == Mood.THERE || mood == Mood.DEAF) {
            entries.forEach(prefix -> received.add(new Message(
                    form.get(prefix + "MessageGroupId"),
                    form.get(prefix + "MessageDeduplicationId"),
                    json(form.get(prefix + "Message")))));
        }
        var body = entries.stream()
                .map(prefix ->
                        "<member><Id>%s</Id><MessageId>m</MessageId></member>".formatted(form.get(prefix + "Id")))
                .collect(Collectors.joining(
                        "",
                        "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult>"
                                + "<Failed/><Successful>",
                        "</Successful></PublishBatchResult></PublishBatchResponse>"))
                .getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(mood == Mood.THERE ? 200 : 500, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(3_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> form(String body) {
        var form = new HashMap<String, String>();
        for (var pair : body.split("&")) {
            var parts = pair.split("=", 2);
            form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    private static JsonNode json(String text) {
        try {
            return Api.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
