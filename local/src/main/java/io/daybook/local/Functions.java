package io.daybook.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;

/** The functions that a stack runs, as AWS Lambda would: handlers of events, which any number of threads may call at once. */
public interface Functions extends AutoCloseable {

    /** A function behind the gateway, by its name in {@link Routes}. */
    RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name);

    /** The function that the queue of operations feeds. */
    RequestHandler<SQSEvent, SQSBatchResponse> processor();

    /** The function that the queue's dead letters feed. */
    RequestHandler<SQSEvent, SQSBatchResponse> deadLetters();

    /** What is called from time to time. */
    void relay();

    /** What tells webhooks of events; called again and again. */
    void webhooks();

    /** Brings the database to the functions' schema; runs before any of them is called. */
    void migrate();

    @Override
    void close();

    /** Makes the functions for the servers of a stack that is starting. */
    @FunctionalInterface
    interface Factory {
        Functions create(FunctionSettings settings);
    }
}
