package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.balance;
import static io.daybook.ledger.LedgerFixture.code;
import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.problem;
import static io.daybook.ledger.LedgerFixture.transfer;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AtomicBatchTest {
    private final LedgerFixture ledger =
            new LedgerFixture().account("alice", "10.00").account("bob", "0.00");

    @Test
    void all_succeed_in_their_order() {
        var book = ledger.book();
        var results = book.applyAtomically(List.of(
                ledger.submit(withdrawal("alice", "10")),
                ledger.submit(deposit("bob", "3")),
                ledger.submit(transfer("bob", "alice", "2"))));
        assertThat(results).extracting(LedgerFixture::code).containsOnly("succeeded");
        assertThat(balance(book, "alice")).isEqualTo("2.00");
        assertThat(book.transactions()).extracting(Transaction::sequence).containsExactly(1L, 2L, 3L);
    }

    @Test
    void one_may_spend_what_another_before_it_has_brought() {
        var book = ledger.book();
        var results = book.applyAtomically(
                List.of(ledger.submit(transfer("alice", "bob", "5")), ledger.submit(withdrawal("bob", "5"))));
        assertThat(results).extracting(LedgerFixture::code).containsOnly("succeeded");
    }

    @Test
    void a_refusal_in_the_middle_moves_nothing_and_every_operation_fails_and_names_the_cause() {
        var book = ledger.book();
        var batch = List.of(
                ledger.submit(deposit("alice", "1")),
                ledger.submit(withdrawal("bob", "1")),
                ledger.submit(deposit("bob", "1")));
        var results = book.applyAtomically(batch);
        assertThat(results)
                .extracting(LedgerFixture::code)
                .containsExactly("batch_refused", "insufficient_funds", "batch_refused");
        assertThat(results).extracting(result -> problem(result).item()).containsExactly(1, null, 1);
        assertThat(results)
                .extracting(Recorded::operationId)
                .containsExactlyElementsOf(
                        batch.stream().map(Submission::operationId).toList());
        assertThat(book.transactions()).isEmpty();
        assertThat(book.touched()).isEmpty();
        assertThat(book.head().sequence()).isZero();
        assertThat(book.head().hash()).isEqualTo(HashChain.genesis());
    }

    @Test
    void a_refused_batch_leaves_what_came_before_it_and_takes_nothing_from_what_comes_after() {
        var book = ledger.book();
        book.apply(ledger.submit(deposit("alice", "1")));
        var head = book.head();
        book.applyAtomically(
                List.of(ledger.submit(withdrawal("alice", "11")), ledger.submit(withdrawal("alice", "1"))));
        assertThat(book.head()).isEqualTo(head);
        assertThat(balance(book, "alice")).isEqualTo("11.00");
        assertThat(code(book.apply(ledger.submit(withdrawal("alice", "11"))))).isEqualTo("succeeded");
        assertThat(book.head().sequence()).isEqualTo(2);
    }

    @Test
    void a_batch_that_succeeded_and_is_delivered_again_changes_nothing() {
        var batch = List.of(ledger.submit(deposit("alice", "1")), ledger.submit(withdrawal("alice", "11")));
        var first = ledger.book().applyAtomically(batch);
        var book = ledger.recorded(first.toArray(Recorded[]::new)).book();
        assertThat(book.applyAtomically(batch)).isEqualTo(first);
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void a_batch_that_was_refused_and_is_delivered_again_stays_refused_though_it_could_succeed_now() {
        var batch = List.of(ledger.submit(deposit("alice", "1")), ledger.submit(withdrawal("bob", "5")));
        var first = ledger.book().applyAtomically(batch);
        var book = ledger.recorded(first.toArray(Recorded[]::new)).book();
        book.apply(ledger.submit(deposit("bob", "100")));
        assertThat(book.applyAtomically(batch)).isEqualTo(first);
        assertThat(book.transactions()).hasSize(1);
    }

    @Test
    void an_operation_that_repeats_one_of_the_same_batch_moves_nothing_more() {
        var book = ledger.book();
        var results = book.applyAtomically(
                List.of(ledger.submit("key", deposit("alice", "1")), ledger.submit("key", deposit("alice", "1"))));
        assertThat(results).extracting(LedgerFixture::code).containsOnly("succeeded");
        assertThat(results.get(1).duplicateOf()).isEqualTo(results.get(0).operationId());
        assertThat(balance(book, "alice")).isEqualTo("11.00");
    }

    @Test
    void in_a_refused_batch_a_repetition_repeats_the_refusal() {
        var book = ledger.book();
        var results = book.applyAtomically(List.of(
                ledger.submit("key", deposit("alice", "1")),
                ledger.submit("key", deposit("alice", "1")),
                ledger.submit(withdrawal("bob", "1"))));
        assertThat(results)
                .extracting(LedgerFixture::code)
                .containsExactly("batch_refused", "batch_refused", "insufficient_funds");
        assertThat(results.get(1).duplicateOf()).isEqualTo(results.get(0).operationId());
        assertThat(results.get(1).outcome()).isEqualTo(results.get(0).outcome());
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void a_key_or_reference_that_collides_within_the_batch_refuses_it() {
        var book = ledger.book();
        assertThat(book.applyAtomically(List.of(
                        ledger.submit("key", deposit("alice", "1")), ledger.submit("key", deposit("alice", "2")))))
                .extracting(LedgerFixture::code)
                .containsExactly("batch_refused", "idempotency_key_reused");
        assertThat(book.applyAtomically(
                        List.of(ledger.submit(deposit("alice", "1", "R")), ledger.submit(deposit("alice", "1", "R")))))
                .extracting(LedgerFixture::code)
                .containsExactly("batch_refused", "duplicate_reference");
        assertThat(book.transactions()).isEmpty();
    }

    @Test
    void a_refused_batch_keeps_its_keys_and_references() {
        var book = ledger.book();
        var results = book.applyAtomically(
                List.of(ledger.submit("key", deposit("alice", "1", "R")), ledger.submit(withdrawal("bob", "1", "S"))));
        assertThat(results).allMatch(Recorded::ownsKey).allMatch(Recorded::ownsReference);
        assertThat(book.apply(ledger.submit("key", deposit("alice", "1", "R"))).duplicateOf())
                .isEqualTo(results.getFirst().operationId());
        assertThat(code(book.apply(ledger.submit(deposit("alice", "1", "S"))))).isEqualTo("duplicate_reference");
    }

    @Test
    void in_a_refused_batch_a_reference_that_another_operation_has_is_not_taken_from_it() {
        var book = ledger.book();
        var owner = book.apply(ledger.submit(deposit("alice", "1", "R")));
        var results = book.applyAtomically(List.of(
                ledger.submit(withdrawal("bob", "1")),
                ledger.submit(deposit("alice", "1", "R")),
                ledger.submit(deposit("alice", "1", "S")),
                ledger.submit(deposit("alice", "1", "S"))));
        assertThat(results)
                .extracting(LedgerFixture::code)
                .containsExactly("insufficient_funds", "duplicate_reference", "batch_refused", "duplicate_reference");
        assertThat(problem(results.get(1)).firstOperationId()).isEqualTo(owner.operationId());
        assertThat(problem(results.get(3)).firstOperationId())
                .isEqualTo(results.get(2).operationId());
        assertThat(results).extracting(Recorded::ownsReference).containsExactly(false, false, true, false);
    }

    @Test
    void a_repetition_of_what_failed_before_refuses_the_batch() {
        var book = ledger.book();
        var failed = book.apply(ledger.submit("key", withdrawal("bob", "1")));
        var results = book.applyAtomically(
                List.of(ledger.submit(deposit("bob", "5")), ledger.submit("key", withdrawal("bob", "1"))));
        assertThat(results).extracting(LedgerFixture::code).containsExactly("batch_refused", "insufficient_funds");
        assertThat(results.get(1).duplicateOf()).isEqualTo(failed.operationId());
        assertThat(balance(book, "bob")).isEqualTo("untouched");
    }

    @Test
    void a_refused_batch_does_not_make_the_book_forget_what_was_decided_before() {
        var book = ledger.book();
        var known = ledger.submit("key", deposit("alice", "1", "R"));
        var before = book.apply(known);
        var results = book.applyAtomically(
                List.of(ledger.submit(deposit("alice", "1")), known, ledger.submit(withdrawal("bob", "1"))));
        assertThat(results)
                .extracting(LedgerFixture::code)
                .containsExactly("batch_refused", "succeeded", "insufficient_funds");
        assertThat(results.get(1)).isSameAs(before);
        var repeated = book.apply(ledger.submit("key", deposit("alice", "1", "R")));
        assertThat(repeated.duplicateOf()).isEqualTo(before.operationId());
        assertThat(repeated.outcome()).isEqualTo(before.outcome());
    }

    @Test
    void a_batch_is_atomic_though_its_first_operation_was_decided_before() {
        var book = ledger.book();
        var known = ledger.submit(deposit("alice", "1"));
        book.apply(known);
        var results = book.applyAtomically(
                List.of(known, ledger.submit(deposit("alice", "1")), ledger.submit(withdrawal("bob", "1"))));
        assertThat(results)
                .extracting(LedgerFixture::code)
                .containsExactly("succeeded", "batch_refused", "insufficient_funds");
        assertThat(balance(book, "alice")).isEqualTo("11.00");
    }

    @Test
    void an_id_that_comes_twice_in_a_batch_is_decided_once() {
        var book = ledger.book();
        var twice = ledger.submit(deposit("alice", "1"));
        assertThat(book.applyAtomically(List.of(twice, twice)))
                .extracting(LedgerFixture::code)
                .containsOnly("succeeded");
        assertThat(balance(book, "alice")).isEqualTo("11.00");
        var refused = ledger.submit(withdrawal("bob", "1"));
        var results = book.applyAtomically(List.of(refused, refused));
        assertThat(results).extracting(LedgerFixture::code).containsOnly("insufficient_funds");
    }

    @Test
    void a_batch_into_a_ledger_that_nobody_has_opened_is_refused() {
        var book = new LedgerFixture().unopened().book();
        assertThat(book.applyAtomically(
                        List.of(ledger.submit(deposit("alice", "1", "R")), ledger.submit(deposit("alice", "2", "R")))))
                .extracting(LedgerFixture::code)
                .containsExactly("ledger_not_found", "duplicate_reference");
    }
}
