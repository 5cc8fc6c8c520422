package io.daybook.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Stands still but for a microsecond each time it is asked, so that no two moments are the same. */
final class SimulatedClock extends Clock {
    private Instant now;

    void set(Instant instant) {
        now = instant;
    }

    void advance(Duration time) {
        now = now.plus(time);
    }

    /** Without making a moment of it. */
    Instant peek() {
        return now;
    }

    @Override
    public Instant instant() {
        now = now.plus(1, ChronoUnit.MICROS);
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
