package io.daybook.status;

import io.daybook.contract.Codec;
import io.daybook.contract.RedisKeys;
import io.daybook.contract.ServiceAway;
import io.daybook.runtime.Caller;
import io.daybook.runtime.Redis;
import io.daybook.runtime.Scopes;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.micronaut.context.annotation.Value;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.filters.AuthenticationFetcher;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in for a token on one path, to read it and for a short time: what is in an address may be written down
 * somewhere. Redis knows a ticket by its digest, and whose it is.
 */
@Singleton
final class Tickets implements AuthenticationFetcher<HttpRequest<?>> {
    private static final Logger LOG = LoggerFactory.getLogger(Tickets.class);
    private static final String PARAMETER = "ticket";
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Redis redis;
    private final Codec codec;
    private final Clock clock;
    private final Duration timeToLive;

    Tickets(Redis redis, Codec codec, Clock clock, @Value("${daybook.tickets.ttl}") Duration timeToLive) {
        this.redis = redis;
        this.codec = codec;
        this.clock = clock;
        this.timeToLive = timeToLive;
    }

    record Ticket(String text, Instant expiresAt) {}

    @Serdeable
    record Holder(String tenant, String subject, String path) {}

    /** @throws ServiceAway without Redis */
    Ticket issue(Caller caller, String path) {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        var text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var expiresAt = clock.instant().plus(timeToLive).truncatedTo(ChronoUnit.SECONDS);
        var value =
                new String(codec.write(new Holder(caller.tenant(), caller.subject(), path)), StandardCharsets.UTF_8);
        try {
            redis.call(commands -> commands.set(key(text), value, SetArgs.Builder.exAt(expiresAt)));
        } catch (RedisException e) {
            throw new ServiceAway("Redis", e);
        }
        return new Ticket(text, expiresAt);
    }

    @Override
    public Publisher<Authentication> fetchAuthentication(HttpRequest<?> request) {
        var ticket = request.getMethod() == HttpMethod.GET
                ? request.getParameters().getFirst(PARAMETER)
                : Optional.<String>empty();
        return ticket.flatMap(text -> holder(text, request.getPath()))
                .<Publisher<Authentication>>map(Publishers::just)
                .orElseGet(Publishers::empty);
    }

    private Optional<Authentication> holder(String ticket, String path) {
        try {
            return Optional.ofNullable(redis.call(commands -> commands.get(key(ticket))))
                    .map(value -> codec.read(value.getBytes(StandardCharsets.UTF_8), Holder.class))
                    .filter(known -> path.equals(known.path()))
                    .map(known -> Authentication.build(
                            known.subject(), List.of(Scopes.READ), Map.of("tenant", known.tenant())));
        } catch (RedisException e) {
            LOG.warn("Nobody knows whose a ticket is: {}", e.toString());
            return Optional.empty();
        }
    }

    private static String key(String ticket) {
        return RedisKeys.ticket(
                HexFormat.of().formatHex(Codec.sha256().digest(ticket.getBytes(StandardCharsets.UTF_8))));
    }
}
