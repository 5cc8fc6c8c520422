package io.daybook.processor;

import io.daybook.contract.QueueMessage;
import io.daybook.contract.ReadModel;
import io.daybook.contract.RedisKeys;
import io.daybook.runtime.Redis;
import io.daybook.runtime.Script;
import io.daybook.store.AccountTable;
import io.daybook.store.Database;
import io.daybook.store.LedgerTable;
import io.daybook.store.OutboxTable;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps in Redis what intake may know of ledgers and accounts. */
@Singleton
final class ReadModels {
    private static final Logger LOG = LoggerFactory.getLogger(ReadModels.class);
    private static final Script PUT_ACCOUNT = Script.beside(ReadModels.class, "put-account.lua");
    private static final int LEDGERS_MAX = 10_000;
    private static final int REPAIRED_MAX = 1_000;

    private final Redis redis;
    private final Database database;
    private final LedgerTable ledgers;
    private final AccountTable accounts;
    private final OutboxTable outbox;
    private final Clock clock;
    private final int accountsMax;
    private final Duration timeToLive;

    ReadModels(
            Redis redis,
            Database database,
            LedgerTable ledgers,
            AccountTable accounts,
            OutboxTable outbox,
            Clock clock,
            @Value("${daybook.read-model.accounts-max}") int accountsMax,
            @Value("${daybook.read-model.ttl}") Duration timeToLive) {
        this.redis = redis;
        this.database = database;
        this.ledgers = ledgers;
        this.accounts = accounts;
        this.outbox = outbox;
        this.clock = clock;
        this.accountsMax = accountsMax;
        this.timeToLive = timeToLive;
    }

    /** Makes the read model of a ledger and of its tenant's ledgers, where Redis does not have it. */
    void refreshIfAbsent(String tenant, String ledgerId) {
        var commands = redis.commands();
        var ledger = commands.exists(RedisKeys.readModel(tenant, ledgerId));
        var all = commands.exists(RedisKeys.ledgers(tenant));
        if (redis.get(ledger) == 0) {
            refreshLedger(tenant, ledgerId);
        }
        if (redis.get(all) == 0) {
            refreshLedgers(tenant);
        }
    }

    /**
     * Makes anew what Redis has of a ledger and its accounts.
     *
     * @throws RedisException if Redis was not told all of it
     */
    void refresh(String tenant, String ledgerId) {
        refreshLedger(tenant, ledgerId);
        if (redis.call(commands -> commands.exists(RedisKeys.ledgers(tenant))) == 0) {
            refreshLedgers(tenant);
        } else {
            redis.call(commands -> commands.hset(RedisKeys.ledgers(tenant), ledgerId, "1"));
        }
    }

    /** After a ledger was opened. */
    void ledgerOpened(String tenant, String ledgerId) {
        orLater(tenant, ledgerId, () -> refresh(tenant, ledgerId));
    }

    /** After an account was opened or its status changed: the newer version wins. */
    void accountChanged(String tenant, String ledgerId, AccountTable.Row account) {
        orLater(
                tenant,
                ledgerId,
                () -> redis.call(
                        PUT_ACCOUNT,
                        ScriptOutputType.INTEGER,
                        List.of(RedisKeys.readModel(tenant, ledgerId)),
                        List.of(account.account().id(), Long.toString(account.version()), field(account))));
    }

    /**
     * Written while the ledger's row is locked: no account can be opened in between and be missing from a read model
     * that calls itself complete.
     */
    private void refreshLedger(String tenant, String ledgerId) {
        database.transaction(connection -> {
            var ledger = ledgers.lock(connection, tenant, ledgerId)
                    .filter(row -> row.head().open());
            if (ledger.isPresent()) {
                var rows = accounts.list(connection, ledger.get().key(), "", accountsMax + 1);
                var fields = new LinkedHashMap<String, String>();
                var complete = rows.size() <= accountsMax;
                fields.put(
                        ReadModel.LEDGER_FIELD,
                        new ReadModel.Ledger(complete, ledger.get().head().assets()).toString());
                if (complete) {
                    rows.forEach(row -> fields.put(row.account().id(), field(row)));
                }
                replace(RedisKeys.readModel(tenant, ledgerId), fields);
            }
            return null;
        });
    }

    /** Nothing is taken away: ledgers stay, and another instance may just have added one that was not listed here yet. */
    private void refreshLedgers(String tenant) {
        var all = database.transaction(connection -> ledgers.list(connection, tenant, null, "", LEDGERS_MAX + 1));
        var fields = new LinkedHashMap<String, String>();
        if (all.size() <= LEDGERS_MAX) {
            fields.put(ReadModel.COMPLETE_FIELD, "1");
        }
        all.forEach(ledger -> fields.put(ledger.ledgerId(), "1"));
        put(RedisKeys.ledgers(tenant), fields);
    }

    private void replace(String key, Map<String, String> fields) {
        var deleted = redis.commands().del(key);
        put(key, fields);
        redis.get(deleted);
    }

    private void put(String key, Map<String, String> fields) {
        if (fields.isEmpty()) {
            return;
        }
        var commands = redis.commands();
        var told = commands.hset(key, fields);
        redis.get(commands.expire(key, timeToLive));
        redis.get(told);
    }

    private static String field(AccountTable.Row account) {
        return new ReadModel.Account(
                        account.version(),
                        account.account().status(),
                        account.account().currency())
                .toString();
    }

    /** Redis may hold something older, and intake go by it: then the relay will tell it. */
    private void orLater(String tenant, String ledgerId, Runnable step) {
        try {
            step.run();
        } catch (RedisException e) {
            LOG.warn("The read model of {} is left to the relay: {}", ledgerId, e.toString());
            database.transaction(connection -> {
                var ledger = ledgers.lock(connection, tenant, ledgerId).orElseThrow();
                var entry = OutboxTable.Entry.readModel(ledgerId, QueueMessage.group(tenant, ledgerId));
                outbox.insert(
                        connection,
                        ledger.key(),
                        List.of(entry),
                        clock.instant().truncatedTo(ChronoUnit.MICROS));
                return null;
            });
        }
    }

    /** Tells Redis what it did not learn when it happened. */
    int repair() {
        var rows = database.transaction(connection -> outbox.readModels(connection, REPAIRED_MAX));
        try {
            rows.stream().map(row -> row.entry().group()).distinct().forEach(group -> {
                var parts = group.split("~");
                refresh(parts[0], parts[1]);
            });
        } catch (RedisException e) {
            LOG.warn("{} read model(s) are not up to date: {}", rows.size(), e.toString());
            return 0;
        }
        if (!rows.isEmpty()) {
            database.transaction(connection -> {
                outbox.delete(connection, rows);
                return null;
            });
        }
        return rows.size();
    }
}
