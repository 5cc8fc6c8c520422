package io.daybook.runtime;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import io.micronaut.context.ApplicationContext;
import io.micronaut.crac.OrderedResource;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyEventHandler;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.crac.Context;
import org.crac.Resource;

/**
 * Before a snapshot of the function is taken (Lambda's SnapStart), handles requests that need no network, so that the
 * first real one finds its classes loaded: one that no route fits, and one whose token is not accepted.
 */
@Singleton
final class HttpPriming implements OrderedResource {
    private static final String UNSIGNED = "Bearer %s.%s."
            .formatted(base64("{\"alg\": \"none\", \"typ\": \"JWT\"}"), base64("{\"sub\": \"priming\"}"));
    private static final Map<String, String> HEADERS =
            Map.of("Authorization", UNSIGNED, "Content-Type", "application/json", "Idempotency-Key", "priming");

    private final ApplicationContext context;

    HttpPriming(ApplicationContext context) {
        this.context = context;
    }

    /** The last to be registered is the first to be asked: before pools are suspended. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        var handler = new ApiGatewayProxyEventHandler(context); // closing it would close the context
        for (var path : List.of("/", "/v1/ledgers/priming/deposits")) {
            var request = new APIGatewayProxyRequestEvent()
                    .withHttpMethod("POST")
                    .withPath(path)
                    .withHeaders(HEADERS)
                    .withRequestContext(new APIGatewayProxyRequestEvent.ProxyRequestContext())
                    .withBody("{}");
            handler.exchange(request, new APIGatewayProxyResponseEvent());
        }
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
