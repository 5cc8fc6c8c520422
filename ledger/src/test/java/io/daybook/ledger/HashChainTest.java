package io.daybook.ledger;

import static io.daybook.ledger.LedgerFixture.deposit;
import static io.daybook.ledger.LedgerFixture.withdrawal;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.Amount;
import io.daybook.contract.Kind;
import io.daybook.contract.StepName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HashChainTest {
    private static final UUID ID = UUID.fromString("019c1374-9c40-7abc-8def-0123456789ab");
    private static final UUID OPERATION_ID = UUID.fromString("019c1374-9c40-7abd-8def-0123456789ab");
    private static final Instant AT = Instant.parse("2026-01-31T12:00:00.123456Z");
    private static final Transaction KNOWN = new Transaction(
            ID,
            7,
            OPERATION_ID,
            Kind.WITHDRAWAL,
            AT,
            "carol",
            new byte[32],
            List.of(entry("alice", "EUR", "-12.34", "7.66"), entry("external:EUR", "EUR", "12.34", "-87.66")),
            new byte[32]);

    /** If this fails, books that were written before can no longer be verified. */
    @Test
    void the_hash_of_a_known_transaction_never_changes() {
        assertThat(HexFormat.of().formatHex(HashChain.hash(HashChain.genesis(), KNOWN)))
                .isEqualTo("63297a0b7129f8fc7c00130c6eeadfaddca5014622215df0835ff4ae10a2bc59");
    }

    @Test
    void a_step_is_in_the_hash_of_its_transaction() {
        var credit = step(StepName.CREDIT);
        assertThat(HashChain.hash(HashChain.genesis(), step(null)))
                .isEqualTo(HashChain.hash(HashChain.genesis(), KNOWN));
        assertThat(HashChain.hash(HashChain.genesis(), credit))
                .isNotEqualTo(HashChain.hash(HashChain.genesis(), KNOWN))
                .isNotEqualTo(HashChain.hash(HashChain.genesis(), step(StepName.CAPTURE)));
    }

    private static Transaction step(StepName step) {
        return new Transaction(
                KNOWN.id(),
                KNOWN.sequence(),
                KNOWN.operationId(),
                KNOWN.kind(),
                KNOWN.at(),
                KNOWN.caller(),
                KNOWN.fingerprint(),
                step,
                KNOWN.entries(),
                KNOWN.hash());
    }

    @Test
    void the_chain_begins_with_32_zero_bytes_that_nobody_can_change() {
        Arrays.fill(HashChain.genesis(), (byte) 1);
        assertThat(HashChain.genesis()).isEqualTo(new byte[32]);
    }

    static Stream<Arguments> every_change() {
        return Stream.of(
                change("id", t -> with(t, OPERATION_ID, t.sequence(), t.operationId(), t.kind(), t.at())),
                change("sequence", t -> with(t, t.id(), 8, t.operationId(), t.kind(), t.at())),
                change("operation", t -> with(t, t.id(), t.sequence(), ID, t.kind(), t.at())),
                change("kind", t -> with(t, t.id(), t.sequence(), t.operationId(), Kind.DEPOSIT, t.at())),
                change("second", t -> with(t, t.id(), t.sequence(), t.operationId(), t.kind(), AT.plusSeconds(1))),
                change(
                        "microsecond",
                        t -> with(t, t.id(), t.sequence(), t.operationId(), t.kind(), AT.plusNanos(1_000))),
                change("caller", t -> with(t, "carole", t.fingerprint())),
                change("no caller", t -> with(t, "", t.fingerprint())),
                change("fingerprint", t -> with(t, t.caller(), flipped(t.fingerprint(), 31))),
                change("account", t -> withFirst(t, entry("alicf", "EUR", "-12.34", "7.66"))),
                change("currency", t -> withFirst(t, entry("alice", "EUS", "-12.34", "7.66"))),
                change("amount", t -> withFirst(t, entry("alice", "EUR", "-12.35", "7.66"))),
                change("scale of the amount", t -> withFirst(t, entry("alice", "EUR", "-12.340", "7.66"))),
                change("sign of the amount", t -> withFirst(t, entry("alice", "EUR", "12.34", "7.66"))),
                change("balance", t -> withFirst(t, entry("alice", "EUR", "-12.34", "7.67"))),
                change("a text that moves into the next", t -> withFirst(t, entry("alic", "eEUR", "-12.34", "7.66"))),
                change("order of the postings", t -> t.with(t.entries().reversed())),
                change("a posting less", t -> t.with(t.entries().subList(0, 1))),
                change("no postings", t -> t.with(List.of())),
                change(
                        "a posting more",
                        t -> t.with(Stream.concat(t.entries().stream(), t.entries().stream())
                                .toList())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void every_change(String what, UnaryOperator<Transaction> change) {
        var changed = change.apply(KNOWN);
        assertThat(HashChain.hash(HashChain.genesis(), changed))
                .as(what)
                .isNotEqualTo(HashChain.hash(HashChain.genesis(), KNOWN));
    }

    @Property
    void another_hash_ahead_gives_another_hash(@ForAll long seed) {
        var bit = (int) (seed & 31);
        assertThat(HashChain.hash(flipped(HashChain.genesis(), bit), KNOWN))
                .isNotEqualTo(HashChain.hash(HashChain.genesis(), KNOWN));
    }

    @Property
    void no_two_callers_share_a_hash(@ForAll String one, @ForAll String other) {
        var same = Arrays.equals(
                HashChain.hash(HashChain.genesis(), with(KNOWN, one, KNOWN.fingerprint())),
                HashChain.hash(HashChain.genesis(), with(KNOWN, other, KNOWN.fingerprint())));
        assertThat(same).isEqualTo(one.equals(other));
    }

    @Test
    void what_a_book_writes_can_be_recomputed_and_a_transaction_taken_out_breaks_it() {
        var ledger = new LedgerFixture().account("alice", "0.00");
        var book = ledger.book();
        for (var i = 1; i <= 10; i++) {
            book.apply(ledger.submit(deposit("alice", i + ".00")));
            book.apply(ledger.submit(withdrawal("alice", "0.50")));
        }
        assertThat(holds(book.transactions())).isTrue();
        assertThat(book.head().hash()).isEqualTo(book.transactions().getLast().hash());
        for (var i = 0; i < book.transactions().size() - 1; i++) {
            var without = new ArrayList<>(book.transactions());
            without.remove(i);
            assertThat(holds(without)).isFalse();
        }
    }

    private static boolean holds(List<Transaction> transactions) {
        var previous = HashChain.genesis();
        for (var transaction : transactions) {
            if (!Arrays.equals(HashChain.hash(previous, transaction), transaction.hash())) {
                return false;
            }
            previous = transaction.hash();
        }
        return true;
    }

    private static Arguments change(String what, UnaryOperator<Transaction> change) {
        return Arguments.of(what, change);
    }

    private static Transaction.Entry entry(String account, String currency, String amount, String balance) {
        return new Transaction.Entry(account, currency, Amount.of(amount), Amount.of(balance));
    }

    private static Transaction withFirst(Transaction t, Transaction.Entry first) {
        return t.with(List.of(first, t.entries().getLast()));
    }

    private static Transaction with(Transaction t, UUID id, long sequence, UUID operation, Kind kind, Instant at) {
        return new Transaction(id, sequence, operation, kind, at, t.caller(), t.fingerprint(), t.entries(), t.hash());
    }

    private static Transaction with(Transaction t, String caller, byte[] fingerprint) {
        return new Transaction(
                t.id(), t.sequence(), t.operationId(), t.kind(), t.at(), caller, fingerprint, t.entries(), t.hash());
    }

    private static byte[] flipped(byte[] bytes, int index) {
        var copy = bytes.clone();
        copy[index] ^= 1;
        return copy;
    }
}
