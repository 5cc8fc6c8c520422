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
import java.util.Optional;
import java.util.function.BooleanSupplier;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis of its own, on 127.0.0.1, which writes to its append-only file every second: a crash loses a second at
 * most, and Redis may be lost whole. Data and port stay the same over {@link #stop} and {@link #start}.
 */
public final class Redis implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final String PROGRAM = "redis-server";
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;
    private final int port = Ports.free();
    private Optional<ServerProcess> server = Optional.empty();

    private Redis(Path folder) {
        this.folder = folder;
    }

    /** Starts a server on a folder's data. One of an earlier run that is still at work on them is stopped first. */
    public static Redis start(Path folder) {
        var redis = new Redis(folder);
        redis.start();
        return redis;
    }

    /** Starts it again after {@link #stop}; nothing happens if it runs. */
    public synchronized void start() {
        if (server.isPresent()) {
            return;
        }
        var pidFile = folder.resolve("redis.pid");
        ServerProcess.of(pidFile, PROGRAM).ifPresent(leftover -> leftover.stopLeftover("TERM"));
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(pidFile);
            launch(pidFile);
            await(() -> Files.exists(pidFile) && answers());
            server = ServerProcess.of(pidFile, PROGRAM);
        } catch (IOException e) {
            ServerProcess.of(pidFile, PROGRAM).ifPresent(halfStarted -> halfStarted.stop("TERM"));
            throw new StackException(
                    "Redis does not start in %s (see redis.log there): %s".formatted(folder, e.getMessage()), e);
        }
    }

    // The library's own server class pipes Redis's output to nobody and adds a shutdown hook that would stop Redis
    // before
    // its clients; its binaries are what is wanted. As a daemon, Redis does not get the terminal's Ctrl-C, which is for
    // the stack to close in its order.
    private void launch(Path pidFile) throws IOException {
        var program =
                ExecutableProvider.newJarResourceProvider(folder.toFile()).get().getAbsolutePath();
        var launcher = new ProcessBuilder(
                        program,
                        "--daemonize",
                        "yes",
                        "--pidfile",
                        pidFile.toAbsolutePath().toString(),
                        "--logfile",
                        folder.resolve("redis.log").toAbsolutePath().toString(),
                        "--dir",
                        folder.toAbsolutePath().toString(),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        "everysec")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await(() -> !launcher.isAlive());
        if (launcher.exitValue() != 0) {
            throw new IOException("it ended with status " + launcher.exitValue());
        }
    }

    private static void await(BooleanSupplier condition) throws IOException {
        var deadline = System.nanoTime() + START_MAX.toNanos();
        while (!condition.getAsBoolean()) {
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
        server.ifPresent(running -> running.stop("TERM"));
        server = Optional.empty();
    }

    /** Ends it in the middle of whatever it does, by {@code SIGKILL}: what it was told in its last second may be lost. */
    public synchronized void kill() {
        server.ifPresent(ServerProcess::kill);
        server = Optional.empty();
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
