package io.daybook.processor;

import io.daybook.contract.ServiceAway;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** What is done with a message that cannot be applied: its operations become dead letters, and none of them another's. */
@Singleton
final class LastResort {
    private final Bookkeeper bookkeeper;

    LastResort(Bookkeeper bookkeeper) {
        this.bookkeeper = bookkeeper;
    }

    /** Operations that can be parted are tried one by one, each for the last time. */
    List<Bookkeeper.Applied> bury(Work work, Cause cause) {
        var items = work.message().operations();
        if (work.message().atomic() || items.size() == 1) {
            return List.of(bookkeeper.apply(List.of(work.poisoned(cause))));
        }
        var applied = new ArrayList<Bookkeeper.Applied>();
        for (var item : items) {
            applied.add(applyOrBury(work.with(List.of(item))));
        }
        return applied;
    }

    private Bookkeeper.Applied applyOrBury(Work work) {
        try {
            return bookkeeper.apply(List.of(work));
        } catch (ServiceAway | Bookkeeper.StandsStill e) {
            throw e;
        } catch (RuntimeException e) {
            return bookkeeper.apply(List.of(work.poisoned(Cause.of(e))));
        }
    }
}
