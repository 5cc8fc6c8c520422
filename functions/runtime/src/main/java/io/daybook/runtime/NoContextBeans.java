package io.daybook.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.function.aws.DefaultLambdaContextFactory;
import io.micronaut.function.aws.LambdaContextFactory;
import jakarta.inject.Singleton;

/**
 * Keeps Lambda's context out of the beans. The framework would register it anew with each invocation, which empties
 * the caches of all bean look-ups: a fifth of the time of an invocation went there.
 */
@Singleton
@Replaces(DefaultLambdaContextFactory.class)
final class NoContextBeans implements LambdaContextFactory {
    @Override
    public void registerSingletons(Context context) {}
}
