package io.daybook.store;

import static io.daybook.store.StoreFixture.CODEC;
import static io.daybook.store.StoreFixture.DATABASE;
import static io.daybook.store.StoreFixture.NOW;
import static io.daybook.store.StoreFixture.OPERATIONS;
import static io.daybook.store.StoreFixture.deposit;
import static io.daybook.store.StoreFixture.execute;
import static io.daybook.store.StoreFixture.journal;
import static io.daybook.store.StoreFixture.read;
import static io.daybook.store.StoreFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.contract.Kind;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.ledger.Recorded;
import io.daybook.ledger.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationTableTest {
    private static final OperationTable.Filter ANY = new OperationTable.Filter(null, null, null);

    private final StoreFixture ledger = new StoreFixture().account("alice").account("bob");

    @Test
    void what_was_stored_comes_back_as_it_was() {
        var rows = ledger.apply(
                ledger.submit("k1", deposit("alice", "10", "EUR", "R-1")),
                ledger.submit("k2", withdrawal("alice", "99", "R-2")),
                ledger.submit("k1", deposit("alice", "10", "EUR", "R-1")),
                ledger.submit("k1", deposit("alice", "11", "EUR", "R-1")),
                ledger.submit("k5", deposit("alice", "11", "EUR", "R-1")),
                ledger.submit("k6", journal("alice -1", "bob 5", "alice -3", "external:EUR -1")));
        for (var row : rows) {
            var stored = find(row.operation().operationId());
            assertThat(stored)
                    .usingRecursiveComparison()
                    .ignoringFields("operation.request")
                    .isEqualTo(row);
            assertThat(CODEC.write(stored.operation().request()))
                    .isEqualTo(CODEC.write(row.operation().request()));
            assertThat(stored.recorded()).usingRecursiveComparison().isEqualTo(row.recorded());
        }
        assertThat(rows)
                .extracting(row -> row.operation().error() == null
                        ? "succeeded"
                        : row.operation().error().code())
                .containsExactly(
                        "succeeded",
                        "insufficient_funds",
                        "succeeded",
                        "idempotency_key_reused",
                        "duplicate_reference",
                        "succeeded");
    }

    /** Whoever made the message may have had a finer clock. */
    @Test
    void times_finer_than_they_are_kept_are_no_change_of_the_row() {
        var row = ledger.apply(ledger.submit("k1", deposit("alice", "10", "EUR", null)))
                .getFirst();
        var operation = row.operation().attempted(row.operation().version() + 1, 2, NOW.plusNanos(999));
        var finer = new OperationTable.Row(row.tenant(), operation, row.fingerprint(), row.caller(), row.traceparent());
        DATABASE.transaction(connection -> {
            OPERATIONS.write(connection, ledger.key, List.of(finer));
            return null;
        });
        var id = operation.operationId();
        assertThat(find(id).operation().updatedAt()).isEqualTo(NOW);
        List<UUID> altered = read(connection -> OPERATIONS.altered(connection, ledger.key, List.of(id)));
        assertThat(altered).isEmpty();
    }

    /** As reports of an audit do it, whose bounds are ids that need not rise. */
    @Test
    void stretches_that_begin_where_others_end_miss_no_row_that_no_transaction_speaks_of() {
        var ids = IntStream.range(0, 6)
                .mapToObj(i -> ledger.apply(ledger.submit("k" + i, withdrawal("alice", "10", null)))
                        .getFirst()
                        .operation()
                        .operationId())
                .sorted(Comparator.comparing(UUID::toString))
                .toList();
        execute("update operation set caller = 'changed' where ledger_key = ? and sequence is null", ledger.key);

        for (var bounds : List.of(List.of(0, 3), List.of(3, 1, 4), List.of(4, 0, 2))) {
            var found = new HashSet<UUID>();
            var from = OperationTable.LEAST;
            for (var bound : bounds) {
                found.addAll(beside(from, ids.get(bound)));
                from = ids.get(bound);
            }
            assertThat(found).as("bounds at %s", bounds).doesNotContainAnyElementsOf(behind(ids, bounds));
            found.addAll(beside(from, OperationTable.GREATEST));
            assertThat(found).as("bounds at %s", bounds).containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    private List<UUID> beside(UUID behind, UUID upTo) {
        return read(connection -> OPERATIONS.alteredBesideTheBooks(connection, ledger.key, behind, upTo));
    }

    /** Those that no stretch has come to yet. */
    private static List<UUID> behind(List<UUID> ids, List<Integer> bounds) {
        return ids.subList(Collections.max(bounds) + 1, ids.size());
    }

    @Test
    void a_journal_that_touches_an_account_twice_tells_its_last_balance_once() {
        ledger.apply(ledger.submit("k1", deposit("alice", "10", "EUR", null)));
        var row = ledger.apply(ledger.submit("k2", journal("alice -1", "bob 5", "alice -3", "external:EUR -1")))
                .getFirst();
        assertThat(find(row.operation().operationId()).operation().result().balances())
                .containsExactly(
                        new Operation.Balance("alice", "EUR", Amount.of("6.00")),
                        new Operation.Balance("bob", "EUR", Amount.of("5.00")));
    }

    @Test
    void numbers_of_38_digits_survive_exactly() {
        ledger.account("gold", "gold.oz", 18, null);
        var most = "99999999999999999999.999999999999999999";
        ledger.apply(ledger.submit("k1", deposit("gold", most, "gold.oz", null)));
        var row = ledger.apply(ledger.submit("k2", deposit("gold", most, "gold.oz", null)))
                .getFirst();
        assertThat(find(row.operation().operationId()).operation().result().balances())
                .containsExactly(new Operation.Balance(
                        "gold",
                        "gold.oz",
                        Amount.of("99999999999999999999.999999999999999999").plus(Amount.of(most))));
        var transactions = read(connection -> StoreFixture.TRANSACTIONS.list(connection, ledger.key, 0, 10));
        assertThat(transactions.getFirst().entries().getFirst().amount()).hasToString(most);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{curly}, \"quoted\" and 'single' \\ back, NULL, %s ?",
                "line\nbreak\ttab",
                "日本語 🪙 \u202e \u2028 \ufeff \uffff",
                "null",
                "\\u0041"
            })
    void any_text_comes_back_to_the_character_and_the_request_to_the_byte(String text) {
        var command = new Command.Deposit(
                "alice",
                Amount.of("1.50"),
                "EUR",
                text + ledger.key,
                text,
                Map.of("k", text, "a" + text.substring(0, 3), ""));
        var submission = new Submission(
                ledger.submit("k", command).operationId(),
                "key {" + ledger.key + "}",
                new byte[] {0, 1, (byte) 0xff, '\\', '"'},
                text,
                command);
        ledger.apply(submission);
        var stored = find(submission.operationId());
        assertThat(stored.caller()).isEqualTo(text);
        assertThat(stored.fingerprint()).isEqualTo(submission.fingerprint());
        assertThat(stored.operation().referenceId()).isEqualTo(text + ledger.key);
        assertThat(stored.operation().idempotencyKey()).isEqualTo("key {" + ledger.key + "}");
        var canonical = CODEC.canonical(command);
        assertThat(StoreFixture.value(
                        "select request::text from operation where operation_id = ?", submission.operationId()))
                .isEqualTo(new String(canonical, StandardCharsets.UTF_8));
        assertThat(CODEC.write(stored.operation().request())).isEqualTo(canonical);
    }

    @Test
    void known_finds_by_id_key_and_reference_and_nothing_else() {
        var rows = ledger.apply(
                ledger.submit("k1", deposit("alice", "1", "EUR", "R-1")),
                ledger.submit("k2", deposit("alice", "2", "EUR", "R-2")),
                ledger.submit("k3", deposit("alice", "3", "EUR", "R-3")),
                ledger.submit("k4", deposit("alice", "4", "EUR", null)));
        var other = new StoreFixture().account("alice");
        other.apply(other.submit("k2", deposit("alice", "2", "EUR", "R-3")));
        assertThat(known(List.of(id(rows, 0)), List.of("k2", "no"), List.of("R-3", "no")))
                .containsExactlyInAnyOrder(id(rows, 0), id(rows, 1), id(rows, 2));
        assertThat(known(List.of(id(rows, 0)), List.of("k1"), List.of("R-1"))).containsExactly(id(rows, 0));
        assertThat(known(List.of(), List.of(), List.of())).isEmpty();
        assertThat(known(List.of(UUID.randomUUID()), List.of("R-1"), List.of("k1")))
                .isEmpty();
    }

    @Test
    void known_finds_who_owns_a_key_or_reference_and_not_who_repeats_or_collides() {
        var rows = ledger.apply(
                ledger.submit("k", deposit("alice", "1", "EUR", "R")),
                ledger.submit("k", deposit("alice", "1", "EUR", "R")),
                ledger.submit("k", deposit("alice", "2", "EUR", "R")),
                ledger.submit("other", deposit("alice", "3", "EUR", "R")));
        assertThat(known(List.of(), List.of("k"), List.of())).containsExactly(id(rows, 0));
        assertThat(known(List.of(), List.of(), List.of("R"))).containsExactly(id(rows, 0));
        assertThat(known(List.of(), List.of("other"), List.of())).containsExactly(id(rows, 3));
        assertThat(known(List.of(id(rows, 1), id(rows, 2)), List.of(), List.of()))
                .containsExactlyInAnyOrder(id(rows, 1), id(rows, 2));
    }

    @Test
    void a_key_has_one_owner() {
        var row = ledger.apply(ledger.submit("k", deposit("alice", "1", "EUR", null)))
                .getFirst();
        assertThatThrownBy(() -> insertAgain(row)).hasMessageContaining("operation_key");
    }

    @Test
    void a_reference_has_one_owner() {
        ledger.apply(ledger.submit("k", deposit("alice", "1", "EUR", "R")));
        var other = new StoreFixture().account("alice");
        var row = other.apply(other.submit("k2", deposit("alice", "1", "EUR", "R")))
                .getFirst();
        StoreFixture.execute(
                "delete from operation where operation_id = ?", row.operation().operationId());
        assertThatThrownBy(() -> DATABASE.transaction(connection -> {
                    OPERATIONS.write(connection, ledger.key, List.of(row));
                    return null;
                }))
                .hasMessageContaining("operation_reference");
    }

    @Test
    void an_operation_is_written_over_by_a_newer_version_only_and_in_its_own_ledger_only() {
        var row =
                ledger.apply(ledger.submit("k", withdrawal("alice", "1", null))).getFirst();
        var old = row.operation();
        var newer = new OperationTable.Row(
                row.tenant(),
                old.decided(
                        OperationStatus.DEAD, old.version() + 1, 4, null, old.error(), null, NOW, Duration.ofDays(1)),
                row.fingerprint(),
                row.caller());
        assertThatThrownBy(() -> write(ledger, row)).hasMessageContaining("a newer version");
        assertThatThrownBy(() -> write(new StoreFixture(), newer)).hasMessageContaining("of another ledger");
        assertThat(find(old.operationId()).operation().status()).isEqualTo(OperationStatus.FAILED);
        write(ledger, newer);
        assertThat(find(old.operationId()).operation())
                .usingRecursiveComparison()
                .ignoringFields("request")
                .isEqualTo(newer.operation());
        assertThatThrownBy(() -> write(ledger, row)).hasMessageContaining("a newer version");
    }

    private static void write(StoreFixture ledger, OperationTable.Row row) {
        DATABASE.transaction(connection -> {
            OPERATIONS.write(connection, ledger.key, List.of(row));
            return null;
        });
    }

    @Test
    void operations_are_listed_from_the_newest_page_by_page() {
        var rows = ledger.apply(IntStream.range(0, 7)
                .mapToObj(i -> ledger.submit("k" + i, deposit("alice", "1", "EUR", null)))
                .toArray(Submission[]::new));
        var ids =
                rows.stream().map(row -> row.operation().operationId()).toList().reversed();
        assertThat(list(ANY, OperationTable.GREATEST, 3)).isEqualTo(ids.subList(0, 3));
        assertThat(list(ANY, ids.get(2), 3)).isEqualTo(ids.subList(3, 6));
        assertThat(list(ANY, ids.get(5), 3)).isEqualTo(ids.subList(6, 7));
        assertThat(list(ANY, ids.get(6), 3)).isEmpty();
    }

    @Test
    void operations_are_listed_by_status_kind_and_reference_and_of_their_ledger_only() {
        var rows = ledger.apply(
                ledger.submit("k1", deposit("alice", "1", "EUR", "R-1")),
                ledger.submit("k2", withdrawal("alice", "9", "R-2")),
                ledger.submit("k3", withdrawal("alice", "1", "R-3")));
        var other = new StoreFixture().account("alice");
        other.apply(other.submit("k1", deposit("alice", "1", "EUR", "R-1")));
        assertThat(list(ANY, OperationTable.GREATEST, 10)).containsExactly(id(rows, 2), id(rows, 1), id(rows, 0));
        assertThat(list(new OperationTable.Filter(OperationStatus.FAILED, null, null), OperationTable.GREATEST, 10))
                .containsExactly(id(rows, 1));
        assertThat(list(new OperationTable.Filter(null, Kind.WITHDRAWAL, null), OperationTable.GREATEST, 10))
                .containsExactly(id(rows, 2), id(rows, 1));
        assertThat(list(new OperationTable.Filter(null, null, "R-1"), OperationTable.GREATEST, 10))
                .containsExactly(id(rows, 0));
        assertThat(list(
                        new OperationTable.Filter(OperationStatus.SUCCEEDED, Kind.WITHDRAWAL, "R-3"),
                        OperationTable.GREATEST,
                        10))
                .containsExactly(id(rows, 2));
        assertThat(list(new OperationTable.Filter(OperationStatus.PENDING, null, null), OperationTable.GREATEST, 10))
                .isEmpty();
    }

    private void insertAgain(OperationTable.Row row) {
        var another = ledger.submit(
                row.operation().idempotencyKey(),
                deposit("alice", "1", "EUR", row.operation().referenceId()));
        var copy = ledger.row(
                another,
                new Recorded(
                        another.operationId(),
                        another.idempotencyKey(),
                        another.fingerprint(),
                        another.command().referenceId(),
                        true,
                        true,
                        null,
                        row.recorded().outcome()));
        DATABASE.transaction(connection -> {
            OPERATIONS.write(connection, ledger.key, List.of(copy));
            return null;
        });
    }

    private static UUID id(List<OperationTable.Row> rows, int index) {
        return rows.get(index).operation().operationId();
    }

    private static OperationTable.Row find(UUID id) {
        return read(connection -> OPERATIONS.find(connection, id)).orElseThrow();
    }

    private List<UUID> known(List<UUID> ids, List<String> keys, List<String> references) {
        return read(connection -> OPERATIONS.known(connection, ledger.key, ids, keys, references)).stream()
                .map(row -> row.operation().operationId())
                .toList();
    }

    private List<UUID> list(OperationTable.Filter filter, UUID before, int limit) {
        return read(connection -> OPERATIONS.list(connection, ledger.key, filter, OperationTable.LEAST, before, limit))
                .stream()
                .map(Operation::operationId)
                .toList();
    }
}
