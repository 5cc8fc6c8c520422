package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What a browser makes of a stream: it comes back with the id that it saw last, until it is told to stop. */
final class EventReader {
    private final Api api;
    private final String path;
    private final List<Event> events = new ArrayList<>();
    private String lastId;

    /** @param lastId of the event that it goes on from; {@code null} to begin now */
    EventReader(Api api, String path, String lastId) {
        this.api = api;
        this.path = path;
        this.lastId = lastId;
    }

    record Event(String id, JsonNode data) {}

    /** @return whether it is to come back */
    boolean read() {
        var answer = lastId == null
                ? api.get(path, "Accept", "text/event-stream")
                : api.get(path, "Accept", "text/event-stream", "Last-Event-ID", lastId);
        if (answer.status() == 204) {
            return false;
        }
        answer.is(200);
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertThat(answer.text()).startsWith("retry: ").endsWith("\n\n");
        for (var block : answer.text().split("\n\n")) {
            String data = null;
            for (var line : block.split("\n")) {
                if (line.startsWith("id: ")) {
                    lastId = line.substring("id: ".length());
                }
                if (line.startsWith("data: ")) {
                    data = line.substring("data: ".length());
                }
            }
            if (data != null) {
                events.add(new Event(lastId, parse(data)));
            }
        }
        return true;
    }

    private static JsonNode parse(String json) {
        try {
            return Api.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    String lastId() {
        return lastId;
    }

    List<Event> events() {
        return events;
    }

    List<String> ids() {
        return events.stream().map(Event::id).toList();
    }

    /** The ids that the events themselves have. */
    List<String> eventIds() {
        return events.stream().map(event -> event.data().path("id").asText()).toList();
    }
}
