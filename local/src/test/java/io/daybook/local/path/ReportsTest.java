package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static io.daybook.local.path.Ledger.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements, trial balances and balances at a time, held against what the transactions make by plain addition. */
@OnOneStack
class ReportsTest {
    private static final Pattern NEXT = Pattern.compile("<(\\?[^>]+)>; rel=\"next\"");

    private final Daybook daybook;
    private final Api api;

    ReportsTest(Daybook daybook) {
        this.daybook = daybook;
        this.api = daybook.api();
    }

    /** Several currencies, several times, and several transactions of one time. */
    private Ledger busy() {
        var ledger = daybook.ledger(object("code", "gold.oz", "scale", 4))
                .account("a", "EUR")
                .account("b", "EUR")
                .account("usd", "USD")
                .account("gold", "gold.oz")
                .account("never", "CHF")
                .funded("a", "100.00");
        ledger.send("deposits", money("usd", "7.00", "USD"), "Prefer", "wait=20")
                .is(200);
        var batch = new ArrayList<Object>();
        for (var i = 1; i <= 6; i++) {
            batch.add(item("transfer", transfer("a", "b", i + ".00", "EUR")));
            batch.add(item("deposit", money("gold", "0.000" + i, "gold.oz")));
        }
        var accepted = ledger.send("batches", object("atomic", true, "operations", batch))
                .is(202)
                .json();
        accepted.path("operations").findValuesAsText("operation_id").forEach(id -> ledger.outcome(UUID.fromString(id)));
        ledger.transfer("b", "a", "2.50", "Prefer", "wait=20").is(200);
        var twice = List.of(money("a", "1.00", "EUR"), money("b", "-3.00", "EUR"), money("a", "2.00", "EUR"));
        ledger.send("journals", object("postings", twice), "Prefer", "wait=20").is(200);
        ledger.withdraw("a", "5.00").is(200);
        return ledger;
    }

    private List<JsonNode> transactions(Ledger ledger) {
        return api.all(ledger.path() + "/transactions?order=asc");
    }

    /** The times worth to ask for: each that something happened at, and those right beside it. */
    private List<Instant> times(Ledger ledger) {
        var times = new LinkedHashSet<Instant>();
        for (var transaction : transactions(ledger)) {
            var at = Instant.parse(transaction.path("at").asText());
            times.addAll(List.of(at.minus(1, ChronoUnit.MICROS), at, at.plusNanos(1)));
        }
        return List.copyOf(times);
    }

