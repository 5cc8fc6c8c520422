package io.daybook.ledger;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a command does to one ledger, if the accounts allow it.
 *
 * @param postings of its transaction; none for no transaction
 * @param hold as it stands after; what it keeps back on its account changes with it
 * @param item as it stands after
 * @param reverses the operation that can then not be reversed again
 * @param goesOnIn the ledger of the next step
 * @param steps in which it is told to clients
 */
record Change(
        List<Posting> postings,
        Guard guard,
        Optional<Hold> hold,
        Optional<ActionItem> item,
        Optional<UUID> reverses,
        Optional<String> goesOnIn,
        List<String> steps) {

    /** What an account may refuse. */
    enum Guard {
        /** It takes part only when it is active, and gives nothing that it does not have. */
        STRICT,
        /** It takes part only when it is active. */
        FORCED,
        /** Nothing: what is taken or let go has been set aside before. */
        NONE
    }

    static Change none() {
        return new Change(
                List.of(),
                Guard.STRICT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    static Change posting(List<Posting> postings) {
        return none().with(postings);
    }

    static Change posting(Posting... postings) {
        return posting(List.of(postings));
    }

    static Change holding(Hold hold) {
        return none().with(hold);
    }

    static Change item(ActionItem item) {
        var none = none();
        return new Change(
                none.postings, none.guard, none.hold, Optional.of(item), none.reverses, none.goesOnIn, none.steps);
    }

    private Change with(List<Posting> postings) {
        return new Change(postings, guard, hold, item, reverses, goesOnIn, steps);
    }

    Change with(Hold hold) {
        return new Change(postings, guard, Optional.of(hold), item, reverses, goesOnIn, steps);
    }

    Change guardedBy(Guard guard) {
        return new Change(postings, guard, hold, item, reverses, goesOnIn, steps);
    }

    Change reversing(UUID operationId) {
        return new Change(postings, guard, hold, item, Optional.of(operationId), goesOnIn, steps);
    }

    Change goingOnIn(String ledgerId) {
        return new Change(postings, guard, hold, item, reverses, Optional.of(ledgerId), steps);
    }

    Change inSteps(String... steps) {
        return new Change(postings, guard, hold, item, reverses, goesOnIn, List.of(steps));
    }
}
