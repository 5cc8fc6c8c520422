package io.daybook.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis of its own, on 127.0.0.1, which writes to its append-only file every second: a crash loses a second at
 * most, and Redis may be lost whole. Data and port stay the same over {@link #stop} and {@link #start}.
 */
public final class Redis implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;
    private final int port = Ports.free();
    private Process server;

    private Redis(Path folder) {
        this.folder = folder;
    }

    /** Starts a server on a folder's data. One of an earlier run that is still at work on them is stopped first. */
    static Redis start(Path folder) {
        var redis = new Redis(folder);
        redis.start();
        return redis;
    }

    /** Starts it again after {@link #stop}; nothing happens if it runs. */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        var pidFile = folder.resolve("redis.pid");
        Leftover.of(pidFile, "redis-server").ifPresent(leftover -> leftover.stop("TERM"));
        try {
            Files.createDirectories(folder);
            // The library's own server class pipes Redis's output to nobody and adds a shutdown hook that would stop
            // Redis before its clients; its binaries are what is wanted.
            var program = ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .getAbsolutePath();
            server = new ProcessBuilder(
                            program,
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--dir",
                            folder.toAbsolutePath().toString(),
                            "--logfile",
                            folder.resolve("redis.log").toAbsolutePath().toString(),
                            "--save",
                            "",
                            "--appendonly",
                            "yes",
                            "--appendfsync",
                            "everysec")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Files.writeString(pidFile, Long.toString(server.pid()));
            awaitReady();
        } catch (IOException e) {
            stop();
            throw new StackException(
                    "Redis does not start in %s (see redis.log there): %s".formatted(folder, e.getMessage()), e);
        }
    }

    private void awaitReady() throws IOException {
        var deadline = System.nanoTime() + START_MAX.toNanos();
        while (!answers()) {
            if (!server.isAlive()) {
                throw new IOException("it ended with status " + server.exitValue());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("no answer within " + START_MAX.toSeconds() + " s");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    // While it loads its file Redis accepts connections and answers -LOADING.
    private boolean answers() {
        try (var socket = new Socket()) {
            socket.setSoTimeout(1000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.getOutputStream().write(PING);
            return Arrays.equals(socket.getInputStream().readNBytes(PONG.length), PONG);
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops it as an operator would; what it was told is on disk. */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        server.destroy();
        try {
            if (!server.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                server.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            server.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            server = null;
        }
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
