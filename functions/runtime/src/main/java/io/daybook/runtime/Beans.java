package io.daybook.runtime;

import io.daybook.contract.Codec;
import io.micronaut.context.annotation.Factory;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** The one clock, the one source of chance and the one codec. */
@Factory
final class Beans {
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Not seeded once, so that those restored from one snapshot do not all do the same. */
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }

    @Singleton
    Codec codec(JsonMapper json) {
        return new Codec(json);
    }
}