    /** Balances by account, from nothing but the transactions up to a time. */
    private static Map<String, BigDecimal> added(List<JsonNode> transactions, Instant at) {
        var balances = new TreeMap<String, BigDecimal>();
        transactions.stream()
                .filter(transaction ->
                        !Instant.parse(transaction.path("at").asText()).isAfter(at))
                .flatMap(transaction -> stream(transaction.path("postings")))
                .forEach(posting -> balances.merge(
                        posting.path("account_id").asText(),
                        new BigDecimal(posting.path("amount").asText()),
                        BigDecimal::add));
        return balances;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Map<String, BigDecimal> balances(List<JsonNode> lines) {
        var balances = new TreeMap<String, BigDecimal>();
        lines.forEach(line -> assertThat(balances.put(
                        line.path("account_id").asText(),
                        new BigDecimal(line.path("balance").asText())))
                .isNull());
        return balances;
    }

    private static void sumsToZero(JsonNode trial, List<JsonNode> lines) {
        assertThat(trial.path("balanced").asBoolean()).isTrue();
        var sums = new TreeMap<String, BigDecimal>();
        lines.forEach(line -> sums.merge(
                line.path("currency").asText(),
                new BigDecimal(line.path("balance").asText()),
                BigDecimal::add));
        assertThat(trial.path("totals").findValuesAsText("currency")).containsExactlyElementsOf(sums.keySet());
        assertThat(sums.values()).allMatch(sum -> sum.signum() == 0);
        assertThat(trial.path("totals").findValues("balance"))
                .allMatch(sum -> new BigDecimal(sum.asText()).signum() == 0);
    }

    @Test
    void the_trial_balance_of_any_time_is_what_the_postings_up_to_then_make() {
        var ledger = busy();
        var transactions = transactions(ledger);
        assertThat(transactions.stream()
                        .map(transaction -> transaction.path("at").asText())
                        .distinct()
                        .count())
                .as("several transactions have one time")
                .isLessThan(transactions.size() - 5);
        for (var time : times(ledger)) {
            var path = ledger.path() + "/trial-balance?at=" + time;
            var trial = api.get(path).is(200).json();
            var lines = api.all(path);
            sumsToZero(trial, lines);
            var expected = added(transactions, time);
            assertThat(trial.path("at_sequence").asInt()).isEqualTo((int) transactions.stream()
                    .filter(transaction ->
                            !Instant.parse(transaction.path("at").asText()).isAfter(time))
                    .count());
            balances(lines)
                    .forEach((account, balance) -> assertThat(balance)
                            .as("%s at %s", account, time)
                            .isEqualByComparingTo(expected.getOrDefault(account, BigDecimal.ZERO)));
            assertThat(balances(lines).keySet()).containsAll(expected.keySet()).contains("never");
            for (var account : List.of("a", "b", "gold", "usd", "never")) {
                var then = api.get(ledger.path() + "/accounts/" + account + "?at=" + time)
                        .is(200)
                        .json();
                assertThat(new BigDecimal(then.path("balance").asText()))
                        .as("%s at %s", account, time)
                        .isEqualByComparingTo(expected.getOrDefault(account, BigDecimal.ZERO));
                assertThat(then.path("at_sequence")).isEqualTo(trial.path("at_sequence"));
                assertThat(then.has("held") || then.has("available") || then.has("status"))
                        .as("what is not kept is not told")
                        .isFalse();
            }
        }
        var now = api.get(ledger.path() + "/trial-balance").is(200).json();
        sumsToZero(now, api.all(ledger.path() + "/trial-balance"));
        assertThat(balances(api.all(ledger.path() + "/trial-balance")))
                .isEqualTo(balances(ledger.accounts()))
                .isEqualTo(balances(api.all(ledger.path() + "/trial-balance?limit=2")));
        var currencies = now.path("items").findValuesAsText("currency");
        assertThat(currencies).isSorted();
        assertThat(now.path("at_sequence").asInt()).isEqualTo(transactions.size());
    }

    @Test
    void a_trial_balance_of_a_time_before_an_account_was_opened_is_without_it() {
        var ledger = daybook.ledger().account("a", "EUR");
        var before = Instant.now();
        ledger.account("b", "EUR");
        assertThat(balances(api.all(ledger.path() + "/trial-balance?at=" + before)))
                .containsOnlyKeys("a");
        assertThat(balances(api.all(ledger.path() + "/trial-balance"))).containsOnlyKeys("a", "b");
    }

    @Test
    void the_pages_of_a_trial_balance_tell_one_moment_while_money_moves() {
        var ledger = daybook.ledger();
        IntStream.range(0, 6).forEach(i -> ledger.account("a" + i, "EUR").funded("a" + i, "10.00"));
        var path = ledger.path() + "/trial-balance?limit=2";
        var first = api.get(path).is(200).json();
        var lines = new ArrayList<JsonNode>();
        var page = first;
        while (true) {
            page.path("items").forEach(lines::add);
            ledger.transfer("a0", "a5", "1.00", "Prefer", "wait=20").is(200);
            ledger.transfer("a1", "a4", "1.00", "Prefer", "wait=20").is(200);
            if (!page.has("next")) {
                break;
            }
            page = api.get(path + "&after=" + page.path("next").asText())
                    .is(200)
                    .json();
            assertThat(page.path("at_sequence")).isEqualTo(first.path("at_sequence"));
            assertThat(page.has("totals") || page.has("balanced")).isFalse();
        }
        sumsToZero(first, lines);
        assertThat(balances(lines).get("a5")).isEqualByComparingTo("10.00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void a_statement_is_walked_to_its_end_and_back(String order) {
        var ledger = busy();
        for (var account : List.of("a", "b", "external:EUR")) {
            var path = ledger.path() + "/accounts/" + account + "/entries?order=" + order;
            var all = api.all(path);
            var there = new ArrayList<JsonNode>();
            var page = api.get(path + "&limit=3").is(200).json();
            assertThat(page.has("previous")).isFalse();
            page.path("items").forEach(there::add);
            while (page.has("next")) {
                page = api.get(path + "&limit=3&after=" + page.path("next").asText())
                        .is(200)
                        .json();
                assertThat(page.has("previous")).isTrue();
                page.path("items").forEach(there::add);
            }
            assertThat(there).isEqualTo(all);
            var back = new ArrayList<JsonNode>();
            stream(page.path("items")).forEach(back::add);
            while (page.has("previous")) {
                page = api.get(path + "&limit=3&before=" + page.path("previous").asText())
                        .is(200)
                        .json();
                assertThat(page.has("next")).isTrue();
                back.addAll(0, stream(page.path("items")).toList());
            }
            assertThat(back).isEqualTo(all);
            var balance = BigDecimal.ZERO;
            for (var line : order.equals("asc") ? all : all.reversed()) {
                balance = balance.add(new BigDecimal(line.path("amount").asText()));
                assertThat(new BigDecimal(line.path("balance_after").asText())).isEqualByComparingTo(balance);
            }
            assertThat(new BigDecimal(ledger.balance(account))).isEqualByComparingTo(balance);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts/a/entries", "/transactions"})
    void a_range_has_what_is_at_its_beginning_and_not_what_is_at_its_end(String listing) {
        var ledger = busy();
        var all = api.all(ledger.path() + listing + "?order=asc");
        for (var order : List.of("asc", "desc")) {
            var times = times(ledger);
            for (var from : times) {
                var to = times.get(Math.min(times.size() - 1, times.indexOf(from) + 7));
                var expected = all.stream()
                        .filter(line -> !Instant.parse(line.path("at").asText()).isBefore(from)
                                && Instant.parse(line.path("at").asText()).isBefore(to))
                        .toList();
                var query = "%s%s?order=%s&from=%s&to=%s".formatted(ledger.path(), listing, order, from, to);
                assertThat(api.all(query)).isEqualTo(order.equals("asc") ? expected : expected.reversed());
            }
        }
    }

    @Test
    void a_line_tells_the_reference_and_the_description_of_its_operation() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
        var body = money("a", "2.00", "EUR");
        body.putAll(Map.of("reference_id", "INV-7", "description", "Paper, A4"));
        ledger.send("deposits", body, "Prefer", "wait=20").is(200);
        var lines = ledger.statement("a");
        assertThat(lines.getFirst().has("reference_id") || lines.getFirst().has("description"))
                .isFalse();
        assertThat(lines.getLast().path("reference_id").asText()).isEqualTo("INV-7");
        assertThat(lines.getLast().path("description").asText()).isEqualTo("Paper, A4");
        assertThat(lines.getLast().path("kind").asText()).isEqualTo("deposit");
    }

    @Test
    void what_is_posted_meanwhile_makes_no_gap_and_comes_not_twice() throws Exception {
        var ledger = daybook.ledger().account("a", "EUR").account("b", "EUR").funded("a", "100.00");
        for (var listing : List.of("/accounts/a/entries", "/transactions")) {
            for (var order : List.of("asc", "desc")) {
                try (var threads = Executors.newSingleThreadExecutor()) {
                    var moving = threads.submit(
                            () -> IntStream.range(0, 15).forEach(i -> ledger.transfer("a", "b", "1.00")));
                    var seen = new ArrayList<Long>();
                    var path = ledger.path() + listing + "?limit=2&order=" + order;
                    var page = api.get(path).is(200).json();
                    page.path("items")
                            .forEach(line -> seen.add(line.path("sequence").asLong()));
                    while (page.has("next")) {
                        page = api.get(path + "&after=" + page.path("next").asText())
                                .is(200)
                                .json();
                        page.path("items")
                                .forEach(line -> seen.add(line.path("sequence").asLong()));
                    }
                    moving.get();
                    var sorted = order.equals("asc") ? seen : seen.reversed();
                    assertThat(sorted)
                            .isEqualTo(IntStream.rangeClosed(1, sorted.size())
                                    .mapToObj(Long::valueOf)
                                    .toList());
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "/accounts/a/entries?order=asc",
        "/accounts/b/entries?limit=2",
        "/trial-balance?limit=2",
        "/trial-balance?at=2999-01-01T00:00:00%2B01:00"
    })
    void csv_says_what_json_says(String listing) {
        var ledger = busy();
        var body = money("a", "2.00", "EUR");
        body.putAll(Map.of("reference_id", "@r", "description", "=1+1;\"quoted\", and\nmore €"));
        ledger.send("deposits", body, "Prefer", "wait=20").is(200);
        body.putAll(Map.of("reference_id", "r-2", "description", "\tindented"));
        ledger.send("deposits", body, "Prefer", "wait=20").is(200);
        var path = ledger.path() + listing.split("\\?")[0];
        var json = api.all(ledger.path() + listing.replaceAll("limit=2", "order=desc"));
        var rows = new ArrayList<NamedCsvRecord>();
        var query = "?" + listing.split("\\?")[1];
        while (query != null) {
            var page = api.get(path + query, "Accept", "text/csv").is(200);
            assertThat(page.header("Content-Type").orElseThrow())
                    .startsWith("text/csv")
                    .containsIgnoringCase("utf-8");
            assertThat(page.text()).endsWith("\r\n");
            CsvReader.builder().ofNamedCsvRecord(page.text()).forEach(rows::add);
            query = page.headers().allValues("Link").stream()
                    .map(NEXT::matcher)
                    .filter(link -> link.find())
                    .map(link -> link.group(1))
                    .findFirst()
                    .orElse(null);
        }
        assertThat(rows).hasSameSizeAs(json);
        var header = rows.getFirst().getHeader();
        for (var i = 0; i < rows.size(); i++) {
            for (var field : rows.get(i).getFieldsAsMap().entrySet()) {
                var expected = json.get(i).path(field.getKey()).asText();
                var guarded = List.of("reference_id", "description").contains(field.getKey())
                        && expected.matches("(?s)[=+\\-@\t\r].*");
                assertThat(field.getValue()).isEqualTo(guarded ? "'" + expected : expected);
            }
            json.get(i).fieldNames().forEachRemaining(name -> assertThat(header).contains(name));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv                                | text/csv",
                "text/csv, application/json;q=0.5        | text/csv",
                "application/json;q=0.5, text/csv        | text/csv",
                "application/json, text/csv;q=0.5        | application/json",
                "*/*                                     | application/json",
                "text/html, */*;q=0.1                    | application/json",
            })
    void the_client_chooses_between_csv_and_json(String accept, String type) {
        var ledger = daybook.ledger().account("a", "EUR");
        for (var path : List.of("/accounts/a/entries", "/trial-balance")) {
            var answer = api.get(ledger.path() + path, "Accept", accept).is(200);
            assertThat(answer.header("Content-Type").orElseThrow()).startsWith(type);
        }
    }

    @Test
    void what_can_not_be_served_is_not_acceptable_and_a_problem_stays_a_problem() {
        var ledger = daybook.ledger().account("a", "EUR");
        for (var path : List.of("/accounts/a/entries", "/trial-balance")) {
            api.get(ledger.path() + path, "Accept", "application/pdf").isProblem(406, "not_acceptable");
            api.get(ledger.path() + path + "?limit=0", "Accept", "text/csv").isProblem(400, "malformed_request");
        }
        for (var path : List.of("/transactions", "/accounts/a", "/operations")) {
            api.get(ledger.path() + path, "Accept", "text/csv").isProblem(406, "not_acceptable");
        }
    }

    @Test
    void an_empty_ledger_is_in_balance() {
        var ledger = daybook.ledger();
        var trial = api.get(ledger.path() + "/trial-balance").is(200).json();
        assertThat(trial.path("balanced").asBoolean()).isTrue();
        assertThat(trial.path("at_sequence").asInt()).isZero();
        assertThat(trial.path("items").isArray() && trial.path("items").isEmpty())
                .isTrue();
        assertThat(trial.path("totals").isArray() && trial.path("totals").isEmpty())
                .isTrue();
        assertThat(transactions(ledger)).isEmpty();
        ledger.account("a", "EUR");
        assertThat(ledger.statement("a")).isEmpty();
        assertThat(api.get(ledger.path() + "/accounts/a/entries", "Accept", "text/csv")
                        .text()
                        .lines())
                .hasSize(1);
        var then = api.get(ledger.path() + "/accounts/a?at=" + Instant.now()).is(200);
        assertThat(then.text("balance")).isEqualTo("0.00");
    }

    @Test
    void a_ledger_of_another_tenant_is_not_there() {
        var ledger = busy();
        var other = daybook.api("other", Daybook.ALL_SCOPES);
        for (var path : List.of(
                "/trial-balance",
                "/trial-balance?at=2026-01-01T00:00:00Z",
                "/transactions",
                "/accounts/a?at=2026-01-01T00:00:00Z",
                "/accounts/a/entries",
                "/operations?from=2026-01-01T00:00:00Z")) {
            other.get(ledger.path() + path).isProblem(404, "ledger_not_found");
            other.get(ledger.path() + path, "Accept", "text/csv, */*;q=0.5").isProblem(404, "ledger_not_found");
        }
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "at,     /accounts/a?at=yesterday",
        "at,     /accounts/a?at=2026-01-31T12:00:00",
        "at,     /accounts/a?at=2026-01-31T12:00:00+01:00",
        "at,     /trial-balance?at=%2B12026-01-31T12:00:00Z",
        "after,  /trial-balance?after=999999.a",
        "limit,  /trial-balance?limit=501",
        "limit,  /trial-balance?limit=x",
        "from,   /transactions?from=2026-13-01T00:00:00Z",
        "to,     /transactions?to=2026-01-01",
        "to,     /transactions?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "limit,  /transactions?limit=1e3",
        "before, /transactions?before=-1",
        "before, /accounts/a/entries?before=1.1&after=1.1",
        "order,  /accounts/a/entries?order=ASC",
        "from,   /accounts/a/entries?from=",
        "from,   /operations?from=now",
        "to,     /operations?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
    })
    void a_parameter_that_can_not_be_read_is_named(String parameter, String path) {
        var ledger = daybook.ledger().account("a", "EUR");
        assertThat(api.get(ledger.path() + path)
                        .isProblem(400, "malformed_request")
                        .text("detail"))
                .contains(parameter);
    }

    @Test
    void operations_are_listed_by_the_time_of_their_acceptance() throws InterruptedException {
        var ledger = daybook.ledger().account("a", "EUR");
        var ids = new ArrayList<String>();
        var times = new ArrayList<Instant>();
        for (var i = 0; i < 4; i++) {
            times.add(Instant.now().truncatedTo(ChronoUnit.MILLIS));
            ids.addFirst(ledger.deposit("a", "1.00", "Prefer", "wait=20")
                    .is(200)
                    .operationId()
                    .toString());
            Thread.sleep(2);
        }
        assertThat(listed(ledger, "?from=" + times.get(1))).isEqualTo(ids.subList(0, 3));
        assertThat(listed(ledger, "?to=" + times.get(1))).isEqualTo(ids.subList(3, 4));
        assertThat(listed(ledger, "?from=" + times.get(1) + "&to=" + times.get(3)))
                .isEqualTo(ids.subList(1, 3));
        assertThat(listed(ledger, "?from=" + times.get(2) + "&to=" + times.get(2)))
                .isEmpty();
        assertThat(listed(ledger, "?limit=1&kind=deposit&from=" + times.get(1) + "&after=" + ids.get(1)))
                .containsExactly(ids.get(2));
        var east = times.get(2).toString().replace("Z", "+00:00");
        assertThat(listed(ledger, "?from=" + URLEncoder.encode(east, StandardCharsets.UTF_8)))
                .isEqualTo(ids.subList(0, 2));
    }

    private List<String> listed(Ledger ledger, String query) {
        return api.get(ledger.path() + "/operations" + query)
                .is(200)
                .json()
                .path("items")
                .findValuesAsText("operation_id");
    }
}
