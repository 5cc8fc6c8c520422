package io.daybook.processor;

import io.daybook.runtime.PublicAddress;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a webhook may lead, as far as its URL tells; where its name leads is looked at each time that it is sent to.
 */
@Singleton
final class Destination {
    static final String RULE = "must be an https URL of a public host, at most 2000 characters long, without user or "
            + "fragment, and with port 443 or one from 1024 on";

    private static final int LENGTH_MAX = 2_000;
    private static final int HTTPS_PORT = 443;
    private static final int PORT_MIN = 1_024;
    private static final int PORT_MAX = 65_535;
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)\\.?");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private final boolean privateToo;

    Destination(@Value("${daybook.webhooks.private-addresses}") boolean privateToo) {
        this.privateToo = privateToo;
    }

    boolean isAllowed(String url) {
        if (url.length() > LENGTH_MAX) {
            return false;
        }
        try {
            var uri = new URI(url);
            return uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && (privateToo ? isWeb(uri) : isPublic(uri));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isWeb(URI uri) {
        return ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
                && uri.getPort() <= PORT_MAX;
    }

    private static boolean isPublic(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme())
                && (uri.getPort() == -1
                        || uri.getPort() == HTTPS_PORT
                        || uri.getPort() >= PORT_MIN && uri.getPort() <= PORT_MAX)
                && isPublic(uri.getHost().toLowerCase(Locale.ROOT));
    }

    /** An address counts in its usual spelling only: 2130706433 and 0x7f.1 are 127.0.0.1 to some. */
    private static boolean isPublic(String host) {
        var isAddress = host.startsWith("[") || IPV4.matcher(host).matches();
        if (!isAddress) {
            return host.contains(".") && !ENDS_IN_A_NUMBER.matcher(host).matches();
        }
        try {
            return PublicAddress.is(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
