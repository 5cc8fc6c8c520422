package io.daybook.accept;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Nullable;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;

/** How clients of AWS are made; region and credentials come from where its SDK looks for them. */
@Factory
public final class Aws {
    /** @param endpoint where the service is when it is not at AWS; {@code null} or blank if it is */
    public static <B extends AwsClientBuilder<B, ?> & AwsSyncClientBuilder<B, ?>> B within(
            Duration timeout, @Nullable String endpoint, B builder) {
        builder.httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(timeout.dividedBy(2))
                        .socketTimeout(timeout))
                .overrideConfiguration(override -> override.apiCallTimeout(timeout));
        return endpoint == null || endpoint.isBlank() ? builder : builder.endpointOverride(URI.create(endpoint));
    }

    @Singleton
    @Bean(preDestroy = "close")
    SqsClient sqs(
            @Value("${daybook.queue.timeout}") Duration timeout,
            @Nullable @Value("${daybook.queue.endpoint:}") String endpoint) {
        SqsClientBuilder builder = within(timeout, endpoint, SqsClient.builder());
        return builder.build();
    }
}
