package io.daybook.accept;

import io.daybook.contract.Codec;
import io.daybook.contract.CommandReader;
import io.daybook.contract.DaybookId;
import io.daybook.contract.Fields;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.QueueMessage;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.crac.Context;
import org.crac.Resource;

/** Before a snapshot of the function is taken, does with a request what needs no network. */
@Singleton
final class Priming implements OrderedResource {
    private static final String BODY = """
            {"account_id": "alice", "amount": "10.00", "currency": "EUR", "metadata": {"channel": "web"}}""";

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
        var command = Fields.read(BODY.getBytes(StandardCharsets.UTF_8), in -> CommandReader.read(Kind.DEPOSIT, in));
        Codec.fingerprint(command.kind(), codec.canonical(command));
        codec.write(
                AcceptedOperation.of(Operation.pending(id, "priming", "priming", command, codec.tree(command), now)));
        var item = new QueueMessage.Item(id, "priming", command.kind(), command);
        codec.encode(
                new QueueMessage(QueueMessage.VERSION, "priming", "priming", "priming", now, false, List.of(item)));
    }

    @Override
    public void afterRestore(Context<? extends Resource> ignored) {}
}
