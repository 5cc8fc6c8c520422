package io.daybook.local.console;

import static io.daybook.local.path.Api.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.daybook.local.path.Daybook;
import io.daybook.local.path.Ledger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;

/** The console as an operator sees it: in a browser, on a whole stack. */
@EnabledIf("io.daybook.local.console.Browser#isWanted")
class ConsoleTest {
    private static final String HOSTILE = "<img src=x onerror=\"document.title='taken over'\">";

    private static Daybook daybook;
    private static Browser browser;

    private Ledger ledger;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 2, "daybook.processor.retry.max", "1s"));
        browser = Browser.start();
    }

    @AfterAll
    static void stop() {
        browser.close();
        daybook.close();
    }

    @BeforeEach
    void a_ledger() {
        ledger = daybook.ledger().account("till", "EUR").account("sick", "EUR");
    }

    @AfterEach
    void nothing_was_complained_about_and_nobody_else_was_asked() {
        daybook.heal();
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.asked()).containsOnly(daybook.stack().url().getAuthority());
    }

    private static URI console(String hash) {
        return URI.create(daybook.stack().url() + "/console" + hash);
    }

    private String operations() {
        return "#/ledgers/" + ledger.id() + "/operations";
    }

    private void signIn(String hash) {
        signIn(hash, daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES));
    }

    private static void signIn(String hash, String token) {
        browser.openAnew(console(hash));
        browser.type("#token", token, Keys.ENTER);
        browser.sees("nav", "Dead letters");
    }

    private UUID poisoned() {
        daybook.sicken();
        var id = ledger.deposit("sick", "7.00").is(202).operationId();
        assertThat(ledger.outcome(id).path("status").asText()).isEqualTo("dead");
        return id;
    }

    private static String card(UUID id) {
        return "li[data-key='%s']".formatted(id);
    }

    private String status(UUID id) {
        return ledger.operation(id).path("status").asText();
    }

    @Test
    void what_is_no_token_or_lacks_its_scope_is_told_before_it_is_used() {
        browser.openAnew(console(operations()));
        browser.type("#token", "not a token", Keys.ENTER);
        browser.sees("[role=alert]", "This is no token");
        browser.type("#token", daybook.token(Daybook.TENANT, "ledger:write"), Keys.ENTER);
        browser.sees("[role=alert]", "lacks the scope ledger:read");
        browser.type("#token", daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES), Keys.ENTER);
        browser.sees("h1", "Operations");
        assertThat(browser.run("return localStorage.length + document.cookie.length"))
                .isEqualTo(0L);
        assertThat((String) browser.run("return location.href")).doesNotContain("eyJ");
    }

    @Test
    void a_token_that_is_over_leads_to_the_sign_in_and_back() {
        signIn(operations());
        browser.sees("h1", "Operations");
        var over = daybook.stack().tokens().mint(Daybook.TENANT, Daybook.ALL_SCOPES, Duration.ofMinutes(-10));
        browser.run("sessionStorage.setItem('daybook.token', arguments[0])", over);
        browser.sees("[role=alert]", "Your token has expired");
        browser.type("#token", daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES), Keys.ENTER);
        browser.sees("h1", "Operations");
    }

    @Test
    void what_a_token_does_not_allow_is_said() {
        signIn("#/dead-letters", daybook.token(Daybook.TENANT, "ledger:read"));
        browser.sees("[role=alert]", "Your token does not allow this");
    }

    @Test
    void a_deposit_appears_by_itself_and_succeeds() {
        signIn(operations());
        browser.sees("Nothing has been asked of this ledger yet");
        browser.sees(".live", "Live");
        ledger.deposit("till", "1234567.89").is(202);
        browser.sees("tbody tr", "1,234,567.89 EUR");
        browser.sees("tbody tr", "succeeded");
        ledger.deposit("till", "2.50").is(202);
        browser.sees("tbody tr:first-child", "2.50 EUR");
        browser.sees("figure", "2 seen, 0 failed");
    }

    @Test
    void a_ledger_is_shown_as_soon_as_there_is_one() {
        var later = "later:" + UUID.randomUUID();
        signIn("#/ledgers/" + later + "/operations");
        browser.sees("[role=alert]", "There is no such ledger");
        var opened = daybook.watched(Ledger.open(daybook.api(), later)).account("till", "EUR");
        browser.sees("Nothing has been asked of this ledger yet");
        opened.deposit("till", "1.00").is(202);
        browser.sees("tbody tr", "succeeded");
        browser.sees(".live", "Live");
    }

    @Test
    void a_withdrawal_that_failed_says_why() {
        ledger.funded("till", "10.00");
        signIn(operations());
        ledger.withdraw("till", "11.00").isProblem(422, "insufficient_funds");
        browser.sees("tbody tr", "insufficient funds");
        browser.press("Withdrawal");
        browser.sees("h1", "Withdrawal of 11.00 EUR");
        browser.sees(".timeline", "failed");
        browser.sees(".problem", "The account's funds do not suffice");
        browser.sees(".problem", "Pay money in");
    }

    @Test
    void the_steps_of_a_transfer_between_ledgers_are_told() {
        var other = daybook.ledger().account("stock", "EUR");
        ledger.funded("till", "10.00");
        var id = ledger.submit(
                "transfer",
                "from_account_id",
                "till",
                "to_account_id",
                "stock",
                "to_ledger_id",
                other.id(),
                "amount",
                "4.00",
                "currency",
                "EUR");
        signIn("#/operations/" + id);
        browser.sees(".heading", "succeeded");
        browser.sees(".timeline", "processing");
        for (var step : List.of("Hold", "Credit", "Capture")) {
            browser.sees(".steps", step);
        }
        browser.sees(".steps", "in " + other.id());
        browser.sees("table", "6.00 EUR");
    }

    @Test
    void a_dead_letter_is_found_understood_and_redriven() {
        signIn(operations());
        var id = poisoned();
        browser.sees("tbody tr", "dead");
        browser.press("Deposit");
        browser.sees(".cause", "This account is sick");
        browser.sees(".timeline", "at attempt 2");

        browser.go("#/dead-letters");
        browser.sees(card(id), "Deposit of 7.00 EUR");
        browser.sees(card(id), "This account is sick");
        daybook.heal();
        browser.click(card(id) + " .primary");
        browser.sees("dialog", "applied once");
        browser.click("dialog .primary");
        browser.sees(card(id), "It has succeeded.");
        assertThat(status(id)).isEqualTo("succeeded");

        browser.click(card(id) + " h2 a");
        browser.sees(".timeline", "redriven");
        browser.sees(".heading", "succeeded");
    }

    @Test
    void who_signs_in_next_sees_nothing_of_who_was_there_before() {
        var id = poisoned();
        signIn(operations());
        browser.go("#/dead-letters");
        browser.click(card(id) + " .danger");
        browser.type("dialog textarea", "Sent by mistake");
        browser.click("dialog .danger");
        browser.sees(card(id), "Discarded by local");
        browser.click("button[aria-label='Sign out']");
        browser.sees("h1", "Sign in to Daybook");
        assertThat(browser.run("return sessionStorage.length")).isEqualTo(0L);
        browser.type("#token", daybook.token("next-" + UUID.randomUUID(), Daybook.ALL_SCOPES), Keys.ENTER);
        browser.sees("Nothing is dead");
        assertThat(browser.count(card(id))).isZero();
    }

    @Test
    void a_dead_letter_is_discarded_with_a_reason_and_not_without() {
        var id = poisoned();
        signIn("#/dead-letters");
        browser.click(card(id) + " .danger");
        browser.click("dialog .danger");
        assertThat(status(id)).isEqualTo("dead");
        browser.type("dialog textarea", "Sent by mistake");
        browser.click("dialog .danger");
        browser.sees(card(id), "Discarded by local");
        browser.sees(card(id), "Sent by mistake");
        assertThat(status(id)).isEqualTo("discarded");
    }

    @Test
    void what_is_cancelled_in_a_dialog_is_not_done() {
        var id = poisoned();
        signIn("#/operations/" + id);
        browser.click("#discard-" + id);
        browser.type("dialog textarea", "Perhaps not");
        browser.escape();
        browser.seesNo("dialog", "Discard");
        assertThat(browser.count("dialog")).isZero();
        assertThat(status(id)).isEqualTo("dead");
    }

    @Test
    void a_ledger_is_halted_shown_with_its_reason_and_resumed() {
        signIn("#/ledgers/" + ledger.id());
        browser.sees(".facts", "running");
        browser.press("Halt …");
        browser.type("dialog textarea", "The auditors are here");
        browser.click("dialog .danger");
        browser.sees(".halted-card .cause", "The auditors are here.");
        browser.sees(".pill", "1 halted");
        var waiting = ledger.deposit("till", "3.00").is(202).operationId();

        browser.go("#/ledgers");
        browser.sees("tbody tr", "halted");
        browser.sees(".halted-card", "The auditors are here.");
        browser.press("Resume …");
        browser.click("dialog .primary");
        browser.seesNo(".standing", ledger.id());
        await().untilAsserted(() -> assertThat(status(waiting)).isEqualTo("succeeded"));
        browser.go("#/ledgers/" + ledger.id());
        browser.sees("tbody tr", "3.00");
    }

    @Test
    void a_ledger_that_stands_still_is_shown_behind_however_many_and_that_there_are_more() {
        var tenant = "many-" + UUID.randomUUID();
        daybook.execute("""
                insert into ledger (tenant, ledger_id, opened_at, name)
                select '%s', 'branch-' || lpad(n::text, 3, '0'), now(), 'Branch' from generate_series(1, 501) n
                """.formatted(tenant));
        var api = daybook.api(tenant, Daybook.ALL_SCOPES);
        Ledger.open(api, "till");
        api.post("/ledgers/till/halt", object("reason", "The auditors are here"))
                .is(200);
        signIn("#/ledgers", daybook.token(tenant, Daybook.ALL_SCOPES));
        browser.sees(".halted-card", "The auditors are here.");
        browser.sees(".rest", "The first 500 ledgers are shown, and those behind them that stand still.");
        assertThat(browser.count("tbody tr")).isEqualTo(501);
        browser.type("input[type=search]", "branch-501");
        browser.sees("None is named like this");
        browser.go("#/ledgers/till/operations");
        browser.sees(".heading .badge", "halted");
        browser.sees("option[disabled]", "… and more");
    }

    @Test
    void accounts_are_shown_with_what_is_held_and_available() {
        ledger.funded("till", "100.00");
        signIn("#/ledgers/" + ledger.id());
        browser.sees("tbody tr", "100.00");
        ledger.apply("hold", "account_id", "till", "amount", "30.00", "currency", "EUR");
        browser.sees("tbody td.held", "30.00");
        browser.sees("tbody td.available", "70.00");
        assertThat(browser.count("tbody tr")).isEqualTo(2);
        browser.click("input[type=checkbox]");
        browser.sees("tbody tr", "external:EUR");
    }

    @Test
    void an_action_item_shows_what_went_wrong_and_changes_its_status() {
        var id = poisoned();
        signIn("#/ledgers/" + ledger.id() + "/action-items");
        browser.sees(card(id), "The operation could not be processed");
        browser.sees(card(id) + " .exceptions", "This account is sick");
        browser.press("Start");
        browser.sees(card(id), "in progress");
        browser.press("Done");
        browser.sees(card(id), "Open again");
    }

    @Test
    void operations_are_filtered_and_paged() {
        ledger.funded("till", "10.00");
        ledger.withdraw("till", "11.00").isProblem(422, "insufficient_funds");
        ledger.send(
                        "deposits",
                        object("account_id", "till", "amount", "5.00", "currency", "EUR", "reference_id", "R-5"))
                .is(202);
        signIn(operations());
        browser.sees("tbody", "R-5");
        browser.choose("select[aria-label='Any status']", "failed");
        browser.seesNo("tbody", "Deposit");
        browser.sees("tbody", "11.00 EUR");
        browser.choose("select[aria-label='Any kind']", "deposit");
        browser.sees("None is like this");
        browser.press("Clear");
        browser.sees("tbody", "Deposit");
        browser.keys("/");
        browser.keys("R-5", Keys.ENTER);
        browser.seesNo("tbody", "Withdrawal");
        browser.sees("tbody", "5.00 EUR");
        browser.press("Clear");
        for (var i = 0; i < 50; i++) {
            ledger.deposit("till", "1.00").is(202);
        }
        ledger.deposit("till", "2.00").is(202);
        browser.sees("tbody tr:first-child", "2.00 EUR");
        browser.press("Older →");
        browser.sees("tbody", "11.00 EUR");
        browser.press("← Newest");
        browser.seesNo("tbody", "11.00 EUR");
    }

    @Test
    void the_keyboard_is_enough() {
        ledger.funded("till", "10.00");
        ledger.withdraw("till", "1.00").is(200);
        signIn(operations());
        browser.sees("tbody tr:first-child", "Withdrawal");
        browser.keys("j");
        assertThat(browser.focused()).isEqualTo("Withdrawal");
        browser.keys("j");
        assertThat(browser.focused()).isEqualTo("Deposit");
        browser.keys(Keys.ARROW_UP);
        assertThat(browser.focused()).isEqualTo("Withdrawal");
        browser.keys(Keys.ENTER);
        browser.sees("h1", "Withdrawal of 1.00 EUR");
        browser.escape();
        browser.sees("h1", "Operations");
        browser.keys("?");
        browser.sees("dialog", "next in the list");
        browser.escape();
        browser.seesNo("dialog", "next in the list");
        browser.keys("g");
        browser.keys("d");
        browser.sees("h1", "Dead letters");
    }

    @Test
    void a_phone_is_wide_enough() {
        var id = poisoned();
        ledger.send(
                        "deposits",
                        object(
                                "account_id",
                                "till",
                                "amount",
                                "12345678901234567.89",
                                "currency",
                                "EUR",
                                "reference_id",
                                "R".repeat(255)))
                .is(202);
        try {
            browser.width(360);
            signIn(operations());
            browser.sees("tbody", "12,345,678,901,234,567.89 EUR");
            fits();
            browser.go("#/operations/" + id);
            browser.sees(".timeline", "dead");
            fits();
            browser.go("#/dead-letters");
            browser.sees(card(id), "This account is sick");
            fits();
            browser.go("#/ledgers");
            browser.sees("tbody", ledger.id());
            fits();
            browser.go("#/ledgers/" + ledger.id());
            browser.sees("tbody", "till");
            fits();
            browser.go("#/ledgers/" + ledger.id() + "/action-items");
            browser.sees(card(id), "What went wrong");
            fits();
        } finally {
            browser.widthAsItWas();
        }
    }

    private static void fits() {
        assertThat((String) browser.run("""
                return document.documentElement.scrollWidth <= 360 ? '' : [...document.querySelectorAll('body *')]
                    .filter(one => one.getBoundingClientRect().right > 360).map(one => one.outerHTML.slice(0, 120)).join('\\n')
                """)).isEmpty();
    }

    @Test
    void it_is_dark_where_the_system_is_and_where_the_reader_wants_it() {
        try {
            browser.prefers("light");
            signIn(operations());
            var light = paper();
            browser.prefers("dark");
            var dark = paper();
            assertThat(dark).isNotEqualTo(light);
            browser.click("button[aria-label='Light or dark']");
            assertThat(paper()).isEqualTo(light);
            browser.keys("t");
            assertThat(paper()).isEqualTo(dark);
        } finally {
            browser.prefers("light");
        }
    }

    private static Object paper() {
        return browser.run("return getComputedStyle(document.body).backgroundColor");
    }

    @Test
    void hostile_text_is_text() {
        ledger.send(
                        "deposits",
                        object(
                                "account_id",
                                "till",
                                "amount",
                                "1.00",
                                "currency",
                                "EUR",
                                "reference_id",
                                HOSTILE,
                                "description",
                                HOSTILE,
                                "metadata",
                                object("<b>name</b>", HOSTILE)))
                .is(202);
        ledger.apply("action_item", "title", HOSTILE, "details", HOSTILE, "assignee", HOSTILE);
        daybook.api()
                .post("/ledgers/" + ledger.id() + "/halt", object("reason", HOSTILE))
                .is(200);
        signIn(operations());
        browser.sees("tbody", HOSTILE);
        browser.press("Deposit");
        browser.sees("dd", HOSTILE);
        browser.sees("dt", "<b>name</b>");
        browser.go("#/ledgers/" + ledger.id() + "/action-items");
        browser.sees("h2", HOSTILE);
        browser.go("#/ledgers/" + ledger.id());
        browser.sees(".cause", HOSTILE);
        assertThat(browser.count("img, b")).isZero();
        daybook.api().send("POST", "/ledgers/" + ledger.id() + "/resume", null).is(200);
    }

    @Test
    void what_was_seen_stays_while_the_network_is_gone() {
        ledger.deposit("till", "1.00").is(202);
        signIn(operations());
        browser.sees("tbody", "1.00 EUR");
        try {
            browser.network(false);
            browser.sees("#trouble", "Daybook does not answer");
            browser.sees("tbody", "1.00 EUR");
        } finally {
            browser.network(true);
        }
        browser.seesNo("#trouble", "Daybook does not answer");
        ledger.deposit("till", "2.00").is(202);
        browser.sees("tbody", "2.00 EUR");
    }
}
