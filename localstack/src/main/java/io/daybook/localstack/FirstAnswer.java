package io.daybook.localstack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Starts a function in Lambda's base image as Lambda does, by the image's own runtime, and is the API that this runtime
 * asks for events (<a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Lambda runtime API</a>).
 * Prints three times in milliseconds: from the start of the process until it asks for its first event, from then to its
 * answer, and how long the next event takes. Ends with status 1 and the answer if it is not a success.
 */
public final class FirstAnswer {
    /** What each event has an id of its own for. */
    private static final String ID = "00000000-0000-7000-8000-000000000000";

    private static final String API = "/2018-06-01/runtime/";
    private static final Pattern REFUSAL = Pattern.compile("\"statusCode\":\\s*[345]");
    private static final Path LOG = Path.of("/tmp/function.log");
    private static final int ANSWER_MAX_SECONDS = 90;

    /** What the function did, and when. */
    private record Step(String path, byte[] body, long nanos) {}

    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();

    private FirstAnswer() {}

    /** @param args the handler as Lambda is told, the file of its event, and options of the JVM */
    public static void main(String[] args) throws IOException, InterruptedException {
        var options = List.of(args).subList(2, args.length);
        System.exit(new FirstAnswer().measure(args[0], Files.readString(Path.of(args[1])), options));
    }

    private int measure(String handler, String event, List<String> options) throws IOException, InterruptedException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.createContext(API, this::answer);
        server.start();
        var command = new ArrayList<>(List.of("java"));
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                // An archive of classes is only for those in libraries, and none can be made beside a folder.
                (Files.exists(Path.of("/var/task/io")) ? "/var/task:" : "") + "/var/task/lib/*:/var/runtime/lib/*",
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                handler));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.to(LOG.toFile()));
        builder.environment()
                .put(
                        "AWS_LAMBDA_RUNTIME_API",
                        "127.0.0.1:" + server.getAddress().getPort());
        var started = System.nanoTime();
        var function = builder.start();
        try {
            var ready = next();
            events.add(withId(event));
            var first = next();
            var asks = next();
            events.add(withId(event));
            var second = next();
            System.out.printf(
                    "%d %d %d%n",
                    millis(started, ready.nanos()),
                    millis(ready.nanos(), first.nanos()),
                    millis(asks.nanos(), second.nanos()));
            return 0;
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
            System.out.println(Files.readString(LOG));
            return 1;
        } finally {
            // By SIGTERM, so that it writes an archive of its classes if its options say so.
            function.destroy();
            function.waitFor(ANSWER_MAX_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static byte[] withId(String event) {
        var random = UUID.randomUUID().toString();
        return event.replace(ID, random.substring(0, 14) + "7" + random.substring(15))
                .getBytes(StandardCharsets.UTF_8);
    }

    private Step next() throws InterruptedException {
        var step = steps.poll(ANSWER_MAX_SECONDS, TimeUnit.SECONDS);
        if (step == null) {
            throw new IllegalStateException("nothing within " + ANSWER_MAX_SECONDS + " s");
        }
        var body = new String(step.body(), StandardCharsets.UTF_8);
        if (step.path().endsWith("error") || REFUSAL.matcher(body).find()) {
            throw new IllegalStateException(step.path() + " " + body);
        }
        return step;
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        steps.add(new Step(path, exchange.getRequestBody().readAllBytes(), System.nanoTime()));
        if (!path.endsWith("/next")) {
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
            return;
        }
        try (exchange) {
            var event = events.take();
            var headers = exchange.getResponseHeaders();
            headers.add("Content-Type", "application/json");
            headers.add("Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString());
            headers.add(
                    "Lambda-Runtime-Deadline-Ms",
                    Long.toString(System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(ANSWER_MAX_SECONDS)));
            headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:cold");
            exchange.sendResponseHeaders(200, event.length);
            exchange.getResponseBody().write(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long millis(long from, long to) {
        return TimeUnit.NANOSECONDS.toMillis(to - from);
    }
}
