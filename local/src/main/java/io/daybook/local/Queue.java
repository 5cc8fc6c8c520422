package io.daybook.local;

import io.daybook.local.FifoMessage.Delivery;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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

    /** What it is made of while it runs. */
    private record Running(Map<String, FifoQueue> queues, SqsServer server, Optional<Journal> journal) {}

    /** So many that a message outlives an outage of the database for hours: the processor parks what fails by itself. */
    private static final int RECEIVES_MAX = 1000;

    static final String REGION = "us-east-1";
    static final String ACCOUNT = "000000000000";

    private static final String NAME = "operations.fifo";
    private static final String DEAD_LETTERS = "operations-dlq.fifo";
    private static final String CREDENTIAL = "x";

    private final Settings settings;
    private final int port = Ports.free();
    private boolean startedBefore;
    private volatile Optional<Running> running = Optional.empty();

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
        if (running.isPresent()) {
            return;
        }
        Optional<Journal> journal = Optional.empty();
        try {
            if (settings.folder().isPresent()) {
                journal = Optional.of(Journal.open(settings.folder().get().resolve("journal")));
            }
            var queues = queues(journal);
            // Messages before the port: nobody may receive, or add, ahead of what is restored.
            var server = SqsServer.start(port, queues, journal.isPresent() ? journal.get()::force : () -> {});
            running = Optional.of(new Running(queues, server, journal));
            startedBefore = true;
        } catch (IOException | StackException e) {
            closeQuietly(journal);
            throw new StackException("The queue does not start: " + e.getMessage(), e);
        }
    }

    private Map<String, FifoQueue> queues(Optional<Journal> journal) {
        var sequence = new AtomicLong();
        var lock = new ReentrantLock();
        var deadLetters = queue(DEAD_LETTERS, Optional.empty(), journal, sequence, lock);
        var operations = queue(
                NAME,
                Optional.of(new FifoQueue.DeadLetters(deadLetters, settings.receivesMax())),
                journal,
                sequence,
                lock);
        var queues = Map.of(NAME, operations, DEAD_LETTERS, deadLetters);
        for (var message : journal.map(Journal::held).orElseGet(List::of)) {
            var delivery = MessageFormat.delivery(message.deliveries());
            // A new process means that whoever had received a message is gone, and nobody has to wait for their
            // timeout.
            queues.get(message.queue())
                    .restore(
                            MessageFormat.message(message.message()),
                            startedBefore ? delivery : delivery.hiddenUntil(0));
        }
        queues.values().forEach(FifoQueue::open);
        return queues;
    }

    private FifoQueue queue(
            String name,
            Optional<FifoQueue.DeadLetters> deadLetters,
            Optional<Journal> journal,
            AtomicLong sequence,
            ReentrantLock lock) {
        return new FifoQueue(
                arn(url(name)),
                settings.visibilityTimeout(),
                deadLetters,
                journal.<FifoQueue.Keeper>map(kept -> new Keeping(kept, name)).orElse(FifoQueue.Keeper.NONE),
                sequence,
                lock,
                InstantSource.system());
    }

    /** The changes of one queue, in the journal of all. */
    private record Keeping(Journal journal, String queue) implements FifoQueue.Keeper {
        @Override
        public void added(FifoMessage message, Delivery delivery) throws IOException {
            journal.added(queue, message.id(), MessageFormat.message(message), MessageFormat.delivery(delivery));
        }

        @Override
        public void delivered(FifoMessage message, Delivery delivery) throws IOException {
            journal.delivered(queue, message.id(), MessageFormat.delivery(delivery));
        }

        @Override
        public void removed(FifoMessage message) throws IOException {
            journal.removed(queue, message.id());
        }
    }

    /** Stops it in the middle of whatever it does. */
    public synchronized void stop() {
        var stopped = running;
        running = Optional.empty();
        stopped.ifPresent(parts -> {
            parts.queues().values().forEach(FifoQueue::close);
            parts.server().close();
            closeQuietly(parts.journal());
        });
    }

    private static void closeQuietly(Optional<Journal> journal) {
        try {
            if (journal.isPresent()) {
                journal.get().close();
            }
        } catch (IOException e) {
            throw new StackException("The queue does not stop: " + e.getMessage(), e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The URL of the queue of operations. */
    public URI url() {
        return url(NAME);
    }

    /** The URL of the dead-letter queue. */
    public URI deadLettersUrl() {
        return url(DEAD_LETTERS);
    }

    /** The name of a queue by its URL. */
    static String name(URI url) {
        return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
    }

    private URI url(String name) {
        return endpoint().resolve("/" + ACCOUNT + "/" + name);
    }

    /** The ARN of a queue by its URL. */
    static String arn(URI url) {
        return "arn:aws:sqs:%s%s".formatted(REGION, url.getPath().replace('/', ':'));
    }

    /**
     * The queue with this URL, as whoever works it off in the same process sees it.
     *
     * @throws QueueAwayException while it is stopped
     */
    FifoQueue at(URI url) {
        return running.orElseThrow(QueueAwayException::new).queues().get(name(url));
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
