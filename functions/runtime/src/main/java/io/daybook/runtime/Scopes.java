package io.daybook.runtime;

/** What a token may allow. */
public final class Scopes {
    public static final String READ = "ledger:read";
    public static final String WRITE = "ledger:write";
    public static final String ADMIN = "ledger:admin";

    private Scopes() {}
}
