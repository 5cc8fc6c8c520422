package io.daybook.processor;

import io.micronaut.context.ApplicationContext;
import java.util.UUID;

/** What an operator can do, without the way through HTTP. */
public final class Operator {
    private static final String NAME = "operator";

    private final Parking parking;
    private final DeadLetters deadLetters;

    public Operator(ApplicationContext context) {
        this.parking = context.getBean(Parking.class);
        this.deadLetters = context.getBean(DeadLetters.class);
    }

    public void halt(String tenant, String ledgerId) {
        parking.halt(tenant, ledgerId, "It is to stand still", NAME);
    }

    public void resume(String tenant, String ledgerId) {
        parking.resume(tenant, ledgerId);
    }

    public void redrive(String tenant, UUID operationId) {
        deadLetters.redrive(tenant, operationId, NAME);
    }
}
