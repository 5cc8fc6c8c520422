package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "A.b_c:d-e", "alice", "external:EUR"})
    void identifiers_begin_with_a_letter_or_digit_and_go_on_with_a_few_marks(String text) {
        assertThat(Identifiers.isLedgerId(text)).isTrue();
        assertThat(Identifiers.isTenant(text)).isTrue();
        assertThat(Identifiers.isAccountId(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "-a", ".a", ":a", "_a", "a b", "a\n", "a~b", "a/b", "\u00e4", "\u0661", "a\u0000", "@"})
    void nothing_else_is_an_identifier(String text) {
        assertThat(Identifiers.isLedgerId(text)).isFalse();
        assertThat(Identifiers.isTenant(text)).isFalse();
        assertThat(Identifiers.isAccountId(text)).isFalse();
    }

    @Test
    void tenants_and_ledgers_have_at_most_63_characters_and_accounts_128() {
        assertThat(Identifiers.isTenant("t".repeat(63))).isTrue();
        assertThat(Identifiers.isTenant("t".repeat(64))).isFalse();
        assertThat(Identifiers.isLedgerId("l".repeat(63))).isTrue();
        assertThat(Identifiers.isLedgerId("l".repeat(64))).isFalse();
        assertThat(Identifiers.isAccountId("a".repeat(128))).isTrue();
        assertThat(Identifiers.isAccountId("a".repeat(129))).isFalse();
    }

    @Test
    void a_message_group_fits_into_what_the_queue_allows() {
        var group = new QueueMessage(1, "t".repeat(63), "l".repeat(63), "c", null, false, null).group();
        assertThat(group.length()).isLessThanOrEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "!", "~", "a b", "8e03978e-40d5-43e8-bc93-6894a57f9324", "\"quoted\"", "a  b#7"})
    void an_idempotency_key_is_printable_ascii(String key) {
        assertThat(Identifiers.isIdempotencyKey(key)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a\tb", "a\n", "\u00e4", "\u0000", "a\u007f"})
    void what_a_header_cannot_carry_is_no_idempotency_key(String key) {
        assertThat(Identifiers.isIdempotencyKey(key)).isFalse();
    }

    @Test
    void an_idempotency_key_has_at_most_255_characters() {
        assertThat(Identifiers.isIdempotencyKey("k".repeat(255))).isTrue();
        assertThat(Identifiers.isIdempotencyKey("k".repeat(256))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EUR", "X", "gold.oz", "BTC", "a0_-."})
    void a_currency_begins_with_a_letter(String code) {
        assertThat(Identifiers.isCurrency(code)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1UR", "EUR ", "E=R", "E:R", "E R", "\u20ac", "-A"})
    void nothing_else_is_a_currency(String code) {
        assertThat(Identifiers.isCurrency(code)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"external:EUR", "exchange:USD", "transit:JPY", "external:"})
    void accounts_of_daybooks_own_are_known_by_how_they_begin(String account) {
        assertThat(Identifiers.isReserved(account)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"external", "externals:EUR", "External:EUR", "my:external:EUR", "transitEUR"})
    void other_accounts_are_the_clients(String account) {
        assertThat(Identifiers.isReserved(account)).isFalse();
    }

    @Test
    void an_account_of_daybooks_own_names_its_currency() {
        assertThat(Identifiers.external("EUR")).isEqualTo("external:EUR");
        assertThat(Identifiers.currencyOfReserved("external:EUR")).isEqualTo("EUR");
        assertThat(Identifiers.currencyOfReserved("transit:gold.oz")).isEqualTo("gold.oz");
    }
}
