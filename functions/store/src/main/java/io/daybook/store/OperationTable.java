package io.daybook.store;

import io.daybook.contract.Codec;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.Problem;
import io.daybook.contract.Trace;
import io.daybook.ledger.Outcome;
import io.daybook.ledger.Recorded;
import io.micronaut.context.annotation.Value;
import io.micronaut.json.tree.JsonNode;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Operations that have been decided, and those of which more is known than that they are on their way. */
@Singleton
public final class OperationTable {
    private static final int PAGE = 10_000;
    /** Ahead of the id of any operation. */
    public static final UUID LEAST = new UUID(0, 0);
    /** Behind that of any. */
    public static final UUID GREATEST = new UUID(-1, -1);

    private final Codec codec;
    private final Duration retention;

    OperationTable(Codec codec, @Value("${daybook.operations.retention}") Duration retention) {
        this.codec = codec;
        this.retention = retention;
    }

    /**
     * An operation as it is stored, and for whom.
     *
     * @param traceparent the trace that its client asked in; {@code null} if it named none
     */
    public record Row(String tenant, Operation operation, byte[] fingerprint, String caller, String traceparent) {
        public Row(String tenant, Operation operation, byte[] fingerprint, String caller) {
            this(tenant, operation, fingerprint, caller, null);
        }

        /** The same operation in another state. */
        public Row with(Operation moved) {
            return new Row(tenant, moved, fingerprint, caller, traceparent);
        }

        /** The trace that it belongs to. */
        public Trace trace() {
            return Trace.of(traceparent, operation.operationId());
        }

        /** As the rules see it. */
        public Recorded recorded() {
            var code = operation.error() == null ? "" : operation.error().code();
            var repeats = operation.duplicateOf() != null;
            var collides = code.equals("idempotency_key_reused");
            return new Recorded(
                    operation.operationId(),
                    operation.idempotencyKey(),
                    fingerprint,
                    operation.referenceId(),
                    !repeats && !collides,
                    operation.referenceId() != null && !repeats && !collides && !code.equals("duplicate_reference"),
                    operation.duplicateOf(),
                    outcome(),
                    operation.steps());
        }

        private Outcome outcome() {
            return switch (operation.status()) {
                case SUCCEEDED -> new Outcome.Succeeded(operation.result());
                case FAILED -> new Outcome.Failed(operation.error());
                case PENDING, PROCESSING, COMPENSATING, DEAD, DISCARDED -> new Outcome.Undecided(operation.status());
            };
        }
    }

    /** Which operations of a ledger to list; {@code null} for any. */
    public record Filter(OperationStatus status, Kind kind, String referenceId) {

        /** Names only what is wanted, so that each question finds the index that is for it. */
        private String sql() {
            return (status == null ? "" : " and o.status = ?")
                    + (status == null || status == OperationStatus.SUCCEEDED ? "" : " and o.status <> 'succeeded'")
                    + (kind == null ? "" : " and o.kind = ?")
                    + (referenceId == null ? "" : " and o.reference_id = ?");
        }

        private List<String> values() {
            return Stream.of(status, kind, referenceId)
                    .filter(Objects::nonNull)
                    .map(Object::toString)
                    .toList();
        }
    }

