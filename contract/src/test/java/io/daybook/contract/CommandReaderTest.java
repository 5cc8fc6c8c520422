package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {

    @Test
    void a_deposit_has_an_account_an_amount_and_a_currency() {
        var body = "{\"account_id\": \"alice\", \"amount\": \"12.34\", \"currency\": \"EUR\"}";
        assertThat(read(Kind.DEPOSIT, body))
                .isEqualTo(new Command.Deposit("alice", Amount.of("12.34"), "EUR", null, null, Map.of()));
        assertThat(pointers(Kind.DEPOSIT, "{}")).containsExactly("/account_id", "/amount", "/currency");
    }

    @Test
    void a_withdrawal_has_what_a_deposit_has() {
        var body = """
                {"account_id": "alice", "amount": "12.34", "currency": "EUR", "reference_id": "R-1",
                 "description": "rent", "metadata": {"b": "2", "a": "1"}}
                """;
        assertThat(read(Kind.WITHDRAWAL, body))
                .isEqualTo(new Command.Withdrawal(
                        "alice", Amount.of("12.34"), "EUR", "R-1", "rent", Map.of("a", "1", "b", "2")));
        assertThat(pointers(Kind.WITHDRAWAL, "{}")).containsExactly("/account_id", "/amount", "/currency");
    }

    @Test
    void a_transfer_has_two_accounts() {
        var body = """
                {"from_account_id": "alice", "to_account_id": "bob", "amount": "1", "currency": "gold.oz"}
                """;
        assertThat(read(Kind.TRANSFER, body))
                .isEqualTo(new Command.Transfer("alice", "bob", Amount.of("1"), "gold.oz", null, null, Map.of()));
        assertThat(pointers(Kind.TRANSFER, "{}"))
                .containsExactly("/from_account_id", "/to_account_id", "/amount", "/currency");
    }

    @Test
    void a_transfer_to_the_account_it_comes_from_is_not_valid() {
        var body = "{\"from_account_id\": \"a\", \"to_account_id\": \"a\", \"amount\": \"1\", \"currency\": \"EUR\"}";
        assertThat(pointers(Kind.TRANSFER, body)).containsExactly("/to_account_id");
    }

    @Test
    void a_journal_has_postings_in_their_order_and_may_name_an_account_twice() {
        var body = journal("a 5", "external:EUR -2", "a -3");
        assertThat(read(Kind.JOURNAL, body))
                .isEqualTo(new Command.Journal(
                        List.of(
                                new Command.Journal.Line("a", Amount.of("5"), "EUR"),
                                new Command.Journal.Line("external:EUR", Amount.of("-2"), "EUR"),
                                new Command.Journal.Line("a", Amount.of("-3"), "EUR")),
                        null,
                        null,
                        Map.of()));
    }

    @Test
    void a_journal_that_does_not_balance_is_not_valid() {
        assertThat(pointers(Kind.JOURNAL, journal("a 5.00", "b -4.99"))).containsExactly("/postings");
        assertThat(read(Kind.JOURNAL, journal("a 5.00", "b -5"))).isInstanceOf(Command.Journal.class);
    }

    @Test
    void a_journal_balances_in_each_currency_by_itself() {
        var mixed = """
                {"postings": [{"account_id": "a", "amount": "1", "currency": "EUR"},
                              {"account_id": "b", "amount": "-1", "currency": "USD"}]}
                """;
        assertThat(pointers(Kind.JOURNAL, mixed)).containsExactly("/postings", "/postings");
    }

    @Test
    void a_journal_has_2_to_500_postings_and_none_of_zero() {
        assertThat(pointers(Kind.JOURNAL, "{}")).containsExactly("/postings");
        assertThat(pointers(Kind.JOURNAL, journal())).containsExactly("/postings");
        assertThat(pointers(Kind.JOURNAL, journal("a 1"))).containsExactly("/postings");
        assertThat(pointers(Kind.JOURNAL, journal("a 0", "b 0.00")))
                .containsExactly("/postings/0/amount", "/postings/1/amount");
        assertThat(read(Kind.JOURNAL, journal(lines(500)))).isInstanceOf(Command.Journal.class);
        assertThat(pointers(Kind.JOURNAL, journal(lines(502)))).containsExactly("/postings");
    }

    @Test
    void the_largest_postings_balance_exactly() {
        var most = "99999999999999999999.999999999999999999";
        assertThat(read(Kind.JOURNAL, journal("a " + most, "b -" + most))).isInstanceOf(Command.Journal.class);
        assertThat(pointers(Kind.JOURNAL, journal("a " + most, "b -99999999999999999999.999999999999999998")))
                .containsExactly("/postings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"0\"", "\"0.00\"", "\"-1\"", "\"-0\"", "\"1e3\"", "1", "1.5", "\"\"", "null", "\"1,5\""})
    void what_is_moved_is_a_decimal_string_greater_than_zero(String amount) {
        var simple = "{\"account_id\": \"a\", \"amount\": " + amount + ", \"currency\": \"EUR\"}";
        assertThat(pointers(Kind.DEPOSIT, simple)).containsExactly("/amount");
        assertThat(pointers(Kind.WITHDRAWAL, simple)).containsExactly("/amount");
        var transfer = "{\"from_account_id\": \"a\", \"to_account_id\": \"b\", \"amount\": " + amount
                + ", \"currency\": \"EUR\"}";
        assertThat(pointers(Kind.TRANSFER, transfer)).containsExactly("/amount");
    }

    @ParameterizedTest
    @ValueSource(strings = {"external:EUR", "exchange:EUR", "transit:", "external:x"})
    void daybooks_own_accounts_are_open_to_journals_only(String account) {
        var simple = "{\"account_id\": \"" + account + "\", \"amount\": \"1\", \"currency\": \"EUR\"}";
        assertThat(pointers(Kind.DEPOSIT, simple)).containsExactly("/account_id");
        assertThat(pointers(Kind.WITHDRAWAL, simple)).containsExactly("/account_id");
        var transfer =
                "{\"from_account_id\": \"%s\", \"to_account_id\": \"%s\", \"amount\": \"1\", \"currency\": \"EUR\"}"
                        .formatted(account, account);
        assertThat(pointers(Kind.TRANSFER, transfer)).containsExactly("/from_account_id", "/to_account_id");
        assertThat(read(Kind.JOURNAL, journal(account + " 1", "a -1"))).isInstanceOf(Command.Journal.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void unknown_fields_are_errors_of_every_kind(Kind kind) {
        assertThat(pointers(kind, "{\"amuont\": \"1\", \"operation_id\": \"x\"}"))
                .contains("/amuont", "/operation_id");
    }

    private static Command read(Kind kind, String body) {
        return Fields.read(body.getBytes(StandardCharsets.UTF_8), in -> CommandReader.read(kind, in));
    }

    private static List<String> pointers(Kind kind, String body) {
        return catchThrowableOfType(InvalidBody.class, () -> read(kind, body)).errors().stream()
                .map(FieldError::pointer)
                .toList();
    }

    private static String[] lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "a" + i + (i % 2 == 0 ? " 1" : " -1"))
                .toArray(String[]::new);
    }

    /** Each line an account and an amount in euro. */
    private static String journal(String... lines) {
        return List.of(lines).stream()
                .map(line -> line.split(" "))
                .map(line -> "{\"account_id\": \"%s\", \"amount\": \"%s\", \"currency\": \"EUR\"}"
                        .formatted(line[0], line[1]))
                .collect(Collectors.joining(", ", "{\"postings\": [", "]}"));
    }
}
