package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.Problem;
import io.daybook.contract.StepName;
import io.daybook.ledger.StepTaken;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** What a ledger has done for operations between two ledgers; its own, and those of others. */
@Singleton
public final class StepTable {
    private final Codec codec;

    StepTable(Codec codec) {
        this.codec = codec;
    }

    public List<StepTaken> find(Connection connection, int ledgerKey, Collection<UUID> operationIds)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from step where ledger_key = ? and operation_id = any(?)
                """)) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "uuid", operationIds, id -> id);
            return Rows.list(select, this::row);
        }
    }

    public void insert(Connection connection, int ledgerKey, Collection<StepTaken> steps) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into step (ledger_key, operation_id, name, problem, balances, at)
                select ?, new.* from unnest(?::uuid[], ?::text[], ?::json[], ?::json[], ?::timestamptz[]) as new
                """)) {
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "uuid", steps, StepTaken::operationId);
            Rows.array(insert, 3, "text", steps, step -> step.name().toString());
            Rows.array(insert, 4, "text", steps, step -> step.problem() == null ? null : text(step.problem()));
            Rows.array(insert, 5, "text", steps, step -> text(step.balances()));
            Rows.array(insert, 6, "timestamptz", steps, step -> Rows.time(step.at()));
            insert.executeUpdate();
        }
    }

    private String text(Object value) {
        return new String(codec.write(value), StandardCharsets.UTF_8);
    }

    private StepTaken row(ResultSet row) throws SQLException {
        var problem = row.getString("problem");
        var balances = row.getString("balances").getBytes(StandardCharsets.UTF_8);
        return new StepTaken(
                row.getObject("operation_id", UUID.class),
                StepName.of(row.getString("name")).orElseThrow(),
                problem == null ? null : codec.read(problem.getBytes(StandardCharsets.UTF_8), Problem.class),
                List.of(codec.read(balances, Operation.Balance[].class)),
                Rows.instant(row, "at"));
    }
}
