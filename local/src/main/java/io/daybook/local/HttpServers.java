package io.daybook.local;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The JDK's HTTP servers, on 127.0.0.1. */
final class HttpServers {

    static {
        // Read once, when the first server is made.
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        setUnlessSet("sun.net.httpserver.maxIdleConnections", "1000");
        // Longer than clients keep an idle connection, so that it is they who close it, and never in mid-request.
        setUnlessSet("sun.net.httpserver.idleInterval", "300");
    }

    private static final int BACKLOG = 1024;

    private HttpServers() {}

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Takes a port, so that connections queue up until the server is started.
     *
     * @param port 0 for any free one
     */
    static HttpServer bind(int port) throws IOException {
        return HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
    }
}
