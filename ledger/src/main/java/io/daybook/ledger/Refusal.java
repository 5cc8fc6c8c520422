package io.daybook.ledger;

import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import java.util.UUID;

/** A business reason why an operation is not carried out; thrown inside the ledger only, and an outcome outside. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private Refusal(Problem problem) {
        super(problem.code(), null, false, false);
        this.problem = problem;
    }

    static Refusal of(ProblemCode code, String detail, Object... args) {
        return new Refusal(Problem.of(code, detail.formatted(args)));
    }

    /** The operation that had the reference, or has done it, before. */
    Refusal naming(UUID first) {
        return new Refusal(problem.withFirstOperationId(first));
    }

    Problem problem() {
        return problem;
    }
}
