package io.daybook.status;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.RedisKeys;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Redis;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.OperationTable;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where operations stand: Redis is asked first, PostgreSQL knows in the end. */
@Singleton
final class Operations {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);
    private static final int CHUNK = 500;

    private final Redis redis;
    private final Database database;
    private final OperationTable operations;
    private final Codec codec;
    private final Clock clock;
    private final Duration staleAfter;

    Operations(
            Redis redis,
            Database database,
            OperationTable operations,
            Codec codec,
            Clock clock,
            @Value("${daybook.status.stale-after}") Duration staleAfter) {
        this.redis = redis;
        this.database = database;
        this.operations = operations;
        this.codec = codec;
        this.clock = clock;
        this.staleAfter = staleAfter;
    }

    /**
     * The operation, if it is one of the tenant's.
     *
     * @throws ServiceAway if that cannot be told: without Redis, what is on its way looks as if it never was
     */
    Optional<Operation> find(String tenant, UUID id) {
        try {
            var seen = inRedis(tenant, id);
            return seen.filter(operation -> !mayBeStale(operation)).isPresent()
                    ? seen
                    : stored(tenant, id)
                            .filter(stored -> seen.isEmpty()
                                    || stored.version() > seen.get().version())
                            .or(() -> seen);
        } catch (RedisException e) {
            LOG.warn("Redis is away, PostgreSQL answers: {}", e.toString());
            return Optional.of(stored(tenant, id).orElseThrow(() -> new ServiceAway("Redis", e)));
        }
    }

    private Optional<Operation> stored(String tenant, UUID id) {
        return database.transaction(connection -> operations.find(connection, id))
                .filter(row -> row.tenant().equals(tenant))
                .map(OperationTable.Row::operation);
    }

    /** Ids from one on and before another. */
    record Between(UUID from, UUID before) {
        Between before(UUID id) {
            return new Between(from, older(before, id));
        }
    }

    static UUID older(UUID one, UUID other) {
        return UNSIGNED.compare(one, other) < 0 ? one : other;
    }

    /**
     * The ledger's operations between two ids, the newest first: those decided, and, if Redis answers, those on their
     * way.
     *
     * @throws ServiceAway if just those are asked for, and Redis does not answer
     */
    List<Operation> list(LedgerTable.Row ledger, OperationTable.Filter filter, Between between, int limit) {
        var found = new TreeMap<UUID, Operation>(UNSIGNED.reversed());
        // Redis ahead of PostgreSQL: what has left the one by then is in the other.
        onTheirWay(ledger, filter, between, limit).forEach(operation -> found.put(operation.operationId(), operation));
        database.transaction(connection ->
                        operations.list(connection, ledger.key(), filter, between.from(), between.before(), limit))
                .forEach(operation -> found.put(operation.operationId(), operation));
        return found.values().stream().limit(limit).toList();
    }

    /** As PostgreSQL and the text of the ids order them; {@link UUID#compareTo} takes their halves as signed. */
    private static final Comparator<UUID> UNSIGNED = Comparator.comparing(UUID::toString);

    private static boolean matches(OperationTable.Filter filter, Operation operation) {
        return (filter.status() == null || filter.status() == operation.status())
                && (filter.kind() == null || filter.kind() == operation.kind())
                && (filter.referenceId() == null || filter.referenceId().equals(operation.referenceId()));
    }

    /** One that has moved on long ago, perhaps: what became of it, or of one that was dead, may not have reached Redis. */
    private boolean mayBeStale(Operation operation) {
        return !operation.status().isFinal()
                && operation.updatedAt().plus(staleAfter).isBefore(clock.instant());
    }

    private Optional<Operation> inRedis(String tenant, UUID id) {
        var fields = redis.call(commands -> commands.hmget(RedisKeys.operation(id), "t", "d"));
        return fields.get(0).hasValue() && fields.get(0).getValue().equals(tenant)
                ? Optional.of(parse(fields.get(1).getValue()))
                : Optional.empty();
    }

    private List<Operation> onTheirWay(
            LedgerTable.Row ledger, OperationTable.Filter filter, Between between, int limit) {
        var found = new ArrayList<Operation>();
        if (filter.status() == OperationStatus.SUCCEEDED || filter.status() == OperationStatus.FAILED) {
            return found;
        }
        try {
            var rest = between;
            List<UUID> ids;
            do {
                ids = pendingIds(ledger, rest);
                undecided(ledger, read(ids)).stream()
                        .filter(operation -> matches(filter, operation))
                        .forEach(found::add);
                rest = ids.isEmpty() ? rest : rest.before(ids.getLast());
            } while (ids.size() == CHUNK && found.size() < limit);
        } catch (RedisException e) {
            if (filter.status() == OperationStatus.PENDING) {
                throw new ServiceAway("Redis", e);
            }
            LOG.warn("Redis is away, operations on their way are not listed: {}", e.toString());
        }
        return found;
    }

    private List<UUID> pendingIds(LedgerTable.Row ledger, Between between) {
        var key = RedisKeys.pending(ledger.head().tenant(), ledger.head().ledgerId());
        var range = Range.from(
                Range.Boundary.including(between.from().toString()),
                Range.Boundary.excluding(between.before().toString()));
        return redis.call(commands -> commands.zrevrangebylex(key, range, Limit.from(CHUNK))).stream()
                .map(UUID::fromString)
                .toList();
    }

    private List<Operation> read(List<UUID> ids) {
        var commands = redis.commands();
        var answers = ids.stream()
                .map(id -> commands.hget(RedisKeys.operation(id), "d"))
                .toList();
        return answers.stream()
                .map(redis::get)
                .filter(json -> json != null)
                .map(this::parse)
                .filter(operation -> !operation.done())
                .toList();
    }

    /** Without those whose outcome did not reach Redis: they are on their way no more. */
    private List<Operation> undecided(LedgerTable.Row ledger, List<Operation> seen) {
        if (seen.isEmpty()) {
            return seen;
        }
        var ids = seen.stream().map(Operation::operationId).toList();
        var decided = database
                .transaction(connection -> operations.known(connection, ledger.key(), ids, List.of(), List.of()))
                .stream()
                .map(row -> row.operation().operationId())
                .collect(Collectors.toSet());
        return seen.stream()
                .filter(operation -> !decided.contains(operation.operationId()))
                .toList();
    }

    private Operation parse(String json) {
        return codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class);
    }
}
