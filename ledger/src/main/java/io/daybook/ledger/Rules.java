package io.daybook.ledger;

import static io.daybook.contract.Identifiers.external;

import io.daybook.contract.Command;
import java.util.List;

/** Which postings each kind of operation is made of. */
public final class Rules {
    private Rules() {}

    public static List<Posting> postings(Command command) {
        return switch (command) {
            case Command.Deposit in ->
                List.of(
                        new Posting(in.accountId(), in.amount(), in.currency()),
                        new Posting(external(in.currency()), in.amount().negated(), in.currency()));
            case Command.Withdrawal out ->
                List.of(
                        new Posting(out.accountId(), out.amount().negated(), out.currency()),
                        new Posting(external(out.currency()), out.amount(), out.currency()));
            case Command.Transfer transfer ->
                List.of(
                        new Posting(transfer.fromAccountId(), transfer.amount().negated(), transfer.currency()),
                        new Posting(transfer.toAccountId(), transfer.amount(), transfer.currency()));
            case Command.Journal journal ->
                journal.postings().stream()
                        .map(line -> new Posting(line.accountId(), line.amount(), line.currency()))
                        .toList();
        };
    }
}
