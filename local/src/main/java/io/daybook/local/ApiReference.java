package io.daybook.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The API's document as a page to read and to try: <a href="https://github.com/swagger-api/swagger-ui">Swagger UI</a>
 * from its package, on {@code /v1/openapi.yaml}. It asks nobody but the stack that serves it.
 */
final class ApiReference implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {
    private static final String PAGE = "index.html";
    private static final Set<String> OWN = Set.of(PAGE, "docs.css", "docs.js");
    private static final Set<String> LIBRARY = Set.of("swagger-ui.css", "swagger-ui-bundle.js");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8");

    /** The console's, but that the library draws its icons from its style sheet and makes HTML of Markdown by itself. */
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'";

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final String library = "/META-INF/resources/webjars/swagger-ui/%s/".formatted(version());

    @Override
    public APIGatewayProxyResponseEvent handleRequest(APIGatewayProxyRequestEvent request, Context context) {
        if (request.getPath().endsWith("/")) {
            return answer(308, Map.of("Location", "../docs"));
        }
        var file = Optional.ofNullable(request.getPathParameters())
                .map(parts -> parts.get("file"))
                .orElse(PAGE);
        return where(file)
                .map(resource -> answer(
                                200, Map.of("Content-Type", TYPES.get(file.substring(file.lastIndexOf('.') + 1))))
                        .withBody(texts.computeIfAbsent(resource, ApiReference::read)))
                .orElseGet(
                        () -> answer(404, Map.of("Content-Type", "text/plain")).withBody("There is no such file\n"));
    }

    private Optional<String> where(String file) {
        return OWN.contains(file)
                ? Optional.of("/docs/" + file)
                : Optional.of(library + file).filter(resource -> LIBRARY.contains(file));
    }

    private static APIGatewayProxyResponseEvent answer(int status, Map<String, String> more) {
        var headers = new LinkedHashMap<>(more);
        headers.put("Cache-Control", "no-cache");
        headers.put("Content-Security-Policy", POLICY);
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("X-Content-Type-Options", "nosniff");
        return new APIGatewayProxyResponseEvent().withStatusCode(status).withHeaders(headers);
    }

    /** The package's own, which is part of its paths. */
    private static String version() {
        try (var in = ApiReference.class.getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String resource) {
        try (var in = ApiReference.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