    /** All that is recorded under the ids, keys and references, and what repeats the operations with the ids. */
    public List<Row> known(
            Connection connection,
            int ledgerKey,
            Collection<UUID> ids,
            Collection<String> keys,
            Collection<String> references)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                with known as (
                    select * from operation where ledger_key = ? and operation_id = any(?)
                    union all
                    select * from operation
                    where ledger_key = ? and idempotency_key = any(?)
                      and duplicate_of is null and error_code is distinct from 'idempotency_key_reused'
                    union all
                    select * from operation
                    where ledger_key = ? and reference_id = any(?) and reference_id is not null and duplicate_of is null
                      and error_code is distinct from 'idempotency_key_reused'
                      and error_code is distinct from 'duplicate_reference'
                    union all
                    select * from operation where ledger_key = ? and duplicate_of = any(?)
                )
                select distinct on (o.operation_id) o.*, l.tenant, l.ledger_id, t.transaction_id
                from known o
                join ledger l using (ledger_key)
                left join transaction t using (ledger_key, sequence)
                """)) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "uuid", ids, id -> id);
            select.setInt(3, ledgerKey);
            Rows.array(select, 4, "text", keys, key -> key);
            select.setInt(5, ledgerKey);
            Rows.array(select, 6, "text", references, reference -> reference);
            select.setInt(7, ledgerKey);
            Rows.array(select, 8, "uuid", ids, id -> id);
            return complete(connection, select);
        }
    }

    public Optional<Row> find(Connection connection, UUID operationId) throws SQLException {
        return find(connection, List.of(operationId)).stream().findFirst();
    }

    public List<Row> find(Connection connection, Collection<UUID> operationIds) throws SQLException {
        try (var select = connection.prepareStatement("""
                select o.*, l.tenant, l.ledger_id, t.transaction_id
                from operation o
                join ledger l using (ledger_key)
                left join transaction t using (ledger_key, sequence)
                where o.operation_id = any(?)
                """)) {
            Rows.array(select, 1, "uuid", operationIds, id -> id);
            return complete(connection, select);
        }
    }

    /** The newest first, from an id on and before another. */
    public List<Operation> list(Connection connection, int ledgerKey, Filter filter, UUID from, UUID before, int limit)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select o.*, l.tenant, l.ledger_id, t.transaction_id
                from operation o
                join ledger l using (ledger_key)
                left join transaction t using (ledger_key, sequence)
                where o.ledger_key = ? and o.operation_id >= ? and o.operation_id < ?
                  %s
                order by o.operation_id desc
                limit ?
                """.formatted(filter.sql()))) {
            select.setInt(1, ledgerKey);
            select.setObject(2, from);
            select.setObject(3, before);
            var parameter = 4;
            for (var wanted : filter.values()) {
                select.setString(parameter++, wanted);
            }
            select.setInt(parameter, limit);
            return complete(connection, select).stream().map(Row::operation).toList();
        }
    }

    /**
     * Those between two ledgers that have not moved since before a time, of whatever ledger: what they hold is held
     * still. The dead wait for an operator.
     */
    public List<Row> underWay(Connection connection, Instant before, int limit) throws SQLException {
        try (var select = connection.prepareStatement("""
                select o.*, l.tenant, l.ledger_id, t.transaction_id
                from hold h
                join operation o on o.operation_id = h.hold_id
                join ledger l on l.ledger_key = o.ledger_key
                left join transaction t on t.ledger_key = o.ledger_key and t.sequence = o.sequence
                where h.status = 'open' and h.saga and o.status <> 'dead' and o.updated_at < ? and l.state = 'running'
                order by o.updated_at
                limit ?
                """)) {
            select.setObject(1, Rows.time(before));
            select.setInt(2, limit);
            return complete(connection, select);
        }
    }

    /** Those that repeat operations, and have no outcome either. */
    public List<Row> waitingFor(Connection connection, Collection<UUID> operationIds) throws SQLException {
        try (var select = connection.prepareStatement("""
                select o.*, l.tenant, l.ledger_id, t.transaction_id
                from operation o
                join ledger l using (ledger_key)
                left join transaction t using (ledger_key, sequence)
                where o.duplicate_of = any(?) and o.status not in ('succeeded', 'failed', 'discarded')
                """)) {
            Rows.array(select, 1, "uuid", operationIds, id -> id);
            return complete(connection, select);
        }
    }

    /** Writes new rows, and over those that are there what can change of them; each operation once. */
    public void write(Connection connection, int ledgerKey, Collection<Row> rows) throws SQLException {
        var columns = rows.stream()
                .map(row -> OperationColumns.of(ledgerKey, row, codec))
                .toList();
        try (var insert = connection.prepareStatement("""
                insert into operation as o (ledger_key, operation_id, kind, status, version, attempts, idempotency_key,
                    fingerprint, reference_id, caller, request, sequence, error_code, error, duplicate_of,
                    created_at, updated_at, completed_at, steps, transitions, balances, detail, trace, digest)
                select ?, new.* from unnest(?::uuid[], ?::text[], ?::text[], ?::integer[], ?::integer[], ?::text[],
                    ?::bytea[], ?::text[], ?::text[], ?::json[], ?::bigint[], ?::text[], ?::json[], ?::uuid[],
                    ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::json[], ?::json[], ?::json[],
                    ?::text[], ?::bytea[], ?::bytea[]) as new
                on conflict (operation_id) do update set
                    status = excluded.status, version = excluded.version, attempts = excluded.attempts,
                    sequence = excluded.sequence, error_code = excluded.error_code, error = excluded.error,
                    duplicate_of = excluded.duplicate_of, updated_at = excluded.updated_at,
                    completed_at = excluded.completed_at, steps = excluded.steps, transitions = excluded.transitions,
                    balances = excluded.balances, detail = excluded.detail, digest = excluded.digest
                where o.ledger_key = excluded.ledger_key and o.version < excluded.version
                """)) {
            insert.setInt(1, ledgerKey);
            Rows.array(insert, 2, "uuid", columns, OperationColumns::operationId);
            Rows.array(insert, 3, "text", columns, OperationColumns::kind);
            Rows.array(insert, 4, "text", columns, OperationColumns::status);
            Rows.array(insert, 5, "integer", columns, OperationColumns::version);
            Rows.array(insert, 6, "integer", columns, OperationColumns::attempts);
            Rows.array(insert, 7, "text", columns, OperationColumns::idempotencyKey);
            Rows.array(insert, 8, "bytea", columns, OperationColumns::fingerprint);
            Rows.array(insert, 9, "text", columns, OperationColumns::referenceId);
            Rows.array(insert, 10, "text", columns, OperationColumns::caller);
            Rows.array(insert, 11, "text", columns, OperationColumns::request);
            Rows.array(insert, 12, "bigint", columns, OperationColumns::sequence);
            Rows.array(insert, 13, "text", columns, OperationColumns::errorCode);
            Rows.array(insert, 14, "text", columns, OperationColumns::error);
            Rows.array(insert, 15, "uuid", columns, OperationColumns::duplicateOf);
            Rows.array(insert, 16, "timestamptz", columns, row -> Rows.time(row.createdAt()));
            Rows.array(insert, 17, "timestamptz", columns, row -> Rows.time(row.updatedAt()));
            Rows.array(insert, 18, "timestamptz", columns, row -> Rows.time(row.completedAt()));
            Rows.array(insert, 19, "text", columns, OperationColumns::steps);
            Rows.array(insert, 20, "text", columns, OperationColumns::transitions);
            Rows.array(insert, 21, "text", columns, OperationColumns::balances);
            Rows.array(insert, 22, "text", columns, OperationColumns::detail);
            Rows.array(insert, 23, "bytea", columns, OperationColumns::trace);
            Rows.array(insert, 24, "bytea", columns, OperationColumns::digest);
            if (insert.executeUpdate() != rows.size()) {
                throw new IllegalStateException("an operation of another ledger, or a newer version, is in the way");
            }
        }
    }

    /** Which of some operations are not as they were written, by the digests beside them. */
    public List<UUID> altered(Connection connection, int ledgerKey, Collection<UUID> ids) throws SQLException {
        try (var select =
                connection.prepareStatement("select * from operation where ledger_key = ? and operation_id = any(?)")) {
            select.setInt(1, ledgerKey);
            Rows.array(select, 2, "uuid", ids, id -> id);
            return altered(select);
        }
    }

    /** Which of those are not as they were written that no transaction speaks of, behind an id and up to another. */
    public List<UUID> alteredBesideTheBooks(Connection connection, int ledgerKey, UUID behind, UUID upTo)
            throws SQLException {
        var altered = new ArrayList<UUID>();
        var from = behind;
        Optional<UUID> last;
        do {
            last = lastOfPage(connection, ledgerKey, from, upTo);
            altered.addAll(alteredOfPage(connection, ledgerKey, from, last.orElse(upTo)));
            from = last.orElse(upTo);
        } while (last.isPresent());
        return altered;
    }

    private static Optional<UUID> lastOfPage(Connection connection, int ledgerKey, UUID behind, UUID upTo)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select operation_id from operation where ledger_key = ? and operation_id > ? and operation_id <= ?
                order by operation_id offset ? limit 1
                """)) {
            select.setInt(1, ledgerKey);
            select.setObject(2, behind);
            select.setObject(3, upTo);
            select.setInt(4, PAGE - 1);
            return Rows.list(select, row -> row.getObject(1, UUID.class)).stream()
                    .findFirst();
        }
    }

    private static List<UUID> alteredOfPage(Connection connection, int ledgerKey, UUID behind, UUID upTo)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select * from operation o
                where ledger_key = ? and operation_id > ? and operation_id <= ?
                  and operation_id is distinct from
                    (select t.operation_id from transaction t
                     where t.ledger_key = o.ledger_key and t.sequence = o.sequence)
                """)) {
            select.setInt(1, ledgerKey);
            select.setObject(2, behind);
            select.setObject(3, upTo);
            return altered(select);
        }
    }

    private static List<UUID> altered(PreparedStatement select) throws SQLException {
        var altered = new ArrayList<UUID>();
        try (var rows = select.executeQuery()) {
            while (rows.next()) {
                var columns = OperationColumns.read(rows);
                if (!columns.isWhatWasWritten(rows.getBytes("digest"))) {
                    altered.add(columns.operationId());
                }
            }
        }
        return altered;
    }

    /**
     * Deletes some of those that nothing can happen to any more, with their dead letters and with those that have no
     * operation.
     *
     * @return how many there were; less than the limit if there are no more
     */
    public int forget(Connection connection, Instant completedBefore, int limit) throws SQLException {
        try (var delete = connection.prepareStatement("""
                with old as (
                    select operation_id from operation where completed_at < ?
                    order by completed_at limit ? for update skip locked
                ), letters as (
                    delete from dead_letter
                    where operation_id in (select operation_id from old) or not readable and resolved_at < ?
                )
                delete from operation where operation_id in (select operation_id from old)
                """)) {
            delete.setObject(1, Rows.time(completedBefore));
            delete.setInt(2, limit);
            delete.setObject(3, Rows.time(completedBefore));
            return delete.executeUpdate();
        }
    }

    /** Reads the rows, then the balances that their transactions left behind. */
    private List<Row> complete(Connection connection, PreparedStatement select) throws SQLException {
        var stored = Rows.list(select, Stored::read);
        var balances = balances(connection, stored);
        var rows = new ArrayList<Row>(stored.size());
        for (var row : stored) {
            var left =
                    row.place() == null ? List.<Operation.Balance>of() : balances.getOrDefault(row.place(), List.of());
            rows.add(row.complete(codec, retention, left));
        }
        return rows;
    }

    /** Of the clients' accounts only; the last posting of an account in a transaction counts. */
    private static Map<Place, List<Operation.Balance>> balances(Connection connection, List<Stored> stored)
            throws SQLException {
        var succeeded = stored.stream()
                .filter(row -> row.place() != null && row.balances() == null)
                .toList();
        if (succeeded.isEmpty()) {
            return Map.of();
        }
        try (var select = connection.prepareStatement("""
                select p.ledger_key, p.sequence, a.account_id, a.currency, a.scale,
                       (array_agg(p.balance_after order by p.line desc))[1] as balance_after
                from unnest(?::integer[], ?::bigint[]) as wanted (ledger_key, sequence)
                join posting p using (ledger_key, sequence)
                join account a using (account_key)
                where a.account_id !~ '^(external|exchange|transit):'
                group by p.ledger_key, p.sequence, a.account_id, a.currency, a.scale
                order by p.ledger_key, p.sequence, min(p.line)
                """)) {
            var places = succeeded.stream().map(Stored::place).distinct().toList();
            Rows.array(select, 1, "integer", places, Place::ledgerKey);
            Rows.array(select, 2, "bigint", places, Place::sequence);
            var balances = new HashMap<Place, List<Operation.Balance>>();
            Rows.list(
                    select,
                    row -> balances.computeIfAbsent(
                                    new Place(row.getInt("ledger_key"), row.getLong("sequence")),
                                    place -> new ArrayList<>())
                            .add(new Operation.Balance(
                                    row.getString("account_id"),
                                    row.getString("currency"),
                                    Rows.amount(row, "balance_after", row.getInt("scale")))));
            return balances;
        }
    }

    private record Place(int ledgerKey, long sequence) {}

    /** The row without the balances, which stand in another table. */
    private record Stored(String tenant, String ledgerId, UUID transactionId, OperationColumns columns) {

        static Stored read(ResultSet row) throws SQLException {
            return new Stored(
                    row.getString("tenant"),
                    row.getString("ledger_id"),
                    row.getObject("transaction_id", UUID.class),
                    OperationColumns.read(row));
        }

        Place place() {
            return columns.sequence() == null ? null : new Place(columns.ledgerKey(), columns.sequence());
        }

        String balances() {
            return columns.balances();
        }

        Row complete(Codec codec, Duration retention, List<Operation.Balance> left) {
            var status = OperationStatus.of(columns.status()).orElseThrow();
            var result = status == OperationStatus.SUCCEEDED
                    ? new Operation.Result(
                            transactionId,
                            columns.sequence(),
                            list(codec, columns.balances(), Operation.Balance[].class)
                                    .orElse(left))
                    : null;
            var operation = new Operation(
                    columns.operationId(),
                    ledgerId,
                    Kind.of(columns.kind()).orElseThrow(),
                    status,
                    columns.detail(),
                    status.isDone(),
                    columns.version(),
                    columns.idempotencyKey(),
                    columns.referenceId(),
                    columns.createdAt(),
                    columns.updatedAt(),
                    columns.completedAt(),
                    columns.attempts(),
                    read(codec, columns.request(), JsonNode.class),
                    result,
                    columns.error() == null ? null : read(codec, columns.error(), Problem.class),
                    columns.duplicateOf(),
                    list(codec, columns.steps(), Operation.Step[].class).orElse(List.of()),
                    list(codec, columns.transitions(), Operation.Transition[].class)
                            .orElseGet(
                                    () -> OperationColumns.usual(columns.createdAt(), status, columns.completedAt())),
                    columns.completedAt() == null ? null : columns.completedAt().plus(retention));
            return new Row(
                    tenant,
                    operation,
                    columns.fingerprint(),
                    columns.caller(),
                    columns.trace() == null
                            ? null
                            : Trace.ofBytes(columns.trace()).toString());
        }

        private static <T> T read(Codec codec, String json, Class<T> type) {
            return codec.read(json.getBytes(StandardCharsets.UTF_8), type);
        }

        private static <T> Optional<List<T>> list(Codec codec, String json, Class<T[]> type) {
            return Optional.ofNullable(json).map(text -> List.of(read(codec, text, type)));
        }
    }
}
