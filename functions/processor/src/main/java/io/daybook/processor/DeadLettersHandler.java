package io.daybook.processor;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.runtime.Meter;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Value;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;

/**
 * The Lambda handler behind the queue's own dead letters: messages that the processor could neither apply nor park, most
 * likely because it ended before it could say so.
 */
public final class DeadLettersHandler extends MicronautRequestHandler<SQSEvent, SQSBatchResponse> {
    @Inject
    private BatchRunner runner;

    @Inject
    private Meter meter;

    @Value("${daybook.queue.receives-max}")
    private int receivesMax;

    /** As Lambda makes it. */
    public DeadLettersHandler() {}

    public DeadLettersHandler(ApplicationContext context) {
        super(context);
    }

    @Override
    public SQSBatchResponse execute(SQSEvent event) {
        var failed = runner.bury(event.getRecords().stream()
                .map(Delivery::of)
                .map(delivery -> delivery.atLeast(receivesMax + 1))
                .toList());
        meter.flush();
        return new SQSBatchResponse(
                failed.stream().map(SQSBatchResponse.BatchItemFailure::new).toList());
    }
}
