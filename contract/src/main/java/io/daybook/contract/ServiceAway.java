package io.daybook.contract;

/** A service that Daybook stands on does not answer; to try again later is worth it, and safe. */
public final class ServiceAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ServiceAway(String service, Throwable cause) {
        super(service + " does not answer: " + cause.getMessage(), cause);
    }
}
