package io.daybook.local;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.RequestIdentity;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes REST proxy events, payload version 1, of requests.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format">the
 *     input format of a Lambda function for proxy integration</a>
 */
final class ProxyEvents {

    private static final String STAGE = "local";
    private static final String API_ID = "daybook";
    private static final DateTimeFormatter REQUEST_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);
    private static final Set<String> TEXT_TYPES = Set.of("application/json", "application/problem+json");

    /** Between the client and the gateway, and no further. */
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    private final Clock clock;

    ProxyEvents(Clock clock) {
        this.clock = clock;
    }

    APIGatewayProxyRequestEvent of(HttpExchange exchange, byte[] body, Routes.Match match, String requestId) {
        var headers = headers(exchange);
        var query = query(exchange.getRequestURI().getRawQuery());
        var event = new APIGatewayProxyRequestEvent()
                .withResource(match.template())
                .withPath(exchange.getRequestURI().getRawPath())
                .withHttpMethod(exchange.getRequestMethod())
                .withHeaders(last(headers))
                .withMultiValueHeaders(headers)
                .withPathParameters(match.pathParameters().isEmpty() ? null : match.pathParameters())
                .withQueryStringParameters(query.isEmpty() ? null : last(query))
                .withMultiValueQueryStringParameters(query.isEmpty() ? null : query)
                .withRequestContext(context(exchange, match, requestId))
                .withIsBase64Encoded(false);
        if (body.length > 0) {
            var text = isText(exchange.getRequestHeaders().getFirst("Content-Type"))
                    ? utf8(body)
                    : Optional.<String>empty();
            event.setBody(text.orElseGet(() -> Base64.getEncoder().encodeToString(body)));
            event.setIsBase64Encoded(text.isEmpty());
        }
        return event;
    }

    private ProxyRequestContext context(HttpExchange exchange, Routes.Match match, String requestId) {
        var now = ZonedDateTime.now(clock).withZoneSameInstant(ZoneOffset.UTC);
        var context = new ProxyRequestContext()
                .withAccountId("000000000000")
                .withApiId(API_ID)
                .withStage(STAGE)
                .withResourcePath(match.template())
                .withPath(exchange.getRequestURI().getRawPath())
                .withHttpMethod(exchange.getRequestMethod())
                .withRequestId(requestId)
                .withProtocol(exchange.getProtocol())
                .withIdentity(new RequestIdentity()
                        .withSourceIp(sourceIp(exchange))
                        .withUserAgent(exchange.getRequestHeaders().getFirst("User-Agent")));
        context.setRequestTime(REQUEST_TIME.format(now));
        context.setRequestTimeEpoch(now.toInstant().toEpochMilli());
        return context;
    }

    private static Map<String, List<String>> headers(HttpExchange exchange) {
        var headers = new LinkedHashMap<String, List<String>>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, List.copyOf(values));
            }
        });
        headers.put("X-Forwarded-For", List.of(sourceIp(exchange)));
        headers.put(
                "X-Forwarded-Port",
                List.of(Integer.toString(exchange.getLocalAddress().getPort())));
        headers.put("X-Forwarded-Proto", List.of("http"));
        return headers;
    }

    private static String sourceIp(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    private static Map<String, List<String>> query(String raw) {
        var query = new LinkedHashMap<String, List<String>>();
        if (raw == null) {
            return query;
        }
        for (var pair : raw.split("&")) {
            if (!pair.isEmpty()) {
                var parts = pair.split("=", 2);
                query.computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>())
                        .add(parts.length == 2 ? decoded(parts[1]) : "");
            }
        }
        return query;
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }

    private static Map<String, String> last(Map<String, List<String>> values) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().getLast()));
    }

    private static boolean isText(String contentType) {
        if (contentType == null) {
            return true;
        }
        var parts = contentType.toLowerCase(Locale.ROOT).split(";", 2);
        var type = parts[0].strip();
        var otherCharset = parts.length == 2 && parts[1].contains("charset=") && !parts[1].contains("utf-8");
        return !otherCharset && (TEXT_TYPES.contains(type) || type.startsWith("text/"));
    }

    private static Optional<String> utf8(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
