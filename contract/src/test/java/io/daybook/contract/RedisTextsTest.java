package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept in Redis as text comes out as it went in. */
class RedisTextsTest {

    @Property
    void a_claim(@ForAll long high, @ForAll long low, @ForAll byte[] request) {
        var claim = Claim.of(new UUID(high, low), Codec.fingerprint(Kind.DEPOSIT, request));
        assertThat(claim.sent()).isFalse();
        assertThat(Claim.parse(claim.toString())).isEqualTo(claim);
        assertThat(Claim.parse(claim.confirmed().toString())).isEqualTo(claim.confirmed());
        assertThat(claim.confirmed().sent()).isTrue();
        assertThat(claim.confirmed().operationId()).isEqualTo(claim.operationId());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_ledger(boolean complete) {
        var none = new ReadModel.Ledger(complete, List.of());
        assertThat(ReadModel.Ledger.parse(none.toString())).isEqualTo(none);
        var some = new ReadModel.Ledger(
                complete, List.of(new Asset("gold.oz", 6), new Asset("A_b-c.9", 0), new Asset("X", 18)));
        assertThat(ReadModel.Ledger.parse(some.toString())).isEqualTo(some);
    }

    @ParameterizedTest
    @EnumSource(AccountStatus.class)
    void an_account(AccountStatus status) {
        for (var version : List.of(1L, 42L, Long.MAX_VALUE)) {
            var account = new ReadModel.Account(version, status, "gold.oz");
            assertThat(ReadModel.Account.parse(account.toString())).isEqualTo(account);
        }
    }

    @Test
    void the_fields_that_are_no_accounts_cannot_be_the_name_of_one() {
        assertThat(Identifiers.isAccountId(ReadModel.LEDGER_FIELD)).isFalse();
        assertThat(Identifiers.isLedgerId(ReadModel.COMPLETE_FIELD)).isFalse();
    }

    @Test
    void all_keys_of_a_ledger_lie_in_one_slot_and_an_operation_leads_there_by_its_id_alone() {
        var id = DaybookId.next("acme", "main", System.currentTimeMillis());
        var tag = RedisKeys.operation(id).substring(0, 6);
        assertThat(tag).matches("\\{[0-9a-f]{4}}");
        assertThat(List.of(
                        RedisKeys.claim("acme", "main", "a key"),
                        RedisKeys.pending("acme", "main"),
                        RedisKeys.readModel("acme", "main")))
                .allSatisfy(key -> assertThat(key).startsWith(tag));
    }

    @Test
    void no_two_ledgers_share_a_key() {
        assertThat(RedisKeys.pending("a", "b:c")).isNotEqualTo(RedisKeys.pending("a:b", "c"));
        assertThat(RedisKeys.claim("a", "b", "c d")).isNotEqualTo(RedisKeys.claim("a", "b-c", "d"));
    }
}
