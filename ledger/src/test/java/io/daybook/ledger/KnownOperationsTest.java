package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.code;
import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.problem;
import static io.daybook.ledger.LedgerFixture.submission;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.OperationStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has come before, in the same batch or long ago: ids, keys and references. */
class KnownOperationsTest {
    private final LedgerFixture ledger = new LedgerFixture().account("alice", "10.00");

    @ParameterizedTest
    @ValueSource(strings = {"1", "1000"})
    void an_operation_that_is_delivered_again_keeps_its_outcome_and_changes_nothing(String amount) {
        var book = ledger.book();
        var once = ledger.submit(withdrawal("alice", amount));
        var first = book.apply(once);
        var transactions = book.transactions().size();
        assertThat(book.apply(once)).isSameAs(first);
        assertThat(book.transactions()).hasSize(transactions);

        var later = ledger.recorded(first).book();
        assertThat(later.apply(once)).isSameAs(first);
        assertThat(later.transactions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1000"})
    void the_same_key_and_request_under_another_id_repeats_the_first_outcome(String amount) {
        var book = ledger.book();
        var first = book.apply(ledger.submit("key", withdrawal("alice", amount, "R")));
        var second = book.apply(ledger.submit("key", withdrawal("alice", amount, "R")));
        assertThat(second.outcome()).isEqualTo(first.outcome());
        assertThat(second.duplicateOf()).isEqualTo(first.operationId());
        assertThat(second.operationId()).isNotEqualTo(first.operationId());
        assertThat(second.ownsKey()).isFalse();
        assertThat(second.ownsReference()).isFalse();
        assertThat(book.transactions()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void a_third_repeats_the_first_and_not_the_second() {
        var book = ledger.book();
        var first = book.apply(ledger.submit("key", deposit("alice", "1")));
        book.apply(ledger.submit("key", deposit("alice", "1")));
        assertThat(book.apply(ledger.submit("key", deposit("alice", "1"))).duplicateOf())
                .isEqualTo(first.operationId());
    }

    @Test
    void the_same_key_with_another_request_fails_and_names_the_first() {
        var book = ledger.book();
        var first = book.apply(ledger.submit("key", deposit("alice", "1")));
        var second = book.apply(ledger.submit("key", deposit("alice", "2")));
        assertThat(code(second)).isEqualTo("idempotency_key_reused");
        assertThat(problem(second).firstOperationId()).isEqualTo(first.operationId());
        assertThat(second.duplicateOf()).isNull();
        assertThat(second.ownsKey()).isFalse();
        assertThat(book.transactions()).hasSize(1);
    }

    @Test
    void the_same_key_with_another_kind_is_another_request() {
        var book = ledger.book();
        book.apply(ledger.submit("key", deposit("alice", "1")));
        assertThat(code(book.apply(ledger.submit("key", withdrawal("alice", "1")))))
                .isEqualTo("idempotency_key_reused");
    }

    @Test
    void a_key_stays_with_the_first_after_another_request_has_tried_it() {
        var book = ledger.book();
        var first = book.apply(ledger.submit("key", deposit("alice", "1")));
        book.apply(ledger.submit("key", deposit("alice", "2")));
        assertThat(book.apply(ledger.submit("key", deposit("alice", "1"))).duplicateOf())
                .isEqualTo(first.operationId());
        assertThat(code(book.apply(ledger.submit("key", deposit("alice", "2")))))
                .isEqualTo("idempotency_key_reused");
    }

    @Test
    void a_key_that_was_used_long_ago_is_as_good_as_one_of_the_same_batch() {
        var before = ledger.book().apply(ledger.submit("key", deposit("alice", "1")));
        var book = ledger.recorded(before).book();
        assertThat(book.apply(ledger.submit("key", deposit("alice", "1"))).duplicateOf())
                .isEqualTo(before.operationId());
        assertThat(code(book.apply(ledger.submit("key", deposit("alice", "2")))))
                .isEqualTo("idempotency_key_reused");
        assertThat(book.transactions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1000"})
    void a_second_operation_with_a_reference_fails_whatever_became_of_the_first(String amount) {
        var book = ledger.book();
        var first = book.apply(ledger.submit(withdrawal("alice", amount, "R-1")));
        var second = book.apply(ledger.submit(deposit("alice", "1", "R-1")));
        assertThat(first.ownsReference()).isTrue();
        assertThat(code(second)).isEqualTo("duplicate_reference");
        assertThat(problem(second).firstOperationId()).isEqualTo(first.operationId());
        assertThat(second.ownsReference()).isFalse();
        assertThat(second.ownsKey()).isTrue();
        var third = book.apply(ledger.submit(deposit("alice", "1", "R-1")));
        assertThat(problem(third).firstOperationId()).isEqualTo(first.operationId());
    }

    @Test
    void a_reference_that_was_used_long_ago_is_as_good_as_one_of_the_same_batch() {
        var before = ledger.book().apply(ledger.submit(deposit("alice", "1", "R-1")));
        var book = ledger.recorded(before).book();
        assertThat(problem(book.apply(ledger.submit(deposit("alice", "1", "R-1"))))
                        .firstOperationId())
                .isEqualTo(before.operationId());
        assertThat(code(book.apply(ledger.submit(deposit("alice", "1", "R-2")))))
                .isEqualTo("succeeded");
    }

    @Test
    void a_second_operation_with_a_reference_fails_for_that_even_in_a_ledger_that_nobody_has_opened() {
        var book = ledger.unopened().book();
        var first = book.apply(ledger.submit(deposit("alice", "1", "R-1")));
        var second = book.apply(ledger.submit(deposit("alice", "1", "R-1")));
        assertThat(code(first)).isEqualTo("ledger_not_found");
        assertThat(code(second)).isEqualTo("duplicate_reference");
        assertThat(first.ownsReference()).isTrue();
        assertThat(second.ownsReference()).isFalse();
    }

    @Test
    void operations_without_a_reference_never_collide() {
        var book = ledger.book();
        book.apply(ledger.submit(deposit("alice", "1")));
        assertThat(code(book.apply(ledger.submit(deposit("alice", "1"))))).isEqualTo("succeeded");
    }

    @Test
    void the_id_counts_before_the_key_and_the_key_before_the_reference() {
        var book = ledger.book();
        var first = ledger.submit("key", deposit("alice", "1", "R-1"));
        book.apply(first);
        var sameId = submission(first.operationId(), "other key", deposit("alice", "5"));
        assertThat(code(book.apply(sameId))).isEqualTo("succeeded");
        assertThat(book.transactions()).hasSize(1);
        assertThat(code(book.apply(ledger.submit("key", deposit("alice", "5", "R-1")))))
                .isEqualTo("idempotency_key_reused");
    }

    private static Recorded undecided(Submission submission) {
        var command = submission.command();
        return new Recorded(
                submission.operationId(),
                submission.idempotencyKey(),
                submission.fingerprint(),
                command.referenceId(),
                true,
                command.referenceId() != null,
                null,
                new Outcome.Undecided(OperationStatus.PENDING));
    }

    @Test
    void an_operation_without_an_outcome_is_decided_when_it_comes_under_its_own_key_and_reference() {
        var submission = ledger.submit("key", withdrawal("alice", "1", "R"));
        var decided = ledger.recorded(undecided(submission)).book().apply(submission);
        assertThat(decided.outcome()).isInstanceOf(Outcome.Succeeded.class);
        assertThat(decided.ownsKey()).isTrue();
        assertThat(decided.ownsReference()).isTrue();
    }

    @Test
    void what_repeats_an_operation_without_an_outcome_has_none_either_and_gets_it_with_the_first() {
        var first = ledger.submit("key", withdrawal("alice", "1", "R"));
        var book = ledger.recorded(undecided(first)).book();
        var repeated = book.apply(ledger.submit("key", withdrawal("alice", "1", "R")));
        assertThat(repeated.outcome()).isEqualTo(new Outcome.Undecided(OperationStatus.PENDING));
        assertThat(repeated.duplicateOf()).isEqualTo(first.operationId());
        assertThat(code(book.apply(ledger.submit("key", withdrawal("alice", "2", "R")))))
                .isEqualTo("idempotency_key_reused");
        assertThat(code(book.apply(ledger.submit("other", withdrawal("alice", "1", "R")))))
                .isEqualTo("duplicate_reference");
        assertThat(book.transactions()).isEmpty();

        var decided = book.apply(first);
        assertThat(book.transactions()).hasSize(1);
        assertThat(book.operations())
                .filteredOn(one -> one.operationId().equals(repeated.operationId()))
                .singleElement()
                .satisfies(one -> assertThat(one.outcome()).isEqualTo(decided.outcome()));
    }
}
