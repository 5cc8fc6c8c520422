package io.daybook.runtime;

import io.daybook.contract.QueueMessage;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.MDC;

/** What the log lines of this thread are about, in fields of their own, until it is closed. */
public final class LogSubject implements AutoCloseable {
    private static final String LEDGER = "ledger_id";
    private static final String OPERATION = "operation_id";
    private static final String TRACE = "trace_id";
    private static final String ATTEMPT = "attempt";
    private static final List<String> FIELDS = List.of(LEDGER, OPERATION, TRACE, ATTEMPT);

    private final Map<String, String> before;

    private LogSubject() {
        before = FIELDS.stream()
                .filter(field -> MDC.get(field) != null)
                .collect(Collectors.toMap(field -> field, MDC::get));
        FIELDS.forEach(MDC::remove);
    }

    /** About nothing yet. */
    public static LogSubject open() {
        return new LogSubject();
    }

    public LogSubject ledger(String ledgerId) {
        MDC.put(LEDGER, ledgerId);
        return this;
    }

    public LogSubject operation(UUID operationId) {
        MDC.put(OPERATION, operationId.toString());
        return this;
    }

    public LogSubject trace(String traceId) {
        MDC.put(TRACE, traceId);
        return this;
    }

    /** About a message: its operation, where it has one only, and the trace that this has or that all of them share. */
    public LogSubject message(QueueMessage message) {
        var first = message.operations().getFirst();
        var one = message.operations().size() == 1;
        if (one) {
            operation(first.operationId());
        }
        if (one || message.traceparent() != null) {
            trace(message.traceOf(first).id());
        }
        return ledger(message.ledgerId());
    }

    /** @param attempt 1 for the first */
    public LogSubject attempt(int attempt) {
        MDC.put(ATTEMPT, Integer.toString(attempt));
        return this;
    }

    @Override
    public void close() {
        FIELDS.forEach(MDC::remove);
        before.forEach(MDC::put);
    }
}
