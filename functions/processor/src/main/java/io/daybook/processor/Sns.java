package io.daybook.processor;

import io.daybook.accept.Aws;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import jakarta.inject.Singleton;
import java.time.Duration;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.SnsClientBuilder;

/** The SNS client, where there is a topic for it. */
@Factory
final class Sns {
    @Singleton
    @Bean(preDestroy = "close")
    @Requires(property = "daybook.events.topic-arn", pattern = ".+")
    SnsClient sns(
            @Value("${daybook.events.timeout}") Duration timeout,
            @Nullable @Value("${daybook.events.endpoint:}") String endpoint) {
        SnsClientBuilder builder = Aws.within(timeout, endpoint, SnsClient.builder());
        return builder.build();
    }
}
