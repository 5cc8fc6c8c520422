package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.Kind;
import io.daybook.contract.OperationStatus;
import io.daybook.ledger.Original;
import io.daybook.ledger.Posting;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What has been reversed in a ledger, and what could be. */
@Singleton
public final class ReversalTable {

    /** Operations of any ledger of the tenant, with what they have posted in this one and what has reversed them from it. */
    public List<Original> originals(Connection connection, String tenant, int ledgerKey, Collection<UUID> operationIds)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select o.operation_id, o.kind, o.request, o.status, l.ledger_id, r.reversed_by,
                       p.amount, a.account_id, a.currency, a.scale
                from operation o
                join ledger l using (ledger_key)
                left join reversal r on r.ledger_key = ? and r.operation_id = o.operation_id
                left join transaction t on t.ledger_key = ? and t.operation_id = o.operation_id
                left join posting p on p.ledger_key = t.ledger_key and p.sequence = t.sequence
                left join account a on a.account_key = p.account_key
                where o.operation_id = any(?) and l.tenant = ?
                order by o.operation_id, p.sequence, p.line
                """)) {
            select.setInt(1, ledgerKey);
            select.setInt(2, ledgerKey);
            Rows.array(select, 3, "uuid", operationIds, id -> id);
            select.setString(4, tenant);
            var originals = new LinkedHashMap<UUID, Original>();
            Rows.list(select, ReversalTable::row)
                    .forEach(row -> originals.merge(row.operationId(), row, ReversalTable::together));
            return List.copyOf(originals.values());
        }
    }

    /** One posting of it, or none. */
    private static Original row(ResultSet row) throws SQLException {
        var kind = Kind.of(row.getString("kind")).orElseThrow();
        var accountId = row.getString("account_id");
        var postings = accountId == null
                ? List.<Posting>of()
                : List.of(new Posting(
                        accountId, Rows.amount(row, "amount", row.getInt("scale")), row.getString("currency")));
        return new Original(
                row.getObject("operation_id", UUID.class),
                row.getString("ledger_id"),
                Codec.command(kind, row.getString("request").getBytes(StandardCharsets.UTF_8)),
                OperationStatus.of(row.getString("status")).orElseThrow(),
                postings,
                row.getObject("reversed_by", UUID.class));
    }

    private static Original together(Original one, Original more) {
        var postings = new ArrayList<>(one.postings());
        postings.addAll(more.postings());
        return new Original(one.operationId(), one.ledgerId(), one.command(), one.status(), postings, one.reversedBy());
    }

    /** @param reversals by operation, what has reversed it; nothing if that was undone */
    public void write(Connection connection, int ledgerKey, Map<UUID, Optional<UUID>> reversals) throws SQLException {
        try (var merge = connection.prepareStatement("""
                merge into reversal r
                using (select ? as ledger_key, new.* from unnest(?::uuid[], ?::uuid[]) as new (operation_id, reversed_by))
                    as new
                on r.ledger_key = new.ledger_key and r.operation_id = new.operation_id
                when matched and new.reversed_by is null then delete
                when matched then update set reversed_by = new.reversed_by
                when not matched and new.reversed_by is not null then
                    insert values (new.ledger_key, new.operation_id, new.reversed_by)
                """)) {
            merge.setInt(1, ledgerKey);
            Rows.array(merge, 2, "uuid", reversals.entrySet(), Map.Entry::getKey);
            Rows.array(
                    merge,
                    3,
                    "uuid",
                    reversals.entrySet(),
                    reversal -> reversal.getValue().orElse(null));
            merge.executeUpdate();
        }
    }
}
