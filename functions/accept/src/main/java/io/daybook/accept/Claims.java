package io.daybook.accept;

import io.daybook.contract.Claim;
import io.daybook.contract.Codec;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.RedisKeys;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Redis;
import io.daybook.runtime.Script;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Idempotency keys and pending statuses in Redis. */
@Singleton
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final Duration RETRY_AFTER_MIN = Duration.ofSeconds(1);
    private static final Script CLAIM = Script.beside(Claims.class, "claim.lua");
    private static final Script RELEASE = Script.beside(Claims.class, "release.lua");
    private static final Script FIND = Script.beside(Claims.class, "find.lua");

    private final Redis redis;
    private final Codec codec;
    private final Clock clock;
    private final Duration retention;
    private final int backlogMax;
    private final Duration retryAfterMax;

    Claims(
            Redis redis,
            Codec codec,
            Clock clock,
            @Value("${daybook.status.retention}") Duration retention,
            @Value("${daybook.backlog.operations-max}") int backlogMax,
            @Value("${daybook.backlog.retry-after-max}") Duration retryAfterMax) {
        this.redis = redis;
        this.codec = codec;
        this.clock = clock;
        this.retention = retention;
        this.backlogMax = backlogMax;
        this.retryAfterMax = retryAfterMax;
    }

    /**
     * Claims all keys and writes the pending statuses in one round trip; if one key is held for another request, it
     * claims none.
     *
     * @param waiter the channel on which the outcome is awaited
     * @return who holds each key now
     * @throws RedisException if it cannot be said
     * @throws ProblemException {@code too_many_requests}, if the ledger has too many operations on their way to take in
     *     new ones. It is worth to try again when so much time has gone by as the oldest of them has waited.
     */
    List<Claim> claim(String tenant, String ledgerId, List<Wanted> wanted, Optional<String> waiter) {
        return claim(tenant, ledgerId, wanted, waiter, backlogMax);
    }

    /** The same for what does not go through the queue, however deep that is. */
    List<Claim> claimAtOnce(String tenant, String ledgerId, Wanted wanted) {
        return claim(tenant, ledgerId, List.of(wanted), Optional.empty(), Integer.MAX_VALUE);
    }

    private List<Claim> claim(
            String tenant, String ledgerId, List<Wanted> wanted, Optional<String> waiter, int pendingMax) {
        var now = clock.instant();
        var keys = new ArrayList<String>(1 + 2 * wanted.size());
        var arguments = new ArrayList<String>(5 + wanted.size());
        keys.add(RedisKeys.pending(tenant, ledgerId));
        arguments.addAll(List.of(
                Long.toString(retention.toSeconds()),
                tenant,
                waiter.orElse(""),
                Integer.toString(pendingMax),
                DaybookId.first(now.minus(retention).toEpochMilli()).toString()));
        for (var want : wanted) {
            keys.add(RedisKeys.claim(tenant, ledgerId, want.key()));
            keys.add(RedisKeys.operation(want.operationId()));
            arguments.add(want.claim() + "\n" + (want.isOperation() ? json(want.pending()) : ""));
        }
        List<String> answer = redis.call(CLAIM, ScriptOutputType.MULTI, keys, arguments);
        if (!answer.getFirst().isEmpty()) {
            throw tooMany(Duration.between(DaybookId.at(UUID.fromString(answer.getFirst())), now));
        }
        return answer.stream().skip(1).map(Claim::parse).toList();
    }

    /** @param behind how long the oldest operation has waited */
    private ProblemException tooMany(Duration behind) {
        var wait = Stream.of(behind, retryAfterMax).min(Duration::compareTo).orElseThrow();
        return new ProblemException(
                Problem.of(
                        ProblemCode.TOO_MANY_REQUESTS,
                        "The ledger has as many operations on their way as it may; the oldest has waited for %d s"
                                .formatted(behind.toSeconds())),
                wait.compareTo(RETRY_AFTER_MIN) < 0 ? RETRY_AFTER_MIN : wait);
    }

    /** Whether the key belongs to the same request already, as far as Redis can say. */
    boolean isHeld(String tenant, String ledgerId, Wanted wanted) {
        try {
            var held = redis.call(commands -> commands.get(RedisKeys.claim(tenant, ledgerId, wanted.key())));
            return held != null
                    && Claim.parse(held).fingerprint().equals(wanted.claim().fingerprint());
        } catch (RedisException e) {
            return false;
        }
    }

    /** The operation as Redis knows it, and the waiter added to those who are told its outcome. */
    Optional<Operation> find(UUID operationId, Optional<String> waiter) {
        String json = redis.call(
                FIND, ScriptOutputType.VALUE, List.of(RedisKeys.operation(operationId)), List.of(waiter.orElse("")));
        return Optional.ofNullable(json)
                .map(text -> codec.read(text.getBytes(StandardCharsets.UTF_8), Operation.class));
    }

    /** Notes that the operations are on the queue. If it gets lost, a retry sends them again under the same ids. */
    void confirmInBackground(String tenant, String ledgerId, List<Wanted> wanted, List<Claim> held) {
        inBackground(() -> {
            var commands = redis.commands();
            for (var i = 0; i < wanted.size(); i++) {
                var key = RedisKeys.claim(tenant, ledgerId, wanted.get(i).key());
                commands.set(
                        key,
                        held.get(i).confirmed().toString(),
                        SetArgs.Builder.xx().keepttl());
            }
        });
    }

    /** Gives up claims whose operations are certainly not on the queue. */
    void releaseInBackground(String tenant, String ledgerId, List<Wanted> wanted, List<Claim> held) {
        inBackground(() -> {
            var keys = new ArrayList<>(List.of(RedisKeys.pending(tenant, ledgerId)));
            var arguments = new ArrayList<String>();
            for (var i = 0; i < wanted.size(); i++) {
                keys.add(RedisKeys.claim(tenant, ledgerId, wanted.get(i).key()));
                keys.add(RedisKeys.operation(held.get(i).operationId()));
                arguments.add(held.get(i).toString());
            }
            redis.call(RELEASE, ScriptOutputType.INTEGER, keys, arguments);
        });
    }

    private String json(Operation operation) {
        return new String(codec.write(operation), StandardCharsets.UTF_8);
    }

    private static void inBackground(Runnable step) {
        try {
            step.run();
        } catch (RedisException e) {
            LOG.warn("Redis is away: {}", e.toString());
        }
    }
}
