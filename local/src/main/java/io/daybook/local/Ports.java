package io.daybook.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine's loopback address. */
public final class Ports {

    /**
     * Systems give outgoing connections their ports from 32768 up. A server that is to come back on its port must not
     * stand there: a client that tries to reach it while it is down can be given that very port, and hold it.
     */
    private static final int FIRST = 15_000;

    private static final int PAST_LAST = 32_768;
    private static final int TRIES = 1_000;

    private Ports() {}

    /** A port that nobody listened on a moment ago, and that no outgoing connection is given. */
    public static int free() {
        for (var i = 0; i < TRIES; i++) {
            var port = ThreadLocalRandom.current().nextInt(FIRST, PAST_LAST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new StackException("None of %,d ports from %d to %d is free".formatted(TRIES, FIRST, PAST_LAST - 1));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
