package io.daybook.simulation;

import io.daybook.ledger.Submission;
import java.util.List;
import java.util.Map;

/**
 * One thing that happens in a {@link Simulation}. Those of a history are made beforehand, each whole in itself, so that
 * any of them can be left out.
 */
sealed interface Action {

    /** A client's message reaches the queue of a ledger. */
    record Send(String ledger, boolean atomic, List<Submission> operations) implements Action {}

    /**
     * The processor is given a batch.
     *
     * @param choice which ledgers' messages
     * @param faults what goes wrong, by the number of the effect
     * @param answerLost whether the queue hears what is done
     */
    record Work(int choice, Map<Integer, Fault> faults, boolean answerLost) implements Action {}

    /** The schedule calls the relay. */
    record Relay(Map<Integer, Fault> faults) implements Action {}

    /** One of the invocations that stand still goes on. */
    record Resume(int choice) implements Action {}

    /** An account falls sick: the database refuses to change it, until it is well again. */
    record Sicken(String ledger, String account) implements Action {}

    record Heal() implements Action {}

    /** An operator has a ledger stand still. */
    record Halt(String ledger, Map<Integer, Fault> faults) implements Action {}

    /** An operator has a ledger go on. */
    record GoOn(String ledger, Map<Integer, Fault> faults) implements Action {}

    /** An operator sends one of those that are dead to its ledger again. */
    record Redrive(int choice, Map<Integer, Fault> faults) implements Action {}

    /** Time goes by. */
    record Wait(int seconds) implements Action {}
}
