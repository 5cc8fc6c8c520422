package io.daybook.local;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.Patterns;
import org.elasticmq.CreateQueueData;
import org.elasticmq.DeadLettersQueueData;
import org.elasticmq.MillisVisibilityTimeout;
import org.elasticmq.NodeAddress;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.actor.queue.InternalMessage;
import org.elasticmq.msg.CreateQueue;
import org.elasticmq.msg.RestoreMessages;
import org.elasticmq.rest.sqs.AutoCreateQueuesConfig;
import org.elasticmq.rest.sqs.TheSQSRestServerBuilder;
import org.elasticmq.util.NowProvider;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Right;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * SQS on 127.0.0.1: the FIFO queue of operations and its dead-letter queue. A durable one answers a send once the message
 * is on the disk, and gives every message that was not deleted back, in its order, after a crash of the process or of the
 * machine. Port and, if durable, messages stay the same over {@link #stop} and {@link #start}.
 */
public final class Queue implements AutoCloseable {

    /**
     * @param folder where messages are kept; in memory only if empty
     * @param visibilityTimeout how long a message that was received stays hidden
     * @param receivesMax after how many deliveries a message goes to the dead letters
     */
    record Settings(Optional<Path> folder, Duration visibilityTimeout, int receivesMax) {

        static Settings durable(Path folder) {
            return new Settings(Optional.of(folder), Duration.ofSeconds(30), RECEIVES_MAX);
        }

        static Settings inMemory() {
            return new Settings(Optional.empty(), Duration.ofSeconds(30), RECEIVES_MAX);
        }

        Settings withVisibilityTimeout(Duration timeout) {
            return new Settings(folder, timeout, receivesMax);
        }
    }

    /** So many that a message outlives an outage of the database for hours: the processor parks what fails by itself. */
    private static final int RECEIVES_MAX = 100;

    static final String REGION = "us-east-1";

    private static final String NAME = "operations.fifo";
    private static final String DEAD_LETTERS = "operations-dlq.fifo";
    private static final String ACCOUNT = "000000000000";
    private static final String CREDENTIAL = "x";
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final Settings settings;
    private final int port = Ports.free();
    private boolean startedBefore;
    private Optional<Journal> journal = Optional.empty();
    private ActorSystem actors;

    private Queue(Settings settings) {
        this.settings = settings;
    }

    static Queue start(Settings settings) {
        var queue = new Queue(settings);
        queue.start();
        return queue;
    }

    /** Starts it again after {@link #stop}; nothing happens if it runs. */
    public synchronized void start() {
        if (actors != null) {
            return;
        }
        try {
            if (settings.folder().isPresent()) {
                journal = Optional.of(Journal.open(settings.folder().get().resolve("journal")));
            }
            var config = ConfigFactory.parseString("""
                            pekko.loglevel = WARNING
                            pekko.stdout-loglevel = OFF
                            pekko.daemonic = on
                            pekko.jvm-shutdown-hooks = off
                            pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                            """).withFallback(ConfigFactory.load(Queue.class.getClassLoader()));
            actors = ActorSystem.create("queue", config, Queue.class.getClassLoader());
            Option<ActorRef> keeper = journal.map(kept -> Option.apply(actors.actorOf(JournalKeeper.props(kept))))
                    .orElseGet(Option::empty);
            var manager = actors.actorOf(
                    Props.create(QueueManagerActor.class, new NowProvider(), StrictSQSLimits$.MODULE$, keeper));
            // Dead letters first: the other one looks them up when it is made. Messages before the port: nobody may
            // receive, or add, ahead of what is restored.
            create(manager, DEAD_LETTERS, Option.empty());
            create(manager, NAME, Option.apply(new DeadLettersQueueData(DEAD_LETTERS, settings.receivesMax())));
            new TheSQSRestServerBuilder(
                            Option.apply(actors),
                            Option.apply(manager),
                            "127.0.0.1",
                            port,
                            new NodeAddress("http", "127.0.0.1", port, ""),
                            false,
                            StrictSQSLimits$.MODULE$,
                            REGION,
                            ACCOUNT,
                            keeper,
                            AutoCreateQueuesConfig.disabled())
                    .start()
                    .waitUntilStarted();
            startedBefore = true;
        } catch (IOException | CompletionException e) {
            stop();
            throw new StackException("The queue does not start: " + e.getMessage(), e);
        }
    }

    private void create(ActorRef manager, String name, Option<DeadLettersQueueData> deadLetters) {
        var queue = new CreateQueueData(
                name,
                Option.apply(
                        new MillisVisibilityTimeout(settings.visibilityTimeout().toMillis())),
                Option.empty(),
                Option.empty(),
                Option.empty(),
                Option.empty(),
                deadLetters,
                true,
                false,
                Option.empty(),
                Option.empty(),
                scala.collection.immutable.Map.from(CollectionConverters.asScala(Map.of())));
        var created = ask(manager, new CreateQueue(queue));
        if (!(created instanceof Right<?, ?> right && right.value() instanceof ActorRef actor)) {
            throw new StackException("The queue %s cannot be made: %s".formatted(name, created));
        }
        journal.ifPresent(kept -> ask(actor, new RestoreMessages(restored(kept, name))));
    }

    private scala.collection.immutable.List<InternalMessage> restored(Journal kept, String name) {
        // A new process means that whoever had received a message is gone, and nobody has to wait for their timeout.
        List<InternalMessage> messages = kept.held().stream()
                .filter(held -> held.queue().equals(name))
                .map(held -> MessageFormat.restored(held, !startedBefore))
                .toList();
        return scala.collection.immutable.List.from(CollectionConverters.asScala(messages));
    }

    private static Object ask(ActorRef actor, Object message) {
        return Patterns.ask(actor, message, START_MAX).toCompletableFuture().join();
    }

    /** Stops it in the middle of whatever it does. */
    public synchronized void stop() {
        try {
            if (actors != null) {
                actors.terminate();
                actors.getWhenTerminated().toCompletableFuture().get(START_MAX.toSeconds(), TimeUnit.SECONDS);
            }
            if (journal.isPresent()) {
                journal.get().close();
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new StackException("The queue does not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            actors = null;
            journal = Optional.empty();
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The URL of the queue of operations. */
    public URI url() {
        return endpoint().resolve("/" + ACCOUNT + "/" + NAME);
    }

    /** The URL of the dead-letter queue. */
    public URI deadLettersUrl() {
        return endpoint().resolve("/" + ACCOUNT + "/" + DEAD_LETTERS);
    }

    /** The ARN of a queue by its URL. */
    static String arn(URI url) {
        return "arn:aws:sqs:%s%s".formatted(REGION, url.getPath().replace('/', ':'));
    }

    /** A new client of it, which the caller closes. */
    public SqsClient client() {
        return SqsClient.builder()
                .endpointOverride(endpoint())
                .region(Region.of(REGION))
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(CREDENTIAL, CREDENTIAL)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @Override
    public void close() {
        stop();
    }
}
