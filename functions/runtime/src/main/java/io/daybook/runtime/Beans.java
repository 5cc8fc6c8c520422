package io.daybook.runtime;

import io.daybook.contract.Codec;
import io.micronaut.context.annotation.Factory;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The one clock and the one codec. */
@Factory
final class Beans {
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Singleton
    Codec codec(JsonMapper json) {
        return new Codec(json);
    }
}
