package io.daybook.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.Status;
import org.elasticmq.actor.queue.OperationSuccessful$;
import org.elasticmq.actor.queue.QueueEvent;

/**
 * Writes the queue's events to the journal. The queue answers a sender only after this has answered the queue: an
 * addition once it is on the disk, anything else at once, because losing a delivery or a removal only delivers again.
 *
 * <p>It stands in for ElasticMQ's own store in a database, which gives FIFO messages back as ones of a standard queue, in
 * no order, and has one database for the whole process.
 */
final class JournalKeeper extends AbstractActor {

    private enum Signal {
        FORCE
    }

    private final Journal journal;
    private final List<ActorRef> waitingForDisk = new ArrayList<>();

    private JournalKeeper(Journal journal) {
        this.journal = journal;
    }

    static Props props(Journal journal) {
        return Props.create(JournalKeeper.class, () -> new JournalKeeper(journal));
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(
                        QueueEvent.MessageAdded.class,
                        event -> keep(() -> {
                            var message = event.message();
                            journal.added(
                                    event.queueName(),
                                    message.id(),
                                    MessageFormat.message(message),
                                    MessageFormat.deliveries(message));
                            awaitDisk(getSender());
                        }))
                .match(
                        QueueEvent.MessageUpdated.class,
                        event -> keep(() -> {
                            var message = event.message();
                            journal.delivered(event.queueName(), message.id(), MessageFormat.deliveries(message));
                            answerKept(getSender());
                        }))
                .match(
                        QueueEvent.MessageRemoved.class,
                        event -> keep(() -> {
                            journal.removed(event.queueName(), event.messageId());
                            answerKept(getSender());
                        }))
                .matchEquals(Signal.FORCE, signal -> force())
                // Queues themselves are made anew at every start.
                .matchAny(event -> {})
                .build();
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void keep(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            getSender().tell(new Status.Failure(e), getSelf());
        }
    }

    // The signal queues up behind all that has arrived by now: one wait for the disk answers every sender among them.
    private void awaitDisk(ActorRef sender) {
        if (waitingForDisk.isEmpty()) {
            getSelf().tell(Signal.FORCE, getSelf());
        }
        waitingForDisk.add(sender);
    }

    private void force() {
        try {
            journal.force();
            waitingForDisk.forEach(this::answerKept);
        } catch (IOException e) {
            waitingForDisk.forEach(sender -> sender.tell(new Status.Failure(e), getSelf()));
        }
        waitingForDisk.clear();
    }

    private void answerKept(ActorRef sender) {
        sender.tell(OperationSuccessful$.MODULE$, getSelf());
    }
}
