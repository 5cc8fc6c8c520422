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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The description of the API, as the status function carries it. */
final class OpenApi {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final String LOCATION = "https://daybook.local/openapi.yaml";

    private final JsonNode document;
    private final SchemaRegistry schemas;

    private OpenApi(String yaml) {
        try {
            this.document = new YAMLMapper().readTree(yaml);
            var json = new ObjectMapper().writeValueAsString(document);
            this.schemas = SchemaRegistry.withDialect(
                    Dialects.getOpenApi30(),
                    builder -> builder.schemas(iri -> iri.toString().equals(LOCATION) ? json : null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static OpenApi read() {
        try (var in = OpenApi.class.getResourceAsStream("/openapi.yaml")) {
            return new OpenApi(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One method of one path. */
    final class Operation {
        private final String method;
        private final String path;
        private final String pointer;

        private Operation(String method, String path) {
            this.method = method.toUpperCase(Locale.ROOT);
            this.path = path;
            this.pointer = "/paths/%s/%s".formatted(escaped(path), method);
        }

        String method() {
            return method;
        }

        String path() {
            return path;
        }

        JsonNode node() {
            return document.at(pointer);
        }

        /** Whether a path as it was sent is one of this operation's. */
        boolean isAt(String sent) {
            return Pattern.matches(path.replaceAll("\\{\\w+}", "[^/]+"), sent);
        }

        /** What is wrong with a body that was sent. */
        List<String> errorsOfRequest(JsonNode body) {
            return errors(pointer + "/requestBody/content/application~1json/schema", body);
        }

        /** Where the document describes the answers of a status; nothing where it does not. */
        Optional<String> response(int status) {
            var at = "%s/responses/%d".formatted(pointer, status);
            return document.at(at).isMissingNode() ? Optional.empty() : Optional.of(resolved(at));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    List<Operation> operations() {
        var found = new ArrayList<Operation>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(method -> METHODS.contains(method.getKey()))
                        .forEach(method -> found.add(new Operation(method.getKey(), path.getKey()))));
        return found;
    }

    /** The operation of a request; one whose path has no variables goes ahead. */
    Optional<Operation> operation(String method, String path) {
        return operations().stream()
                .filter(operation -> operation.method().equals(method) && operation.isAt(path))
                .findFirst();
    }

    List<String> enumeration(String schema) {
        return StreamSupport.stream(
                        document.at("/components/schemas/" + schema + "/enum").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    JsonNode at(String pointer) {
        return document.at(pointer);
    }

    /** What is wrong with a value by the schema at a place in the document; nothing is at no place. */
    List<String> errors(String pointer, JsonNode value) {
        if (document.at(pointer).isMissingNode()) {
            return List.of("there is no schema at " + pointer);
        }
        return schema(pointer)
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    private Schema schema(String pointer) {
        return schemas.getSchema(SchemaLocation.of(LOCATION + "#" + pointer));
    }

    /** The place that a reference at the place leads to, or the place itself. */
    String resolved(String pointer) {
        var reference = document.at(pointer).path("$ref").asText();
        return reference.isEmpty() ? pointer : reference.substring(1);
    }

    static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
