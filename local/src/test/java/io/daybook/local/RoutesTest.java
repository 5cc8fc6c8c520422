package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {

    private final Routes routes = Routes.daybook();

    @ParameterizedTest(name = "{0} {1} is answered by {2}")
    @CsvSource({
        "GET,    /v1/ledgers,                        status",
        "GET,    /v1/ledgers/l/accounts/a/entries,   status",
        "GET,    /v1/dead-letters,                   status",
        "GET,    /v1/no/such/thing,                  status",
        "GET,    /console,                           status",
        "HEAD,   /console/main.js,                   status",
        "POST,   /console,                           status",
        "GET,    /console/,                          status",
        "GET,    /docs,                              docs",
        "GET,    /docs/,                             docs",
        "HEAD,   /docs/docs.js,                      docs",
        "GET,    /v1/metrics,                        metrics",
        "HEAD,   /v1/operations/1,                   status",
        "POST,   /v1/ledgers,                        sync",
        "PATCH,  /v1/ledgers/l,                      sync",
        "POST,   /v1/ledgers/l/accounts,             sync",
        "PATCH,  /v1/ledgers/l/accounts/a,           sync",
        "POST,   /v1/ledgers/l/halt,                 sync",
        "POST,   /v1/ledgers/l/resume,               sync",
        "POST,   /v1/sync/ledgers/l/deposits,        sync",
        "POST,   /v1/dead-letters/1/redrive,         sync",
        "DELETE, /v1/ledgers/l,                      sync",
        "POST,   /v1/ledgers/l/deposits,             intake",
        "POST,   /v1/ledgers/l/batches,              intake",
        "PATCH,  /v1/ledgers/l/action-items/1,       intake",
        "POST,   /v1/holds/1/captures,               sync",
        "POST,   /v1/operations/1/reversals,         sync",
        "PUT,    /v1/ledgers/l/deposits,             intake",
        "POST,   /v1/no/such/thing,                  intake",
    })
    void requests_go_to_the_function_that_owns_their_path(String method, String path, String function) {
        assertThat(routes.match(method, path)).map(Routes.Match::function).hasValue(function);
    }

    @ParameterizedTest
    @CsvSource({"GET, /", "GET, /v1", "GET, /v2/ledgers", "GET, /console/a/b", "POST, /docs", "POST, /favicon.ico"})
    void nothing_is_served_elsewhere(String method, String path) {
        assertThat(routes.match(method, path)).isEmpty();
    }

    @Test
    void the_variable_parts_of_a_path_are_named() {
        assertThat(routes.match("PATCH", "/v1/ledgers/l-1/accounts/cash:1"))
                .map(Routes.Match::pathParameters)
                .hasValue(Map.of("ledger_id", "l-1", "account_id", "cash:1"));
        assertThat(routes.match("GET", "/v1/operations/1"))
                .map(Routes.Match::pathParameters)
                .hasValue(Map.of("proxy", "operations/1"));
    }
}
