package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The columns of an operation, as they stand in its table. */
record OperationColumns(
        int ledgerKey,
        UUID operationId,
        String kind,
        String status,
        int version,
        int attempts,
        String idempotencyKey,
        byte[] fingerprint,
        String referenceId,
        String caller,
        String request,
        Long sequence,
        String errorCode,
        String error,
        UUID duplicateOf,
        Instant createdAt,
        Instant updatedAt,
        Instant completedAt,
        String steps,
        String transitions,
        String balances,
        String detail,
        byte[] trace) {

    /** Of what an earlier version wrote. */
    private static final byte[] WITHOUT_DIGEST = {0};

    static OperationColumns of(int ledgerKey, OperationTable.Row row, Codec codec) {
        var operation = row.operation();
        var error = operation.error();
        return new OperationColumns(
                ledgerKey,
                operation.operationId(),
                operation.kind().toString(),
                operation.status().toString(),
                operation.version(),
                operation.attempts(),
                operation.idempotencyKey(),
                row.fingerprint(),
                operation.referenceId(),
                row.caller(),
                text(codec.write(operation.request())),
                operation.result() == null ? null : operation.result().sequence(),
                error == null ? null : error.code(),
                error == null ? null : text(codec.write(error)),
                operation.duplicateOf(),
                Rows.micros(operation.createdAt()),
                Rows.micros(operation.updatedAt()),
                Rows.micros(operation.completedAt()),
                operation.steps().isEmpty() ? null : text(codec.write(operation.steps())),
                transitions(operation, codec),
                balances(operation, codec),
                operation.detail(),
                row.traceparent() == null ? null : row.trace().bytes());
    }

    /** Only where they are not those of nearly all: accepted, then done. */
    private static String transitions(Operation operation, Codec codec) {
        var usual = usual(operation.createdAt(), operation.status(), operation.completedAt());
        return operation.transitions().equals(usual) ? null : text(codec.write(operation.transitions()));
    }

    /** Only where they are not those of its one transaction. */
    private static String balances(Operation operation, Codec codec) {
        var result = operation.result();
        return result == null || result.sequence() != null && operation.steps().isEmpty()
                ? null
                : text(codec.write(result.balances()));
    }

    static OperationColumns read(ResultSet row) throws SQLException {
        return new OperationColumns(
                row.getInt("ledger_key"),
                row.getObject("operation_id", UUID.class),
                row.getString("kind"),
                row.getString("status"),
                row.getInt("version"),
                row.getInt("attempts"),
                row.getString("idempotency_key"),
                row.getBytes("fingerprint"),
                row.getString("reference_id"),
                row.getString("caller"),
                row.getString("request"),
                row.getObject("sequence", Long.class),
                row.getString("error_code"),
                row.getString("error"),
                row.getObject("duplicate_of", UUID.class),
                Rows.instant(row, "created_at"),
                Rows.instant(row, "updated_at"),
                Rows.instant(row, "completed_at"),
                row.getString("steps"),
                row.getString("transitions"),
                row.getString("balances"),
                row.getString("detail"),
                row.getBytes("trace"));
    }

    boolean isWhatWasWritten(byte[] digest) {
        return Arrays.equals(digest, WITHOUT_DIGEST) || Arrays.equals(digest, digest());
    }

    byte[] digest() {
        return new RowDigest()
                .add(ledgerKey)
                .add(operationId)
                .add(kind)
                .add(status)
                .add(version)
                .add(attempts)
                .add(idempotencyKey)
                .add(fingerprint)
                .add(referenceId)
                .add(caller)
                .add(request)
                .add(sequence)
                .add(errorCode)
                .add(error)
                .add(duplicateOf)
                .add(createdAt)
                .add(updatedAt)
                .add(completedAt)
                .add(steps)
                .add(transitions)
                .add(balances)
                .add(detail)
                .add(trace)
                .sha256();
    }

    static List<Operation.Transition> usual(Instant createdAt, OperationStatus status, Instant completedAt) {
        return List.of(
                new Operation.Transition(OperationStatus.PENDING, createdAt),
                new Operation.Transition(status, completedAt));
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
