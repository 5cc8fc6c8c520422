package io.daybook.store;

import io.daybook.contract.ActionItemResource;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.Codec;
import io.daybook.ledger.ActionItem;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Follow-up work. */
@Singleton
public final class ActionItemTable {
    private final Codec codec;

    ActionItemTable(Codec codec) {
        this.codec = codec;
    }

    public List<ActionItem> find(Connection connection, int ledgerKey, Collection<UUID> ids) throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from action_item where ledger_key = ? and action_item_id = any(?)
                """)) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "uuid", ids, id -> id);
            return Rows.list(select, this::row);
        }
    }

    /**
     * In the order of their ids, behind one of them.
     *
     * @param status {@code null} for any
     */
    public List<ActionItem> list(Connection connection, int ledgerKey, ActionItemStatus status, UUID after, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement(
                """
                select * from action_item where ledger_key = ? and action_item_id > ? %s
                order by action_item_id
                limit ?
                """.formatted(status == null ? "" : "and status = '%s'".formatted(status)))) {
            select.setInt(1, ledgerKey);
            select.setObject(2, after);
            select.setInt(3, limit);
            return Rows.list(select, this::row);
        }
    }

    /** Writes those that are new, and of the others what can change. */
    public void write(Connection connection, int ledgerKey, Collection<ActionItem> items) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into action_item (ledger_key, action_item_id, status, version, title, details, assignee, due_at,
                    operation_id, exceptions, created_at, updated_at)
                select ?, new.* from unnest(?::uuid[], ?::text[], ?::integer[], ?::text[], ?::text[], ?::text[],
                    ?::timestamptz[], ?::uuid[], ?::json[], ?::timestamptz[], ?::timestamptz[]) as new
                on conflict (ledger_key, action_item_id) do update set
                    status = excluded.status, version = excluded.version, title = excluded.title,
                    details = excluded.details, assignee = excluded.assignee, due_at = excluded.due_at,
                    exceptions = excluded.exceptions, updated_at = excluded.updated_at
                """)) {
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "uuid", items, ActionItem::id);
            Rows.array(insert, 3, "text", items, item -> item.status().toString());
            Rows.array(insert, 4, "integer", items, ActionItem::version);
            Rows.array(insert, 5, "text", items, ActionItem::title);
            Rows.array(insert, 6, "text", items, ActionItem::details);
            Rows.array(insert, 7, "text", items, ActionItem::assignee);
            Rows.array(insert, 8, "timestamptz", items, item -> Rows.time(item.dueAt()));
            Rows.array(insert, 9, "uuid", items, ActionItem::operationId);
            Rows.array(insert, 10, "text", items, this::exceptions);
            Rows.array(insert, 11, "timestamptz", items, item -> Rows.time(item.createdAt()));
            Rows.array(insert, 12, "timestamptz", items, item -> Rows.time(item.updatedAt()));
            insert.executeUpdate();
        }
    }

    private String exceptions(ActionItem item) {
        var faults = item.exceptions().stream()
                .map(one -> new ActionItemResource.Fault(one.at(), one.code(), one.message(), one.operationId()))
                .toList();
        return new String(codec.write(faults), StandardCharsets.UTF_8);
    }

    private ActionItem row(ResultSet row) throws SQLException {
        var faults = codec.read(
                row.getString("exceptions").getBytes(StandardCharsets.UTF_8), ActionItemResource.Fault[].class);
        return new ActionItem(
                row.getObject("action_item_id", UUID.class),
                ActionItemStatus.of(row.getString("status")).orElseThrow(),
                row.getInt("version"),
                row.getString("title"),
                row.getString("details"),
                row.getString("assignee"),
                Rows.instant(row, "due_at"),
                row.getObject("operation_id", UUID.class),
                Arrays.stream(faults)
                        .map(one -> new ActionItem.Fault(one.at(), one.code(), one.message(), one.operationId()))
                        .toList(),
                Rows.instant(row, "created_at"),
                Rows.instant(row, "updated_at"));
    }
}
