package io.daybook.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Holds books to what was accepted: every operation once, every sum and every hash right. */
final class Proof {
    private static final int SHOWN_MAX = 3;

    private final Connection database;
    private final Api api;
    private final List<String> ledgers;

    Proof(Connection database, Api api, List<String> ledgers) {
        this.database = database;
        this.api = api;
        this.ledgers = ledgers;
    }

    /**
     * @param accepted what has to have succeeded
     * @param uncertainKeys the idempotency keys of requests that nobody knows to be accepted or not
     * @throws BrokenBooksException if it is otherwise
     */
    void holds(Collection<UUID> accepted, Set<String> uncertainKeys) throws SQLException {
        everyOperationIsInTheBooksOnce(accepted, uncertainKeys);
        none("transactions and operations that do not belong together", """
                select coalesce(t.operation_id, o.operation_id)::text
                from (select * from transaction join ledger using (ledger_key) where ledger_id = any(?)) t
                full join (select * from operation join ledger using (ledger_key) where ledger_id = any(?)) o
                  on t.ledger_key = o.ledger_key and t.sequence = o.sequence and t.operation_id = o.operation_id
                where t.sequence is null or o.sequence is null
                """);
        none("ledgers whose transactions are not numbered 1, 2, 3, …", """
                select ledger_id from ledger l
                where ledger_id = any(?) and ledger_id = any(?)
                  and last_sequence <> (select count(*) from transaction t where t.ledger_key = l.ledger_key)
                """);
        none("accounts whose balance is not the sum of their postings", """
                select l.ledger_id || ' ' || a.account_id
                from account a join ledger l using (ledger_key)
                left join (select account_key, sum(amount) as sum from posting group by account_key) p using (account_key)
                where l.ledger_id = any(?) and l.ledger_id = any(?) and a.balance <> coalesce(p.sum, 0)
                """);
        passAudits(api, ledgers);
    }

    private void everyOperationIsInTheBooksOnce(Collection<UUID> accepted, Set<String> uncertainKeys)
            throws SQLException {
        var missing = new HashSet<>(accepted);
        if (missing.size() != accepted.size()) {
            throw new BrokenBooksException("An operation's id was given out twice");
        }
        try (var select = database.prepareStatement("""
                select operation_id, idempotency_key, status from operation join ledger using (ledger_key)
                where ledger_id = any(?)
                """)) {
            select.setArray(1, database.createArrayOf("text", ledgers.toArray()));
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var id = rows.getObject("operation_id", UUID.class);
                    if (!rows.getString("status").equals("succeeded")) {
                        throw new BrokenBooksException("Operation %s is %s".formatted(id, rows.getString("status")));
                    }
                    if (!missing.remove(id) && !isOfUncertain(rows.getString("idempotency_key"), uncertainKeys)) {
                        throw new BrokenBooksException("Operation %s was never accepted".formatted(id));
                    }
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new BrokenBooksException("%,d of %,d accepted operations are lost: %s …"
                    .formatted(
                            missing.size(),
                            accepted.size(),
                            missing.stream().limit(SHOWN_MAX).toList()));
        }
    }

    /** An item of a batch has the batch's key with its index behind it. */
    private static boolean isOfUncertain(String key, Set<String> uncertainKeys) {
        return uncertainKeys.contains(key.split("#", 2)[0]);
    }

    private void none(String what, String sql) throws SQLException {
        try (var select = database.prepareStatement(sql)) {
            select.setArray(1, database.createArrayOf("text", ledgers.toArray()));
            select.setArray(2, database.createArrayOf("text", ledgers.toArray()));
            try (var rows = select.executeQuery()) {
                if (rows.next()) {
                    throw new BrokenBooksException("There are %s: %s".formatted(what, rows.getString(1)));
                }
            }
        }
    }

    /** @throws BrokenBooksException if one does not */
    static void passAudits(Api api, List<String> ledgers) {
        ledgers.forEach(ledger -> passAudit(api, ledger));
    }

    private static void passAudit(Api api, String ledgerId) {
        var path = "/ledgers/" + ledgerId + "/audit";
        var report = api.get(path);
        while (true) {
            if (!report.path("holds").asBoolean()) {
                throw new BrokenBooksException("The audit of %s finds %s".formatted(ledgerId, report.path("breaks")));
            }
            if (!report.hasNonNull("next")) {
                return;
            }
            report = api.get(path + "?after=" + report.path("next").asText());
        }
    }
}
