package io.daybook.processor;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Codec;
import io.daybook.contract.Command;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.daybook.ledger.Account;
import io.daybook.ledger.Book;
import io.daybook.ledger.Submission;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.crac.Context;
import org.crac.Resource;

/** Before a snapshot of the function is taken, does with a message what needs no network: all but the SQL. */
@Singleton
final class Priming implements OrderedResource {
    private static final Command DEPOSIT =
            new Command.Deposit("alice", Amount.of("10.00"), "EUR", null, null, Map.of());

    private final Codec codec;
    private final Clock clock;

    Priming(Codec codec, Clock clock) {
        this.codec = codec;
        this.clock = clock;
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> ignored) {
        var now = clock.instant();
        var id = DaybookId.next("priming", "priming", now.toEpochMilli());
        var message = codec.decode(codec.encode(new QueueMessage(
                QueueMessage.VERSION,
                "priming",
                "priming",
                "priming",
                now,
                false,
                List.of(new QueueMessage.Item(id, "priming", DEPOSIT.kind(), DEPOSIT)))));
        var command = message.operations().getFirst().request();
        var zero = Amount.zero(2);
        var book = new Book(
                new Book.Head("priming", "priming", true, List.of(), 0, new byte[32], now),
                List.of(new Account("alice", "EUR", 2, AccountStatus.ACTIVE, zero, zero, zero)),
                List.of(),
                now);
        book.apply(new Submission(
                id, "priming", Codec.fingerprint(command.kind(), codec.canonical(command)), "priming", command));
        codec.write(Operation.pending(id, "priming", "priming", command, codec.tree(command), now));
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}
}
