package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.UUID;

/** What a client was answered. */
public record Answer(int status, HttpHeaders headers, String text) {
    public static Answer of(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    public JsonNode json() {
        try {
            return Api.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    public String text(String field) {
        return json().path(field).asText();
    }

    public UUID operationId() {
        return UUID.fromString(text("operation_id"));
    }

    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    public boolean replayed() {
        return header("Idempotent-Replayed").equals(Optional.of("true"));
    }

    public Answer is(int expected) {
        assertThat(status).as(text).isEqualTo(expected);
        return this;
    }

    /** Holds it to RFC 9457 and to what Daybook adds to it. */
    public Answer isProblem(int expected, String code) {
        is(expected);
        assertThat(header("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(text("code")).as(text).isEqualTo(code);
        assertThat(text("type")).isEqualTo("urn:daybook:problem:" + code);
        assertThat(json().path("status").asInt()).isEqualTo(expected);
        assertThat(text("title")).isNotBlank();
        assertThat(text("detail")).isNotBlank();
        assertThat(text("instance")).startsWith("/v1");
        return this;
    }
}
