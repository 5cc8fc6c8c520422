package io.daybook.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The description of the events. */
public final class AsyncApi {
    private static final Path DOCS = Path.of("../docs");
    private static final String BASE = "https://daybook.local/";

    private final JsonNode document;
    private final Map<String, Schema> messages = new HashMap<>();

    private AsyncApi() {
        try {
            var yaml = new YAMLMapper();
            var json = new ObjectMapper();
            var documents = new HashMap<String, String>();
            for (var name : List.of("asyncapi.yaml", "openapi.yaml")) {
                documents.put(
                        BASE + name,
                        json.writeValueAsString(yaml.readTree(DOCS.resolve(name).toFile())));
            }
            this.document = json.readTree(documents.get(BASE + "asyncapi.yaml"));
            var schemas = SchemaRegistry.withDialect(
                    Dialects.getOpenApi30(), builder -> builder.schemas(iri -> documents.get(iri.toString())));
            messages()
                    .forEach(message -> messages.put(
                            message,
                            schemas.getSchema(SchemaLocation.of(
                                    BASE + "asyncapi.yaml#/components/messages/" + message + "/payload/schema"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static AsyncApi read() {
        return new AsyncApi();
    }

    /** The messages by their names: the last part of an event's type. */
    public TreeSet<String> messages() {
        var names = new TreeSet<String>();
        document.at("/channels/events/messages").fieldNames().forEachRemaining(names::add);
        return names;
    }

    public static String message(JsonNode event) {
        return event.path("type").asText().replaceFirst(".*\\.", "");
    }

    /** What is wrong with an event that was sent. */
    public List<String> errors(JsonNode event) {
        var schema = messages.get(message(event));
        return schema == null
                ? List.of("there is no message for " + event.path("type"))
                : schema
                        .validate(
                                event,
                                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                        .stream()
                        .map(error -> error + " in " + event)
                        .toList();
    }
}
