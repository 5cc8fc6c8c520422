package io.daybook.local;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the gateway sends to a client, whoever made it. */
record Reply(int status, Map<String, List<String>> headers, byte[] body) {

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String JSON = "application/json";

    /** The connection's own, which a function has no say in. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "keep-alive", "transfer-encoding", "upgrade", "date");

    /** The gateway's own answer. */
    static Reply message(int status, String message) {
        return new Reply(
                status,
                Map.of(CONTENT_TYPE, List.of(JSON)),
                "{\"message\": \"%s\"}".formatted(message).getBytes(StandardCharsets.UTF_8));
    }

    /** A function's answer; none if it is not one that the gateway takes. */
    static Optional<Reply> of(APIGatewayProxyResponseEvent response) {
        if (response == null
                || response.getStatusCode() == null
                || response.getStatusCode() < 200
                || response.getStatusCode() > 599) {
            return Optional.empty();
        }
        try {
            var body = body(response);
            return Optional.of(new Reply(response.getStatusCode(), headers(response, body.length > 0), body));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static byte[] body(APIGatewayProxyResponseEvent response) {
        if (response.getBody() == null) {
            return new byte[0];
        }
        return Boolean.TRUE.equals(response.getIsBase64Encoded())
                ? Base64.getDecoder().decode(response.getBody())
                : response.getBody().getBytes(StandardCharsets.UTF_8);
    }

    // A name in both maps counts in the one of many values.
    private static Map<String, List<String>> headers(APIGatewayProxyResponseEvent response, boolean hasBody) {
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        if (response.getHeaders() != null) {
            response.getHeaders().forEach((name, value) -> headers.put(name, List.of(value)));
        }
        if (response.getMultiValueHeaders() != null) {
            response.getMultiValueHeaders().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        }
        headers.keySet().removeIf(name -> OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT)));
        if (hasBody) {
            headers.putIfAbsent(CONTENT_TYPE, List.of(JSON));
        }
        return headers;
    }

    /** The same, with one more header. */
    Reply with(String name, String value) {
        var more = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(headers);
        more.put(name, List.of(value));
        return new Reply(status, more, body);
    }

    /** Whether the protocol lets it have a body, other than in answer to a HEAD. */
    boolean mayHaveBody() {
        return status != 204 && status != 304;
    }
}
