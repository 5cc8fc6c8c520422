package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A fact about an operation or a ledger, for whoever listens: <a
 * href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">CloudEvents 1.0</a> as JSON.
 * It may come more than once, then with the same {@code id}; those of one ledger come in order.
 *
 * @param subject the operation's id; the ledger's, of what happens to the whole of it
 * @param traceparent the operation's trace, by the <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md">distributed
 *     tracing extension</a>; {@code null} of what is no operation's
 */
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Event(
        String specversion,
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        String datacontenttype,
        String traceparent,
        Data data) {

    public Event(
            String specversion,
            String id,
            String source,
            String type,
            String subject,
            Instant time,
            String datacontenttype,
            Data data) {
        this(specversion, id, source, type, subject, time, datacontenttype, null, data);
    }

    /** The same as part of a trace. */
    public Event in(Trace trace) {
        return new Event(specversion, id, source, type, subject, time, datacontenttype, trace.toString(), data);
    }

    /** What a message may have at most; where an event would be longer, a {@link #brief} one stands for it. */
    public static final int BYTES_MAX = 256 * 1024;

    /**
     * What the fact is about. Of a letter that cannot be read, no more than id, ledger, time and error is known.
     *
     * @param accountId the first account that the operation names
     * @param balanceAfter of that account
     * @param balances of all of the client's accounts that it touched
     * @param reason why a ledger was halted
     * @param timestamp when it happened
     */
    @Serdeable(naming = SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Data(
            UUID operationId,
            String ledgerId,
            Kind kind,
            OperationStatus status,
            String accountId,
            String amount,
            String currency,
            Amount balanceAfter,
            UUID transactionId,
            Long sequence,
            List<Operation.Balance> balances,
            String idempotencyKey,
            String referenceId,
            UUID duplicateOf,
            JsonNode request,
            Problem error,
            String reason,
            Instant timestamp) {}

    /** What an endpoint is sent to try it out; it never happens by itself. */
    public static final String TEST = "daybook.webhook.test";

    /** The types of all that happens. */
    public static final Set<String> TYPES = types();

    private static Set<String> types() {
        var types = new TreeSet<String>();
        for (var kind : Kind.values()) {
            Stream.of("requested", "completed", "failed")
                    .map(name -> "daybook.%s.%s".formatted(kind, name))
                    .forEach(types::add);
        }
        Stream.of("processing", "compensating", "dead", "redriven", "discarded")
                .map("daybook.operation."::concat)
                .forEach(types::add);
        Stream.of("halted", "resumed").map("daybook.ledger."::concat).forEach(types::add);
        return Collections.unmodifiableSet(types);
    }

    /** The same without what can make it longer than a message may be; it is in the operation. */
    public Event brief() {
        var brief = new Data(
                data.operationId,
                data.ledgerId,
                data.kind,
                data.status,
                data.accountId,
                data.amount,
                data.currency,
                data.balanceAfter,
                data.transactionId,
                data.sequence,
                null,
                data.idempotencyKey,
                data.referenceId,
                data.duplicateOf,
                null,
                data.error,
                data.reason,
                data.timestamp);
        return new Event(specversion, id, source, type, subject, time, datacontenttype, traceparent, brief);
    }

    /** That a client has asked for it; told once it has its row in PostgreSQL. */
    public static Event requested(String tenant, Operation operation) {
        var data = data(operation, OperationStatus.PENDING, operation.createdAt());
        return of(tenant, "daybook.%s.requested".formatted(operation.kind()), "requested", data);
    }

    /** That it is now where it stands. Of one that has its outcome, the same whenever it is asked. */
    public static Event of(String tenant, Operation operation) {
        var at = operation.completedAt() != null ? operation.completedAt() : operation.updatedAt();
        var data = data(operation, operation.status(), at);
        var kind = operation.kind();
        return switch (operation.status()) {
            case SUCCEEDED -> of(tenant, "daybook.%s.completed".formatted(kind), "completed", data);
            case FAILED -> of(tenant, "daybook.%s.failed".formatted(kind), "failed", data);
            case PENDING -> of(tenant, "daybook.operation.redriven", "redriven:" + operation.version(), data);
            case PROCESSING, COMPENSATING, DEAD, DISCARDED -> {
                var status = operation.status();
                yield of(tenant, "daybook.operation." + status, status + ":" + operation.version(), data);
            }
        };
    }

    /** Of a letter that cannot be read. */
    public static Event ofLetter(
            String tenant, String ledgerId, UUID id, OperationStatus status, Problem error, Instant at) {
        var data = new Data(
                id, ledgerId, null, status, null, null, null, null, null, null, null, null, null, null, null, error,
                null, at);
        var name = status == OperationStatus.PENDING ? "redriven" : status.toString();
        return of(tenant, "daybook.operation." + name, name, data);
    }

    /**
     * That a ledger stands still, or goes on.
     *
     * @param name {@code halted} or {@code resumed}
     * @param reason why; {@code null} when it goes on
     */
    public static Event ofLedger(String tenant, String ledgerId, String name, String reason, Instant at) {
        var data = new Data(
                null, ledgerId, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                reason, at);
        return of(tenant, "daybook.ledger." + name, ledgerId, name + ":" + at, data);
    }

    /** Of no ledger. */
    public static Event ofTest(String tenant, UUID webhookId, UUID id, Instant at) {
        var data = new Data(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                at);
        return new Event(
                "1.0", id + ":test", "urn:daybook:" + tenant, TEST, webhookId.toString(), at, "application/json", data);
    }

    private static Event of(String tenant, String type, String suffix, Data data) {
        return of(tenant, type, data.operationId().toString(), suffix, data);
    }

    private static Event of(String tenant, String type, String subject, String suffix, Data data) {
        return new Event(
                "1.0",
                subject + ":" + suffix,
                "urn:daybook:%s:%s".formatted(tenant, data.ledgerId()),
                type,
                subject,
                data.timestamp(),
                "application/json",
                data);
    }

    private static Data data(Operation operation, OperationStatus status, Instant at) {
        var decided = status == operation.status();
        var request = operation.request();
        var accountId = text(request, "account_id").or(() -> text(request, "from_account_id"));
        var result = Optional.ofNullable(operation.result()).filter(ignored -> decided);
        return new Data(
                operation.operationId(),
                operation.ledgerId(),
                operation.kind(),
                status,
                accountId.orElse(null),
                text(request, "amount").orElse(null),
                text(request, "currency").orElse(null),
                result.stream()
                        .flatMap(done -> done.balances().stream())
                        .filter(balance -> accountId.equals(Optional.of(balance.accountId())))
                        .map(Operation.Balance::balanceAfter)
                        .findFirst()
                        .orElse(null),
                result.map(Operation.Result::transactionId).orElse(null),
                result.map(Operation.Result::sequence).orElse(null),
                result.map(Operation.Result::balances).orElse(null),
                operation.idempotencyKey(),
                operation.referenceId(),
                operation.duplicateOf(),
                request,
                decided ? operation.error() : null,
                null,
                at);
    }

    private static Optional<String> text(JsonNode request, String name) {
        return Optional.ofNullable(request.get(name)).filter(JsonNode::isString).map(JsonNode::getStringValue);
    }
}
