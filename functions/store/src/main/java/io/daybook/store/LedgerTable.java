package io.daybook.store;

import io.daybook.contract.Asset;
import io.daybook.contract.Codec;
import io.daybook.contract.Identifiers;
import io.daybook.contract.LedgerName;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.LedgerState;
import io.daybook.ledger.Book;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ledgers, and the ends of their chains. */
@Singleton
public final class LedgerTable {
    private final Codec codec;

    LedgerTable(Codec codec) {
        this.codec = codec;
    }

    /** A ledger's row and what stands in it. */
    public record Row(int key, Book.Head head, LedgerResource resource) {
        /** Whether what comes is applied as it comes. */
        public boolean isRunning() {
            return resource.state() == LedgerState.RUNNING;
        }
    }

    /** A ledger that does not apply what comes. */
    public record Standing(int key, String tenant, String ledgerId, LedgerState state) {

        public LedgerName name() {
            return new LedgerName(tenant, ledgerId);
        }
    }

    /**
     * Waits until nobody else writes to the ledger, and keeps all others out until the transaction ends. What follows
     * asks by keys, however many: one plan is as good as the next, and to plan for every batch takes longer than many a
     * statement.
     */
    public Optional<Row> lock(Connection connection, String tenant, String ledgerId) throws SQLException {
        if (!Identifiers.isLedgerId(ledgerId)) { // nor could the database be asked for any text
            return Optional.empty();
        }
        try (var select = connection.prepareStatement("""
                select ledger.*, set_config('plan_cache_mode', 'force_generic_plan', true)
                from ledger where tenant = ? and ledger_id = ? for update
                """)) {
            select.setString(1, tenant);
            select.setString(2, ledgerId);
            return Rows.list(select, this::row).stream().findFirst();
        }
    }

    public Optional<Row> find(Connection connection, String tenant, String ledgerId) throws SQLException {
        if (!Identifiers.isLedgerId(ledgerId)) { // nor could the database be asked for any text
            return Optional.empty();
        }
        try (var select = connection.prepareStatement("""
                select * from ledger where tenant = ? and ledger_id = ? and opened_at is not null
                """)) {
            select.setString(1, tenant);
            select.setString(2, ledgerId);
            return Rows.list(select, this::row).stream().findFirst();
        }
    }

    /**
     * In the order of their ids, behind one of them.
     *
     * @param state only those in it; {@code null} for all
     */
    public List<LedgerResource> list(Connection connection, String tenant, LedgerState state, String after, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from ledger
                where tenant = ? and (?::text is null or state = ?)
                  and ledger_id > ? collate "C" and opened_at is not null
                order by ledger_id collate "C"
                limit ?
                """)) {
            var wanted = state == null ? null : state.toString();
            select.setString(1, tenant);
            select.setString(2, wanted);
            select.setString(3, wanted);
            select.setString(4, after);
            select.setInt(5, limit);
            return Rows.list(select, row -> row(row).resource());
        }
    }

    /** Makes the row to lock and to hang operations on, for a ledger that may never be opened. */
    public void insertUnopened(Connection connection, String tenant, String ledgerId) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into ledger (tenant, ledger_id) values (?, ?) on conflict do nothing
                """)) {
            insert.setString(1, tenant);
            insert.setString(2, ledgerId);
            insert.executeUpdate();
        }
    }

    public void open(Connection connection, int ledgerKey, LedgerResource ledger) throws SQLException {
        try (var update = connection.prepareStatement("""
                update ledger set opened_at = ?, name = ?, assets = ?::json, on_dead_letter = ? where ledger_key = ?
                """)) {
            update.setObject(1, Rows.time(ledger.createdAt()));
            update.setString(2, ledger.name());
            update.setString(3, new String(codec.write(ledger.assets()), StandardCharsets.UTF_8));
            update.setString(4, ledger.onDeadLetter());
            update.setInt(5, ledgerKey);
            update.executeUpdate();
        }
    }

    public void advance(Connection connection, int ledgerKey, Book.Head head) throws SQLException {
        try (var update = connection.prepareStatement("""
                update ledger set last_sequence = ?, last_hash = ?, last_at = ? where ledger_key = ?
                """)) {
            update.setLong(1, head.sequence());
            update.setBytes(2, head.hash());
            update.setObject(3, Rows.time(head.at()));
            update.setInt(4, ledgerKey);
            update.executeUpdate();
        }
    }

    public void halt(Connection connection, int ledgerKey, LedgerResource.Halt halt) throws SQLException {
        try (var update = connection.prepareStatement("""
                update ledger set state = 'halted', halt_reason = ?, halted_by = ?, halted_at = ? where ledger_key = ?
                """)) {
            update.setString(1, halt.reason());
            update.setString(2, halt.by());
            update.setObject(3, Rows.time(halt.at()));
            update.setInt(4, ledgerKey);
            update.executeUpdate();
        }
    }

    /** From here on what is parked is applied. */
    public void resume(Connection connection, int ledgerKey) throws SQLException {
        try (var update = connection.prepareStatement("""
                update ledger set state = 'resuming' where ledger_key = ? and state = 'halted'
                """)) {
            update.setInt(1, ledgerKey);
            update.executeUpdate();
        }
    }

    /**
     * From here on what comes is applied, if nothing is parked any more.
     *
     * @return whether it is so now and was not before
     */
    public boolean run(Connection connection, int ledgerKey) throws SQLException {
        try (var update = connection.prepareStatement("""
                update ledger l set state = 'running', halt_reason = null, halted_by = null, halted_at = null
                where ledger_key = ? and state = 'resuming'
                  and not exists (select from parked p where p.ledger_key = l.ledger_key)
                """)) {
            update.setInt(1, ledgerKey);
            return update.executeUpdate() > 0;
        }
    }

    /** Those that are not running, of all tenants. */
    public List<Standing> standing(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from ledger where state <> 'running' order by ledger_key
                """)) {
            return Rows.list(
                    select,
                    row -> new Standing(
                            row.getInt("ledger_key"), row.getString("tenant"), row.getString("ledger_id"), state(row)));
        }
    }

    /** Some ledgers, also of those that nobody has opened. */
    public List<LedgerName> names(Connection connection, int limit) throws SQLException {
        try (var select =
                connection.prepareStatement("select tenant, ledger_id from ledger order by ledger_key limit ?")) {
            select.setInt(1, limit);
            return Rows.list(select, row -> new LedgerName(row.getString("tenant"), row.getString("ledger_id")));
        }
    }

    private static LedgerState state(ResultSet row) throws SQLException {
        return LedgerState.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }

    private Row row(ResultSet row) throws SQLException {
        var assets = List.of(codec.read(row.getString("assets").getBytes(StandardCharsets.UTF_8), Asset[].class));
        var openedAt = Rows.instant(row, "opened_at");
        Instant lastAt = Rows.instant(row, "last_at");
        var head = new Book.Head(
                row.getString("tenant"),
                row.getString("ledger_id"),
                openedAt != null,
                assets,
                row.getLong("last_sequence"),
                row.getBytes("last_hash"),
                lastAt);
        var haltedAt = Rows.instant(row, "halted_at");
        var resource = new LedgerResource(
                row.getString("ledger_id"),
                row.getString("name"),
                assets,
                row.getString("on_dead_letter"),
                state(row),
                haltedAt == null
                        ? null
                        : new LedgerResource.Halt(row.getString("halt_reason"), row.getString("halted_by"), haltedAt),
                row.getLong("last_sequence"),
                openedAt);
        return new Row(row.getInt("ledger_key"), head, resource);
    }
}
