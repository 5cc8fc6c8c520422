package io.daybook.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.contract.ServiceAway;
import io.daybook.processor.DeadLettersHandler;
import io.daybook.processor.MigrationHandler;
import io.daybook.processor.OperationsHandler;
import io.daybook.processor.RelayHandler;
import io.daybook.webhooks.WebhooksHandler;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.LambdaApplicationContextBuilder;
import io.micronaut.function.aws.proxy.payload1.ApiGatewayProxyRequestEventFunction;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions as they are deployed: each in an application context of its own, made as Lambda's runtime makes it, in
 * which the other functions do not exist.
 */
public final class MicronautFunctions implements Functions {
    private static final Logger LOG = LoggerFactory.getLogger(MicronautFunctions.class);
    private static final int CONNECTIONS_MAX = 8;
    private static final String READER = "daybook_reader";
    private static final String WRITER = "daybook_writer";

    private final FunctionSettings settings;
    private final Map<String, Object> more;
    private final Prometheus prometheus = new Prometheus();
    private final ApplicationContext intake;
    private final ApplicationContext processor;
    private final ApplicationContext status;
    private final ApplicationContext webhooks;
    private final Map<String, RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent>> http;

    private MicronautFunctions(FunctionSettings settings, Map<String, Object> more) {
        this.settings = settings;
        this.more = more;
        // What a function finds in its environment on Lambda; the local queue takes any.
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
        System.setProperty("aws.region", settings.awsRegion());
        this.intake = context(Map.of(), "processor", "status", "store", "webhooks");
        this.processor = context(login(WRITER), "intake", "status", "webhooks");
        this.status = context(login(READER), "accept", "intake", "processor", "webhooks");
        this.webhooks = context(login(WRITER), "accept", "intake", "processor", "status");
        this.http = Map.of(
                "intake",
                new ApiGatewayProxyRequestEventFunction(intake),
                "sync",
                new ApiGatewayProxyRequestEventFunction(processor),
                "status",
                new ApiGatewayProxyRequestEventFunction(status),
                Routes.METRICS,
                (event, context) -> metrics(),
                Routes.DOCS,
                new ApiReference());
    }

    public static Functions create(FunctionSettings settings) {
        return create(settings, Map.of());
    }

    /** @param properties other than those of application.properties */
    public static Functions create(FunctionSettings settings, Map<String, Object> properties) {
        return new MicronautFunctions(settings, properties);
    }

    @Override
    public RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name) {
        return http.get(name);
    }

    @Override
    public RequestHandler<SQSEvent, SQSBatchResponse> processor() {
        return new OperationsHandler(processor);
    }

    @Override
    public RequestHandler<SQSEvent, SQSBatchResponse> deadLetters() {
        return new DeadLettersHandler(processor);
    }

    @Override
    public void relay() {
        new RelayHandler(processor).execute(Map.of());
    }

    @Override
    public void webhooks() {
        new WebhooksHandler(webhooks).execute(Map.of());
    }

    @Override
    public void migrate() {
        var logins = new HashMap<>(login(settings.user()));
        logins.put("daybook.database.reader.user", READER);
        logins.put("daybook.database.reader.password", settings.password());
        logins.put("daybook.database.writer.user", WRITER);
        logins.put("daybook.database.writer.password", settings.password());
        try (var migration = context(logins, "intake", "status", "webhooks")) {
            new MigrationHandler(migration).execute(Map.of());
        }
    }

    private APIGatewayProxyResponseEvent metrics() {
        try {
            new RelayHandler(processor).measure();
        } catch (ServiceAway e) {
            LOG.warn("Nobody knows how things stand: {}", e.toString());
            prometheus.forgetLevels();
        }
        return new APIGatewayProxyResponseEvent()
                .withStatusCode(200)
                .withHeaders(Map.of("Content-Type", Prometheus.CONTENT_TYPE, "Cache-Control", "no-store"))
                .withBody(prometheus.text());
    }

    @Override
    public void close() {
        Stream.of(intake, processor, status, webhooks).forEach(ApplicationContext::close);
    }

    private Map<String, Object> login(String user) {
        return Map.of("daybook.database.user", user, "daybook.database.password", settings.password());
    }

    private ApplicationContext context(Map<String, Object> login, String... absent) {
        var properties = new HashMap<>(login);
        properties.put("daybook.database.url", settings.jdbcUrl());
        properties.put("daybook.database.connections-max", CONNECTIONS_MAX);
        properties.put("daybook.redis.uri", settings.redisUri());
        properties.put("daybook.redis.cluster", settings.redisCluster());
        properties.put("daybook.queue.url", settings.queueUrl().toString());
        properties.put("daybook.queue.endpoint", settings.awsEndpoint().toString());
        properties.put("micronaut.security.token.jwt.signatures.jwks-static.local.path", "file:" + settings.jwksPath());
        properties.put("daybook.jwt.issuer", settings.issuer());
        properties.put("daybook.jwt.audience", settings.audience());
        // Whoever tries webhooks out has them lead to this machine.
        properties.put("daybook.webhooks.private-addresses", true);
        properties.put("daybook.webhooks.run-max", "1s"); // it is called again at once
        properties.put("daybook.webhooks.poll", "250ms");
        properties.putAll(more);
        for (var room : absent) {
            properties.put("daybook.absent." + room, true); // its package says that it is not there then
        }
        return new LambdaApplicationContextBuilder()
                .deduceEnvironment(false)
                .properties(properties)
                .singletons(prometheus)
                .start();
    }
}
