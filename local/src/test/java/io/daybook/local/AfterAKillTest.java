package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.local.path.Messages;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import software.amazon.awssdk.services.sqs.model.Message;

class AfterAKillTest {

    private static final int SENT_BEFORE_THE_KILL = 300;

    @TempDir
    private static Path data;

    private static StackException whileItRan;
    private static final List<String> acknowledged = new ArrayList<>();
    private static long killed;
    private static long postmaster;
    private static DataFolder folder;
    private static Postgres postgres;
    private static Redis redis;

    /** The process that is killed: every line it prints is a message that the queue has taken. */
    static final class Sender {

        public static void main(String[] arguments) throws Exception {
            var folder = DataFolder.open(Path.of(arguments[0]));
            var redis = Redis.start(folder.redis());
            var postgres = Postgres.start(folder.postgres());
            var queue = Queue.start(Queue.Settings.durable(folder.queue()));
            try (var connection =
                            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                    var statement = connection.createStatement();
                    var jedis = new Jedis(URI.create(redis.uri()));
                    var client = queue.client()) {
                statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
                jedis.set("kept", "42");
                System.out.println("up");
                for (var number = 0; ; number++) {
                    var body = Integer.toString(number);
                    client.sendMessage(request -> request.queueUrl(queue.url().toString())
                            .messageGroupId("group-" + body.charAt(body.length() - 1))
                            .messageDeduplicationId(body)
                            .messageBody(body));
                    if (number == 20) {
                        client.receiveMessage(request ->
                                request.queueUrl(queue.url().toString()).maxNumberOfMessages(10));
                    }
                    System.out.println(body);
                }
            }
        }
    }

    @BeforeAll
    static void kill_a_process_at_work() throws Exception {
        try (var sender = OtherProcess.run(Sender.class, data.toString())) {
            assertThat(sender.line()).isEqualTo("up");
            for (var count = 0; count < SENT_BEFORE_THE_KILL; count++) {
                acknowledged.add(sender.line());
            }
            try {
                DataFolder.open(data).close();
            } catch (StackException e) {
                whileItRan = e;
            }
            killed = sender.pid();
            acknowledged.addAll(sender.kill());
        }
        postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).getFirst());
        assertThat(ProcessHandle.of(postmaster))
                .as("PostgreSQL outlives its parent")
                .isPresent();
        folder = DataFolder.open(data);
        redis = Redis.start(folder.redis());
        postgres = Postgres.start(folder.postgres());
    }

    @AfterAll
    static void stop() {
        for (var opened : Arrays.asList(postgres, redis, folder)) {
            if (opened != null) {
                close(opened);
            }
        }
    }

    @Test
    void while_it_runs_nobody_else_may_have_its_folder_and_hears_who_has_it() {
        assertThat(whileItRan)
                .hasMessageContaining(data.getFileName().toString())
                .hasMessageContaining("process " + killed);
    }

    @Test
    void the_folder_is_free_again_and_then_taken() {
        assertThatThrownBy(() -> DataFolder.open(data))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    @Test
    void a_postgres_that_was_left_over_is_stopped_and_its_data_are_there() throws Exception {
        assertThat(ProcessHandle.of(postmaster)
                        .flatMap(process -> process.info().command()))
                .as("what the old process runs")
                .isEmpty();
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                var statement = connection.createStatement();
                var answer = statement.executeQuery("SELECT answer FROM kept")) {
            assertThat(answer.next()).isTrue();
            assertThat(answer.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void a_redis_that_was_left_over_is_stopped_and_its_data_are_there() {
        try (var jedis = new Jedis(URI.create(redis.uri()))) {
            assertThat(jedis.get("kept")).isEqualTo("42");
        }
    }

    @Test
    void a_killed_process_loses_no_acknowledged_message_and_no_order() {
        try (var queue = Queue.start(Queue.Settings.durable(folder.queue()));
                var client = queue.client()) {
            var received = new ArrayList<Message>();
            List<Message> batch;
            do {
                batch = client.receiveMessage(
                                request -> request.queueUrl(queue.url().toString())
                                        .maxNumberOfMessages(10)
                                        .messageSystemAttributeNamesWithStrings("All"))
                        .messages();
                received.addAll(batch);
                Messages.delete(client, queue.url().toString(), batch);
            } while (!batch.isEmpty());

            assertThat(received)
                    .extracting(Message::body)
                    .doesNotHaveDuplicates()
                    .containsAll(acknowledged);
            for (var group = 0; group < 10; group++) {
                var last = Integer.toString(group);
                assertThat(received)
                        .extracting(message -> Integer.parseInt(message.body()))
                        .filteredOn(number -> Integer.toString(number).endsWith(last))
                        .as("messages of group %s", last)
                        .isSorted();
            }
        }
    }

    private static void close(AutoCloseable opened) {
        assertThatCode(opened::close).doesNotThrowAnyException();
    }
}
