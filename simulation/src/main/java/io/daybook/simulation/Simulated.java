package io.daybook.simulation;

import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Random;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What the processor finds in place of the clock, chance, the queue and the topic. */
@Factory
final class Simulated {
    @Singleton
    @Replaces(Clock.class)
    SimulatedClock clock() {
        return new SimulatedClock();
    }

    @Singleton
    @Replaces(RandomGenerator.class)
    Random random() {
        return new Random();
    }

    @Singleton
    @Replaces(SqsClient.class)
    SimulatedQueue queue(SimulatedClock clock) {
        return new SimulatedQueue(clock);
    }

    @Singleton
    @Replaces(SnsClient.class)
    SimulatedTopic topic() {
        return new SimulatedTopic();
    }
}
