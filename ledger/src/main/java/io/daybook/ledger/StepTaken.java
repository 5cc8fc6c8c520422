package io.daybook.ledger;

import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import io.daybook.contract.StepName;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A step of an operation between two ledgers that this ledger has taken. It is never taken again, and a refusal stays
 * one.
 *
 * @param problem why it was refused; {@code null} if it was not
 * @param balances what it left behind on the clients' accounts
 */
public record StepTaken(
        UUID operationId, StepName name, Problem problem, List<Operation.Balance> balances, Instant at) {}
