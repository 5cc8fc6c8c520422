package io.daybook.local;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.Environment;
import io.micronaut.function.aws.LambdaApplicationContextBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Functions as Lambda's runtime makes them, by the settings that a deployment gives them. */
final class LambdaContexts {
    private LambdaContexts() {}

    static ApplicationContext intake(Map<String, Object> settings) {
        return start(settings, "processor", "status", "store", "webhooks");
    }

    static ApplicationContext processor(Map<String, Object> settings) {
        return start(settings, "intake", "status", "webhooks");
    }

    static ApplicationContext status(Map<String, Object> settings) {
        return start(settings, "accept", "intake", "processor", "webhooks");
    }

    private static ApplicationContext start(Map<String, Object> settings, String... absent) {
        System.setProperty("aws.accessKeyId", "local");
        System.setProperty("aws.secretAccessKey", "local");
        System.setProperty("aws.region", Queue.REGION);
        var properties = new HashMap<>(settings);
        Stream.of(absent).forEach(room -> properties.put("daybook.absent." + room, true));
        return new LambdaApplicationContextBuilder()
                .deduceEnvironment(false)
                .environments(Environment.FUNCTION)
                .properties(properties)
                .start();
    }
}
