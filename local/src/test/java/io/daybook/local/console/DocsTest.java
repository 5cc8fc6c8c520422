package io.daybook.local.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.local.path.Daybook;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The API's document as a page, as someone who tries Daybook sees it. */
class DocsTest {
    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of());
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    private static URI docs(String more) {
        return URI.create(daybook.stack().url() + "/docs" + more);
    }

    private static HttpResponse<String> get(String more) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(docs(more)).build(), BodyHandlers.ofString());
        }
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "'',                    text/html; charset=utf-8",
        "/docs.css,             text/css; charset=utf-8",
        "/docs.js,              text/javascript; charset=utf-8",
        "/swagger-ui.css,       text/css; charset=utf-8",
        "/swagger-ui-bundle.js, text/javascript; charset=utf-8",
    })
    void every_file_says_what_it_is_and_what_it_may_do(String file, String type) throws Exception {
        var answer = get(file);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo(type);
        assertThat(header(answer, "Content-Security-Policy"))
                .startsWith("default-src 'self';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe", "http", "*");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.css", "/swagger-initializer.js", "/..%2flogback.xml", "/%2e%2e%2flogback.xml"})
    void nothing_else_is_there(String file) throws Exception {
        assertThat(get(file).statusCode()).isEqualTo(404);
    }

    @Test
    void a_slash_behind_the_page_leads_to_it() throws Exception {
        var answer = get("/");
        assertThat(answer.statusCode()).isEqualTo(308);
        assertThat(docs("/").resolve(header(answer, "Location"))).isEqualTo(docs(""));
    }

    @Test
    @EnabledIf("io.daybook.local.console.Browser#isWanted")
    void it_shows_every_operation_sends_requests_and_asks_nobody_else() {
        daybook.ledger();
        try (var browser = Browser.start()) {
            browser.openAnew(docs(""));
            browser.sees(".info .title", "Daybook");
            browser.sees(".opblock-summary-path", "/v1/ledgers/{ledger_id}/deposits");

            browser.click(".authorize");
            browser.type(
                    ".modal-ux input[aria-label='auth-bearer-value']",
                    daybook.token(Daybook.TENANT, Daybook.ALL_SCOPES),
                    Keys.ENTER);
            browser.click(".btn-done");
            browser.click("#operations-Books-listLedgers .opblock-summary-control");
            browser.press("Try it out");
            browser.press("Execute");
            browser.sees(".live-responses-table", "\"ledger_id\"");

            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.asked()).containsOnly(daybook.stack().url().getAuthority());
        }
    }
}
