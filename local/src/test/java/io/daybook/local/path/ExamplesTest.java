package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code examples/}, run as the documents say. */
@OnOneStack
class ExamplesTest {
    private final Daybook daybook;

    @TempDir
    private Path folder;

    ExamplesTest(Daybook daybook) {
        this.daybook = daybook;
    }

    /** One of the examples in a process of its own. */
    private record Example(Process process, BufferedReader output) implements AutoCloseable {
        static Example run(Map<String, String> environment, String name, String... arguments) throws IOException {
            var command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Path.of("../examples", name + ".java").toString()));
            command.addAll(List.of(arguments));
            var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().putAll(environment);
            var process = builder.start();
            return new Example(process, process.inputReader());
        }

        /** The next line that it prints. */
        String line() {
            return CompletableFuture.supplyAsync(this::read)
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        }

        private String read() {
            try {
                return output.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    private Example notifications(Ledger ledger) throws IOException {
        return Example.run(
                Map.of("TOKEN", daybook.token(Daybook.TENANT, "ledger:read")),
                "Notifications",
                daybook.stack().url().toString(),
                ledger.id(),
                folder.resolve("last-event").toString());
    }

    @Test
    void a_consumer_of_notifications_tells_of_what_failed_and_goes_on_where_it_was() throws IOException {
        var ledger = daybook.ledger().account("alice", "EUR").funded("alice", "3.00");
        ledger.withdraw("alice", "4.00").isProblem(422, "insufficient_funds");
        try (var first = notifications(ledger)) {
            assertThat(first.line()).isEqualTo("alice: a withdrawal of 4.00 EUR failed: insufficient_funds");
            ledger.withdraw("alice", "5.00").isProblem(422, "insufficient_funds");
            assertThat(first.line()).contains("5.00");
            // What it does next is told after it has kept where it is.
            ledger.withdraw("alice", "1.00").is(200);
            ledger.withdraw("alice", "6.00").isProblem(422, "insufficient_funds");
            assertThat(first.line()).contains("6.00");
        }
        ledger.withdraw("alice", "7.00").isProblem(422, "insufficient_funds");
        try (var second = notifications(ledger)) {
            var next = second.line();
            assertThat(next.contains("6.00") ? second.line() : next).contains("7.00");
        }
    }

    @Test
    void a_webhooks_other_end_takes_what_is_signed_with_its_secret_and_nothing_else() throws Exception {
        var api = daybook.api("examples", Daybook.ALL_SCOPES);
        var created =
                api.post("/webhooks", object("url", "http://127.0.0.1:1/")).is(201);
        var path = "/webhooks/" + created.text("webhook_id");
        try (var receiver = Example.run(Map.of("SECRET", created.text("secret")), "WebhookReceiver", "0")) {
            var url = receiver.line().replace("listening on ", "");
            api.patch(path, object("url", url + "/hooks")).is(200);
            var test = api.post(path + "/tests", "").is(202);
            assertThat(Api.JSON.readTree(receiver.line()).path("id").asText()).isEqualTo(test.text("event_id"));
            assertThat(new Api(URI.create(url), "").post("/hooks", "{}").status())
                    .isEqualTo(401);
        } finally {
            api.send("DELETE", path, null).is(204);
        }
    }
}
