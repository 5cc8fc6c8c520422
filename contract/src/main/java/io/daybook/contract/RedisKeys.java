package io.daybook.contract;

import java.util.UUID;

/**
 * The names of the keys in Redis. All keys of one ledger share a hash tag, so that one script may touch them together
 * on a cluster.
 */
public final class RedisKeys {
    private RedisKeys() {}

    /** A hash: {@code t} tenant, {@code v} version, {@code s} status, {@code d} the operation's JSON, {@code w} who waits. */
    public static String operation(UUID operationId) {
        return tag(DaybookId.bucket(operationId)) + "op:" + operationId;
    }

    /** A string: who claimed an idempotency key, see {@link Claim}. */
    public static String claim(String tenant, String ledgerId, String idempotencyKey) {
        return tag(DaybookId.bucket(tenant, ledgerId)) + "key:" + tenant + ' ' + ledgerId + ' ' + idempotencyKey;
    }

    /** A sorted set: the ids of the ledger's operations that have no outcome yet, by their time. */
    public static String pending(String tenant, String ledgerId) {
        return tag(DaybookId.bucket(tenant, ledgerId)) + "pending:" + tenant + ' ' + ledgerId;
    }

    /** A hash: what intake may know of the ledger and its accounts, see {@link ReadModel}. */
    public static String readModel(String tenant, String ledgerId) {
        return tag(DaybookId.bucket(tenant, ledgerId)) + "ledger:" + tenant + ' ' + ledgerId;
    }

    /** A hash: the tenant's ledgers by id, see {@link ReadModel}. */
    public static String ledgers(String tenant) {
        return tag(DaybookId.bucket(tenant, "")) + "ledgers:" + tenant;
    }

    /** A string: whose a ticket is and for which path, by its digest. */
    public static String ticket(String digest) {
        return "ticket:" + digest;
    }

    private static String tag(int bucket) {
        return "{%04x}".formatted(bucket);
    }
}
