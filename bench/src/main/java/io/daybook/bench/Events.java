package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Requests as the gateway hands them to a function. */
final class Events {
    private Events() {}

    static APIGatewayProxyRequestEvent post(String path, String token, String body, String... headers) {
        return event("POST", path, Map.of(), token, headers).withBody(body);
    }

    static APIGatewayProxyRequestEvent get(String path, Map<String, String> query, String token) {
        return event("GET", path, query, token);
    }

    private static APIGatewayProxyRequestEvent event(
            String method, String path, Map<String, String> query, String token, String... headers) {
        var all = new HashMap<String, String>();
        all.put("Authorization", "Bearer " + token);
        all.put("Content-Type", "application/json");
        all.put("Accept", "application/json");
        for (var i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return new APIGatewayProxyRequestEvent()
                .withResource("/{proxy+}")
                .withPath(path)
                .withHttpMethod(method)
                .withHeaders(all)
                .withMultiValueHeaders(many(all))
                .withQueryStringParameters(query)
                .withMultiValueQueryStringParameters(many(query))
                .withRequestContext(new ProxyRequestContext()
                        .withHttpMethod(method)
                        .withPath(path)
                        .withRequestId("bench")
                        .withStage("local"))
                .withIsBase64Encoded(false);
    }

    private static Map<String, List<String>> many(Map<String, String> one) {
        return one.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> List.of(entry.getValue())));
    }
}
