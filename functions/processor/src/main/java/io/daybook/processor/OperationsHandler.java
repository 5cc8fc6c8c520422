package io.daybook.processor;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.runtime.Meter;
import io.daybook.runtime.Metric;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.MicronautRequestHandler;
import jakarta.inject.Inject;

/**
 * The Lambda handler behind the FIFO queue. It answers with the messages that are to be delivered again
 * (<a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html">partial batch responses</a>).
 */
public final class OperationsHandler extends MicronautRequestHandler<SQSEvent, SQSBatchResponse> {
    @Inject
    private BatchRunner runner;

    @Inject
    private Meter meter;

    /** As Lambda makes it. */
    public OperationsHandler() {}

    public OperationsHandler(ApplicationContext context) {
        super(context);
    }

    @Override
    public SQSBatchResponse execute(SQSEvent event) {
        var failed = runner.run(event.getRecords().stream().map(Delivery::of).toList());
        meter.sample(Metric.BATCH_SIZE, event.getRecords().size());
        meter.count(Metric.RETRIES, failed.size());
        meter.flush();
        return new SQSBatchResponse(
                failed.stream().map(SQSBatchResponse.BatchItemFailure::new).toList());
    }
}
