package io.daybook.bench;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.contract.QueueMessage;
import io.daybook.local.Functions;
import io.daybook.local.Stack;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What the queue's emulator lets through by itself: messages are sent, received by the poller, and deleted. */
record QueueRate(double seconds, int many) {
    private static final int SENDERS = 4;

    /** Told what is going on. */
    @FunctionalInterface
    interface Log {
        void say(String what, Object... values);
    }

    Table measure(Log log) throws Exception {
        var table = new Table(
                "queue",
                "The queue by itself, with a processor that does nothing",
                "queue",
                "message groups",
                "operations of a message",
                "sent/s",
                "through/s");
        for (var durable : List.of(false, true)) {
            var through = new AtomicLong();
            var options = new Stack.Options(Optional.empty(), 0, durable);
            try (var ending = Ending.of(Stack.start(options, settings -> new Nothing(through)))) {
                var stack = ending.stack();
                run(stack, through, 1, 1, seconds); // warm-up
                for (var groups : List.of(1, many)) {
                    for (var operations : List.of(1, 100)) {
                        log.say(
                                "the queue, %s, %d group(s), messages of %d ...",
                                durable ? "durable" : "in memory", groups, operations);
                        var rates = run(stack, through, groups, operations, seconds);
                        table.row(
                                durable ? "durable" : "in memory",
                                groups,
                                operations,
                                rates.sentPerSecond(),
                                rates.throughPerSecond());
                    }
                }
            }
        }
        return table;
    }

    private record Rates(double sentPerSecond, double throughPerSecond) {}

    private static Rates run(Stack stack, AtomicLong through, int groups, int operations, double seconds)
            throws Exception {
        var ledgers = Ledgers.named("queue", groups, 100);
        var messages =
                Stream.generate(() -> ledgers.commands(operations)).limit(100).toList();
        var next = new AtomicInteger();
        var url = stack.queue().url().toString();
        var before = through.get();
        var began = System.nanoTime();
        var end = began + Math.round(seconds * 1e9);
        try (var senders = Executors.newFixedThreadPool(SENDERS)) {
            for (var i = 0; i < SENDERS; i++) {
                senders.execute(() -> {
                    try (var sqs = stack.queue().client()) {
                        while (System.nanoTime() < end) {
                            var turn = next.getAndIncrement();
                            QueueMessage message = Ledgers.message(
                                    ledgers.ids().get(turn % groups), messages.get(turn % messages.size()));
                            sqs.sendMessage(request -> request.queueUrl(url)
                                    .messageGroupId(message.group())
                                    .messageDeduplicationId(message.operations()
                                            .getFirst()
                                            .operationId()
                                            .toString())
                                    .messageBody(Ledgers.CODEC.encode(message)));
                        }
                    }
                });
            }
        }
        var sending = (System.nanoTime() - began) / 1e9;
        var sent = next.get();
        if (!Patience.until(() -> through.get() - before >= sent)) {
            throw new BrokenBooksException("%,d messages were sent, %,d came".formatted(sent, through.get() - before));
        }
        return new Rates(sent / sending, sent / ((System.nanoTime() - began) / 1e9));
    }

    /** Functions that do nothing. */
    private record Nothing(AtomicLong through) implements Functions {
        @Override
        public RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> http(String name) {
            return (event, context) -> new APIGatewayProxyResponseEvent().withStatusCode(503);
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> processor() {
            return (event, context) -> {
                through.addAndGet(event.getRecords().size());
                return new SQSBatchResponse(List.of());
            };
        }

        @Override
        public RequestHandler<SQSEvent, SQSBatchResponse> deadLetters() {
            return processor();
        }

        @Override
        public void relay() {}

        @Override
        public void webhooks() {}

        @Override
        public void migrate() {}

        @Override
        public void close() {}
    }
}
