package io.daybook.local.cli;

/** The API refused a request that the work cannot go on without. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    RefusedException(String request, Problem problem) {
        super(request + " was refused: " + problem);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }

    /** A token that does not do is something around the program; all else is the work's. */
    int exitCode() {
        return problem.status() == 401 || problem.status() == 403 ? Daybook.CANNOT : Daybook.WRONG;
    }
}
