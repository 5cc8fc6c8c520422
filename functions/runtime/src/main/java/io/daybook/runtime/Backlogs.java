package io.daybook.runtime;

import io.daybook.contract.Claim;
import io.daybook.contract.Codec;
import io.daybook.contract.DaybookId;
import io.daybook.contract.LedgerName;
import io.daybook.contract.Operation;
import io.daybook.contract.RedisKeys;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** How many operations are on their way, and since when, as far as Redis knows. */
@Singleton
public final class Backlogs {
    /** A request that ended before its message was sent leaves an operation behind that nobody has: seldom so many. */
    private static final int OLDEST = 5;

    private final Redis redis;
    private final Codec codec;
    private final Clock clock;
    private final Duration retention;

    Backlogs(Redis redis, Codec codec, Clock clock, @Value("${daybook.status.retention}") Duration retention) {
        this.redis = redis;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
    }

    /**
     * What is on its way to a ledger.
     *
     * @param since when the oldest was accepted of which it is certain that it is on the queue, or was
     */
    public record Backlog(LedgerName ledger, long operations, Optional<Instant> since) {}

    private record Asked(LedgerName ledger, RedisFuture<Long> count, RedisFuture<List<String>> oldest) {}

    /**
     * Those of the ledgers that have any, in a few round trips.
     *
     * @throws RedisException if it cannot be said
     */
    public List<Backlog> of(Collection<LedgerName> ledgers) {
        var commands = redis.commands();
        var first = DaybookId.first(clock.instant().minus(retention).toEpochMilli());
        var range = Range.from(Range.Boundary.including(first.toString()), Range.Boundary.<String>unbounded());
        var asked = ledgers.stream()
                .map(ledger -> {
                    var pending = RedisKeys.pending(ledger.tenant(), ledger.ledgerId());
                    return new Asked(
                            ledger,
                            commands.zlexcount(pending, range),
                            commands.zrangebylex(pending, range, Limit.create(0, OLDEST)));
                })
                .toList();
        return asked.stream()
                .filter(one -> redis.get(one.count()) > 0)
                .map(one -> new Backlog(one.ledger(), redis.get(one.count()), since(one)))
                .toList();
    }

    private Optional<Instant> since(Asked asked) {
        var commands = redis.commands();
        var found = redis.get(asked.oldest()).stream()
                .map(id -> commands.hget(RedisKeys.operation(UUID.fromString(id)), "d"))
                .toList();
        var operations = found.stream()
                .map(redis::get)
                .filter(Objects::nonNull)
                .map(json -> codec.read(json.getBytes(StandardCharsets.UTF_8), Operation.class))
                .toList();
        var claims = operations.stream()
                .map(operation -> commands.get(RedisKeys.claim(
                        asked.ledger().tenant(), asked.ledger().ledgerId(), operation.idempotencyKey())))
                .toList();
        for (var i = 0; i < operations.size(); i++) {
            var claim = redis.get(claims.get(i));
            if (claim != null && Claim.parse(claim).sent()) {
                return Optional.of(operations.get(i).createdAt());
            }
        }
        return Optional.empty();
    }
}
