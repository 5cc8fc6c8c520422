package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
                .isEqualTo(new Command.Transfer("alice", "bob", null, Amount.of("1"), "gold.oz", null, null, Map.of()));
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

    @Test
    void a_transfer_may_go_to_another_ledger_and_to_an_account_of_the_same_name_there() {
        var body = """
                {"from_account_id": "a", "to_account_id": "a", "to_ledger_id": "other", "amount": "1", "currency": "EUR"}
                """;
        var transfer = read(Kind.TRANSFER, body);
        assertThat(transfer)
                .isEqualTo(new Command.Transfer("a", "a", "other", Amount.of("1"), "EUR", null, null, Map.of()));
        assertThat(transfer.leaves("main")).isTrue();
        assertThat(transfer.leaves("other")).isFalse();
        assertThat(pointers(Kind.TRANSFER, body.replace("other", "-"))).containsExactly("/to_ledger_id");
    }

    @Test
    void an_exchange_names_what_is_sold_and_either_what_is_bought_or_a_rate() {
        var body = """
                {"from_account_id": "a", "to_account_id": "b", "sell": {"amount": "10.00", "currency": "EUR"}%s}
                """;
        assertThat(read(Kind.EXCHANGE, body.formatted(", \"buy\": {\"amount\": \"11\", \"currency\": \"USD\"}")))
                .isEqualTo(new Command.Exchange(
                        "a",
                        "b",
                        null,
                        new Command.Money(Amount.of("10.00"), "EUR"),
                        new Command.Money(Amount.of("11"), "USD"),
                        null,
                        null,
                        null,
                        Map.of()));
        assertThat(read(Kind.EXCHANGE, body.formatted(", \"rate\": \"1.085\", \"to_ledger_id\": \"other\"")))
                .isEqualTo(new Command.Exchange(
                        "a",
                        "b",
                        "other",
                        new Command.Money(Amount.of("10.00"), "EUR"),
                        null,
                        Amount.of("1.085"),
                        null,
                        null,
                        Map.of()));
        assertThat(pointers(Kind.EXCHANGE, "{}"))
                .containsExactly("/from_account_id", "/to_account_id", "/sell", "/buy");
        assertThat(pointers(Kind.EXCHANGE, body.formatted(""))).containsExactly("/buy");
        assertThat(pointers(
                        Kind.EXCHANGE,
                        body.formatted(", \"rate\": \"1\", \"buy\": {\"amount\": \"1\", \"currency\": \"USD\"}")))
                .containsExactly("/buy");
        assertThat(pointers(Kind.EXCHANGE, body.formatted(", \"buy\": {\"amount\": \"1\", \"currency\": \"EUR\"}")))
                .containsExactly("/buy");
        for (var rate : List.of("0", "-1", "1e3", "1,5")) {
            assertThat(pointers(Kind.EXCHANGE, body.formatted(", \"rate\": \"" + rate + "\"")))
                    .containsExactly("/rate");
        }
        assertThat(pointers(Kind.EXCHANGE, body.formatted(", \"rate\": 1.5"))).containsExactly("/rate");
    }

    @Test
    void a_hold_may_expire_and_its_time_is_kept_in_whole_microseconds() {
        var body = "{\"account_id\": \"a\", \"amount\": \"5\", \"currency\": \"EUR\", \"expires_at\": \"%s\"}";
        assertThat(read(Kind.HOLD, body.formatted("2026-01-31T13:00:00.123456789+01:00")))
                .isEqualTo(new Command.Hold(
                        "a",
                        Amount.of("5"),
                        "EUR",
                        Instant.parse("2026-01-31T12:00:00.123456Z"),
                        null,
                        null,
                        Map.of()));
        assertThat(pointers(Kind.HOLD, body.formatted("tomorrow"))).containsExactly("/expires_at");
        assertThat(pointers(Kind.HOLD, body.formatted("+12345-01-01T00:00:00Z")))
                .containsExactly("/expires_at");
        assertThat(pointers(Kind.HOLD, "{}")).containsExactly("/account_id", "/amount", "/currency");
    }

    @Test
    void what_follows_on_something_names_it() {
        var id = "01890a5d-ac96-774b-bcce-b302099a8057";
        var uuid = UUID.fromString(id);
        assertThat(read(Kind.CAPTURE, "{\"hold_id\": \"%s\", \"to_account_id\": \"b\"}".formatted(id)))
                .isEqualTo(new Command.Capture(uuid, null, "b", null, null, Map.of()));
        assertThat(read(Kind.RELEASE, "{\"hold_id\": \"%s\"}".formatted(id)))
                .isEqualTo(new Command.Release(uuid, null, null, Map.of()));
        assertThat(read(Kind.REVERSAL, "{\"operation_id\": \"%s\"}".formatted(id)))
                .isEqualTo(new Command.Reversal(uuid, false, null, null, Map.of()));
        assertThat(read(Kind.REVERSAL, "{\"operation_id\": \"%s\", \"force\": true}".formatted(id)))
                .isEqualTo(new Command.Reversal(uuid, true, null, null, Map.of()));
        assertThat(pointers(Kind.CAPTURE, "{}")).containsExactly("/hold_id", "/to_account_id");
        assertThat(pointers(Kind.RELEASE, "{\"hold_id\": \"x\"}")).containsExactly("/hold_id");
        assertThat(pointers(Kind.REVERSAL, "{\"operation_id\": \"%s\"}".formatted(id.replace("774b", "474b"))))
                .containsExactly("/operation_id");
    }

    @Test
    void an_action_item_has_a_title_and_an_update_changes_something() {
        var id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assertThat(read(Kind.ACTION_ITEM, "{\"title\": \"Call Bob\", \"due_at\": \"2026-02-01T00:00:00Z\"}"))
                .isEqualTo(new Command.ActionItem(
                        "Call Bob", null, null, Instant.parse("2026-02-01T00:00:00Z"), null, null));
        assertThat(pointers(Kind.ACTION_ITEM, "{}")).containsExactly("/title");
        assertThat(pointers(Kind.ACTION_ITEM, "{\"title\": \"%s\"}".formatted("x".repeat(201))))
                .containsExactly("/title");
        assertThat(pointers(Kind.ACTION_ITEM, "{\"title\": \"x\", \"details\": \"%s\"}".formatted("x".repeat(5_001))))
                .containsExactly("/details");
        var update = "{\"action_item_id\": \"" + id + "\"%s}";
        assertThat(read(Kind.ACTION_ITEM_UPDATE, update.formatted(", \"status\": \"in_progress\", \"version\": 3")))
                .isEqualTo(new Command.ActionItemUpdate(
                        UUID.fromString(id), ActionItemStatus.IN_PROGRESS, 3, null, null, null, null, null));
        assertThat(pointers(Kind.ACTION_ITEM_UPDATE, update.formatted(", \"version\": 3")))
                .containsExactly("/status");
        assertThat(pointers(Kind.ACTION_ITEM_UPDATE, update.formatted(", \"status\": \"lost\"")))
                .containsExactly("/status");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void unknown_fields_are_errors_of_every_kind(Kind kind) {
        assertThat(pointers(kind, "{\"amuont\": \"1\", \"operation_id\": \"x\"}"))
                .contains("/amuont", "/operation_id");
        assertThat(pointers(kind, "{\"step\": {\"name\": \"credit\", \"home_ledger_id\": \"x\"}}"))
                .contains("/step");
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
