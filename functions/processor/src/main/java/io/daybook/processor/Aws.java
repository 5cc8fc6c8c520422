package io.daybook.processor;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.SnsClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/** The clients of AWS; region and credentials come from where its SDK looks for them. */
@Factory
final class Aws {
    @Singleton
    @Bean(preDestroy = "close")
    SqsClient sqs(
            @Value("${daybook.queue.timeout}") Duration timeout,
            @Nullable @Value("${daybook.queue.endpoint:}") String endpoint) {
        SqsClientBuilder builder = within(timeout, endpoint, SqsClient.builder());
        return builder.build();
    }

    @Singleton
    @Bean(preDestroy = "close")
    @Requires(property = "daybook.events.topic-arn", pattern = ".+")
    SnsClient sns(
            @Value("${daybook.events.timeout}") Duration timeout,
            @Nullable @Value("${daybook.events.endpoint:}") String endpoint) {
        SnsClientBuilder builder = within(timeout, endpoint, SnsClient.builder());
        return builder.build();
    }

    private static <B extends AwsClientBuilder<B, ?> & AwsSyncClientBuilder<B, ?>> B within(
            Duration timeout, String endpoint, B builder) {
        builder.httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(timeout.dividedBy(2))
                        .socketTimeout(timeout))
                .overrideConfiguration(override -> override.apiCallTimeout(timeout));
        return endpoint == null || endpoint.isBlank() ? builder : builder.endpointOverride(URI.create(endpoint));
    }
}
