package io.daybook.webhooks;

import io.daybook.runtime.PublicAddress;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Where a host is: only at public addresses, unless all are allowed. The client connects to what it is told here, so that
 * no name can lead elsewhere the second time that it is asked for.
 */
@Singleton
final class Addresses implements DnsResolver {
    private final boolean privateToo;

    Addresses(@Value("${daybook.webhooks.private-addresses}") boolean privateToo) {
        this.privateToo = privateToo;
    }

    /** Of a host that is known and must not be spoken to. */
    static final class NotPublic extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        private NotPublic(String host) {
            super(host);
        }
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var found = SystemDefaultDnsResolver.INSTANCE.resolve(host);
        var allowed = Arrays.stream(found)
                .filter(address -> privateToo || PublicAddress.is(address))
                .toArray(InetAddress[]::new);
        if (allowed.length == 0) {
            throw new NotPublic(host);
        }
        return allowed;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
