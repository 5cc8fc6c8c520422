package io.daybook.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.daybook.contract.AccountStatus;
import io.daybook.contract.AccountType;
import io.daybook.contract.ActionItemStatus;
import io.daybook.contract.DaybookId;
import io.daybook.contract.DeliveryStatus;
import io.daybook.contract.Event;
import io.daybook.contract.Kind;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.WebhookStatus;
import io.micronaut.context.ApplicationContextProvider;
import io.micronaut.http.HttpMethod;
import io.micronaut.security.annotation.Secured;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the description of the API, the functions and their answers together. */
class OpenApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ALL = "ledger:read ledger:write ledger:admin";
    private static final Set<String> OWN_HEADERS = Set.of(
            "location",
            "retry-after",
            "etag",
            "idempotent-replayed",
            "preference-applied",
            "www-authenticate",
            "link",
            "deprecation",
            "sunset");

    private static final Map<String, String> PACKAGES = Map.of(
            Routes.INTAKE,
            "io.daybook.intake",
            Routes.SYNC,
            "io.daybook.processor",
            Routes.STATUS,
            "io.daybook.status");

    private static final OpenApi DOCUMENT = OpenApi.read();
    private static final AtomicReference<Functions> FUNCTIONS = new AtomicReference<>();

    private static Stack stack;
    private static HttpClient client;
    private static String token;

    @BeforeAll
    static void start() {
        stack = Stack.start(new Stack.Options(Optional.empty(), 0, false), settings -> {
            FUNCTIONS.set(MicronautFunctions.create(settings));
            return FUNCTIONS.get();
        });
        client = HttpClient.newHttpClient();
        token = stack.tokens().mint("t", ALL, Duration.ofMinutes(10));
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
    }

    // --- document and code ---------------------------------------------------------------------

    @Test
    void every_route_is_described_and_everything_described_is_a_route() {
        var routes = new TreeMap<String, String>();
        Stream.of(Routes.INTAKE, Routes.SYNC, Routes.STATUS)
                .forEach(function -> routes(function)
                        .forEach(route -> templates(route).forEach(path -> {
                            assertThat(routes.put(route.getHttpMethod() + " " + path, function))
                                    .as("%s of another function", path)
                                    .isIn(null, function);
                        })));
        var described = new TreeMap<String, String>();
        DOCUMENT.operations()
                .forEach(operation -> described.put(
                        operation.toString(),
                        operation.node().path("x-daybook-function").asText()));
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void every_operation_is_routed_to_its_function() {
        assertThat(DOCUMENT.operations()).allSatisfy(operation -> {
            var path = operation.path().replaceAll("\\{\\w+}", "x");
            assertThat(Routes.daybook().match(operation.method(), path))
                    .map(Routes.Match::function)
                    .hasValue(operation.node().path("x-daybook-function").asText());
        });
    }

    @Test
    void every_operation_needs_the_scope_that_its_route_is_secured_by() {
        Stream.of(Routes.INTAKE, Routes.SYNC, Routes.STATUS)
                .flatMap(OpenApiTest::routes)
                .forEach(route -> templates(route).forEach(path -> {
                    var node = DOCUMENT.operation(route.getHttpMethod().name(), path.replaceAll("\\{\\w+}", "x"))
                            .orElseThrow(() -> new AssertionError(route + " is not described"))
                            .node();
                    var secured = route.getTargetMethod().stringValues(Secured.class);
                    var scopes = Arrays.stream(secured)
                            .filter(rule -> rule.startsWith("ledger:"))
                            .toList();
                    assertThat(scopes)
                            .as("%s", path)
                            .isEqualTo(
                                    node.has("x-daybook-scope")
                                            ? List.of(
                                                    node.get("x-daybook-scope").asText())
                                            : List.of());
                    assertThat(node.get("security").isEmpty()).as("%s", path).isEqualTo(scopes.isEmpty());
                }));
    }

    @Test
    void names_are_those_of_the_code() {
        assertThat(DOCUMENT.enumeration("ProblemCode")).containsExactlyElementsOf(names(ProblemCode.values()));
        assertThat(DOCUMENT.enumeration("Kind")).containsExactlyElementsOf(names(Kind.values()));
        assertThat(DOCUMENT.enumeration("OperationStatus")).containsExactlyElementsOf(names(OperationStatus.values()));
        assertThat(DOCUMENT.enumeration("AccountStatus")).containsExactlyElementsOf(names(AccountStatus.values()));
        assertThat(DOCUMENT.enumeration("ActionItemStatus"))
                .containsExactlyElementsOf(names(ActionItemStatus.values()));
        assertThat(DOCUMENT.enumeration("WebhookStatus")).containsExactlyElementsOf(names(WebhookStatus.values()));
        assertThat(DOCUMENT.enumeration("DeliveryStatus")).containsExactlyElementsOf(names(DeliveryStatus.values()));
        assertThat(DOCUMENT.enumeration("EventType")).containsExactlyElementsOf(Event.TYPES);
        assertThat(DOCUMENT.enumeration("AccountType")).containsExactlyElementsOf(names(AccountType.values()));
    }

    @Test
    void an_operation_is_found_by_what_generators_and_the_gateway_go_by() {
        assertThat(DOCUMENT.operations())
                .extracting(operation -> operation.node().path("operationId").asText())
                .doesNotContain("")
                .doesNotHaveDuplicates();
        assertThat(DOCUMENT.at("/components/schemas").fieldNames())
                .toIterable()
                .allSatisfy(name -> assertThat(name).matches("[A-Za-z0-9]+"));
        assertThat(DOCUMENT.at("").findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertThat(DOCUMENT.operations()).allSatisfy(operation -> {
            var names = operation.node().path("parameters").findValuesAsText("$ref").stream()
                    .map(reference -> DOCUMENT.at(reference.substring(1)))
                    .collect(Collectors.toList());
            operation.node().path("parameters").forEach(names::add);
            var inPath = names.stream()
                    .filter(parameter -> parameter.path("in").asText().equals("path"))
                    .map(parameter -> "{" + parameter.get("name").asText() + "}")
                    .toList();
            assertThat(Arrays.stream(operation.path().split("/"))
                            .filter(segment -> segment.startsWith("{"))
                            .toList())
                    .isEqualTo(inPath);
        });
    }

    @Test
    void every_example_of_an_answer_is_one() {
        assertThat(DOCUMENT.operations())
                .allSatisfy(operation -> operation
                        .node()
                        .path("responses")
                        .properties()
                        .forEach(response -> response.getValue()
                                .path("content")
                                .properties()
                                .forEach(content -> examples(content.getValue()).forEach(example -> {
                                    var schema = "/paths/%s/%s/responses/%s/content/%s/schema"
                                            .formatted(
                                                    OpenApi.escaped(operation.path()),
                                                    operation.method().toLowerCase(Locale.ROOT),
                                                    response.getKey(),
                                                    OpenApi.escaped(content.getKey()));
                                    assertThat(DOCUMENT.errors(schema, example))
                                            .as(schema)
                                            .isEmpty();
                                }))));
    }

    private static List<JsonNode> examples(JsonNode content) {
        var examples = new ArrayList<>(content.path("examples").findValues("value"));
        if (content.has("example")) {
            examples.add(content.get("example"));
        }
        return examples;
    }

    private static Stream<UriRouteInfo<?, ?>> routes(String function) {
        return ((ApplicationContextProvider) FUNCTIONS.get().http(function))
                .getApplicationContext()
                .getBean(Router.class)
                .uriRoutes()
                .filter(route -> route.getHttpMethod() != HttpMethod.HEAD)
                .filter(route -> route.getTargetMethod()
                        .getDeclaringType()
                        .getPackageName()
                        .equals(PACKAGES.get(function)));
    }

    /** The paths of a route in the document's spelling; that of all kinds stands for one of each. */
    private static List<String> templates(UriRouteInfo<?, ?> route) {
        var template = route.getUriMatchTemplate().toPathString();
        var spelled = template.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        return spelled.contains("{kinds}")
                ? Arrays.stream(Kind.values())
                        .flatMap(kind -> kind.path().stream())
                        .map(path -> spelled.replace("{kinds}", path))
                        .toList()
                : List.of(spelled);
    }

    private static List<String> names(Object[] values) {
        return Arrays.stream(values).map(Object::toString).toList();
    }

    // --- requests ------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    deposits    | {"account_id":"a","amount":"0.00","currency":"EUR"}
                    deposits    | {"account_id":"a","amount":"01.00","currency":"EUR"}
                    deposits    | {"account_id":"a","amount":"-1","currency":"EUR"}
                    deposits    | {"account_id":"a","amount":1,"currency":"EUR"}
                    deposits    | {"account_id":"a","amount":"1","currency":"EUR","note":"x"}
                    deposits    | {"account_id":"external:EUR","amount":"1","currency":"EUR"}
                    deposits    | {"account_id":"a","amount":"1"}
                    deposits    | {"account_id":"a","amount":"1","currency":"EUR","reference_id":" "}
                    deposits    | {"account_id":"a","amount":"1","currency":"EUR","description":"\\u0000"}
                    deposits    | {"account_id":"a","amount":"1","currency":"EUR","metadata":{"k":1}}
                    withdrawals | {"account_id":".a","amount":"1","currency":"EUR"}
                    withdrawals | {"account_id":"a","amount":"1","currency":"€"}
                    transfers   | {"from_account_id":"a","amount":"1","currency":"EUR"}
                    transfers   | {"from_account_id":"a","to_account_id":"b","to_ledger_id":"-","amount":"1","currency":"EUR"}
                    exchanges   | {"from_account_id":"a","to_account_id":"b","sell":{"amount":"1","currency":"EUR"},"rate":"0.0"}
                    exchanges   | {"from_account_id":"a","to_account_id":"b","sell":{"amount":"1"},"rate":"1"}
                    holds       | {"account_id":"a","amount":"0","currency":"EUR"}
                    journals    | {"postings":[{"account_id":"a","amount":"1","currency":"EUR"}]}
                    journals    | {"postings":[{"account_id":"a","amount":"-0.0","currency":"EUR"},{"account_id":"b","amount":"0","currency":"EUR"}]}
                    batches     | {"operations":[]}
                    batches     | {"operations":[{"kind":"gift","account_id":"a","amount":"1","currency":"EUR"}]}
                    batches     | {"atomic":"yes","operations":[{"kind":"deposit","account_id":"a","amount":"1","currency":"EUR"}]}
                    accounts    | {"account_id":"transit:x","currency":"EUR","type":"asset"}
                    accounts    | {"account_id":"x","currency":"EUR","type":"gift"}
                    accounts    | {"account_id":"x","currency":"EUR","type":"asset","minimum_balance":"-0.00"}
                    accounts    | {"account_id":"x","currency":"EUR","type":"asset","minimum_balance":"1.00"}
                    """)
    void what_the_document_forbids_is_refused(String collection, String body) {
        open("forbids");
        var path = "/v1/ledgers/forbids/" + collection;
        assertThat(DOCUMENT.operation("POST", path).orElseThrow().errorsOfRequest(json(body)))
                .isNotEmpty();
        var answer = answer("POST", path, body, "Idempotency-Key", "k");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(json(answer.body()).at("/errors")).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/ledgers?after=%00,                           400",
        "/v1/ledgers?limit=many,                          400",
        "/v1/ledgers?state=sleeping,                      400",
        "/v1/dead-letters?after=x,                        400",
        "/v1/ledgers?limit=501,                           400",
        "/v1/ledgers/%00,                                 404",
        "/v1/ledgers/texts/accounts?after=%01,            400",
        "/v1/ledgers/texts/accounts/%00,                  404",
        "/v1/ledgers/texts/accounts/a/entries?after=1,    400",
        "/v1/ledgers/texts/accounts/a/entries?order=up,   400",
        "/v1/ledgers/texts/accounts/a/entries?before=1,   400",
        "/v1/ledgers/texts/accounts/a/entries?limit=0,    400",
        "/v1/ledgers/texts/accounts/a/entries?limit=,     400",
        "/v1/ledgers/texts/accounts/a/entries?from=today, 400",
        "/v1/ledgers/texts/accounts/a?at=2026-02-30T00:00:00Z, 400",
        "/v1/ledgers/texts/accounts/a?at=,                400",
        "/v1/ledgers/texts/trial-balance?at=2026-01-01,   400",
        "/v1/ledgers/texts/trial-balance?after=a,         400",
        "/v1/ledgers/texts/trial-balance?after=0.%00,     400",
        "/v1/ledgers/texts/trial-balance?after=1.a,       400",
        "/v1/ledgers/texts/trial-balance?after=0.nobody,  400",
        "/v1/ledgers/texts/transactions?after=x,          400",
        "/v1/ledgers/texts/transactions?after=1&before=9, 400",
        "/v1/ledgers/texts/operations?from=x,             400",
        "/v1/ledgers/texts/operations?reference_id=%00,   400",
        "/v1/ledgers/texts/operations?status=lost,        400",
        "/v1/ledgers/texts/operations?kind=gift,          400",
        "/v1/ledgers/texts/operations?after=x,            400",
        "/v1/ledgers/texts/audit?after=-1,                400",
        "/v1/ledgers/texts/audit?after=1,                 400",
        "/v1/ledgers/texts/transactions/x,                404",
        "/v1/operations/x,                                404",
        "/v1/holds/x,                                     404",
        "/v1/ledgers/texts/holds?status=lost,             400",
        "/v1/ledgers/texts/holds?after=x,                 400",
        "/v1/ledgers/texts/action-items?status=lost,      400",
        "/v1/ledgers/texts/action-items?after=x,          400",
        "/v1/ledgers/texts/action-items/x,                404",
    })
    void text_that_cannot_be_looked_up_is_the_clients_mistake(String path, int status) {
        open("texts");
        assertThat(answer("GET", path, null).statusCode()).isEqualTo(status);
    }

    // --- answers -------------------------------------------------------------------------------

    @Test
    void the_main_job_goes_as_described() {
        assertThat(post("/v1/ledgers", "{\"ledger_id\":\"main\",\"name\":\"Main\"}")
                        .statusCode())
                .isEqualTo(201);
        var assets = """
                {"ledger_id":"coins","name":"Coins","assets":[{"code":"XCOIN","scale":8}],"on_dead_letter":"halt"}""";
        assertThat(post("/v1/ledgers", assets).statusCode()).isEqualTo(201);
        assertThat(post("/v1/ledgers", assets).statusCode()).isEqualTo(200);
        assertThat(post("/v1/ledgers", assets.replace("Coins", "Others")).statusCode())
                .isEqualTo(409);
        for (var account : List.of("a", "b")) {
            var body = "{\"account_id\":\"%s\",\"currency\":\"EUR\",\"type\":\"liability\"}".formatted(account);
            assertThat(post("/v1/ledgers/main/accounts", body).statusCode()).isEqualTo(201);
            assertThat(post("/v1/ledgers/main/accounts", body).statusCode()).isEqualTo(200);
            assertThat(post("/v1/ledgers/main/accounts", body.replace("liability", "asset"))
                            .statusCode())
                    .isEqualTo(409);
        }
        assertThat(post("/v1/ledgers/main/accounts", """
                        {"account_id":"c","currency":"USD","type":"equity","minimum_balance":null,
                         "metadata":{"k":"v"}}""").statusCode()).isEqualTo(201);
        assertThat(post("/v1/ledgers/main/accounts", """
                        {"account_id":"d","currency":"NOSUCH","type":"equity","minimum_balance":"-5"}""").statusCode()).isEqualTo(422);

        var deposit = "{\"account_id\":\"a\",\"amount\":\"100.00\",\"currency\":\"EUR\",\"reference_id\":\"r-1\"}";
        var accepted = post("/v1/ledgers/main/deposits", deposit, "Idempotency-Key", "d1");
        assertThat(accepted.statusCode()).isEqualTo(202);
        var id = json(accepted.body()).get("operation_id").asText();
        assertThat(accepted.headers().firstValue("Location")).hasValue("/v1/operations/" + id);
        assertThat(accepted.headers().firstValue("Retry-After")).isPresent();
        await().untilAsserted(() -> assertThat(
                        json(get("/v1/operations/" + id).body()).get("status").asText())
                .isEqualTo("succeeded"));
        var again = post("/v1/ledgers/main/deposits", deposit, "Idempotency-Key", "d1", "Prefer", "wait=5");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(again.headers().firstValue("Preference-Applied")).hasValue("wait=5");
        assertThat(post("/v1/ledgers/main/deposits", deposit.replace("100", "101"), "Idempotency-Key", "d1")
                        .statusCode())
                .isEqualTo(422);

        var withdrawal = "{\"account_id\":\"a\",\"amount\":\"10.00\",\"currency\":\"EUR\",\"description\":\"cash\"}";
        var withdrawn = post("/v1/ledgers/main/withdrawals", withdrawal, "Idempotency-Key", "w1");
        assertThat(withdrawn.statusCode()).isEqualTo(200);
        assertThat(json(withdrawn.body()).get("balance_after").asText()).isEqualTo("90.00");
        var refused =
                post("/v1/ledgers/main/withdrawals", withdrawal.replace("10.00", "1000"), "Idempotency-Key", "w2");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(json(refused.body()).get("code").asText()).isEqualTo("insufficient_funds");
        get("/v1/operations/" + json(refused.body()).get("operation_id").asText());
        assertThat(post("/v1/ledgers/main/withdrawals", withdrawal, "Idempotency-Key", "w3", "Prefer", "respond-async")
                        .statusCode())
                .isEqualTo(202);
        var transfer = "{\"from_account_id\":\"a\",\"to_account_id\":\"b\",\"amount\":\"1\",\"currency\":\"EUR\"}";
        assertThat(post("/v1/ledgers/main/transfers", transfer, "Idempotency-Key", "t1")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("/v1/ledgers/main/transfers", transfer.replace("\"b\"", "\"x\""), "Idempotency-Key", "t2")
                        .statusCode())
                .isEqualTo(404);
        assertThat(post("/v1/ledgers/main/journals", """
                        {"postings":[{"account_id":"a","amount":"-2","currency":"EUR"},
                                     {"account_id":"b","amount":"2.00","currency":"EUR"}],
                         "metadata":{"why":"because"}}""", "Idempotency-Key", "j1")
                        .statusCode())
                .isEqualTo(202);
        assertThat(post(
                                "/v1/ledgers/main/journals",
                                """
                        {"postings":[{"account_id":"a","amount":"-2","currency":"EUR"},
                                     {"account_id":"external:EUR","amount":"2","currency":"EUR"}]}""",
                                "Idempotency-Key",
                                "j2",
                                "Authorization",
                                bearer("t", "ledger:write"))
                        .statusCode())
                .isEqualTo(403);
        var batch = """
                {"atomic":true,"operations":[
                    {"kind":"deposit","account_id":"a","amount":"3","currency":"EUR","idempotency_key":"own"},
                    {"kind":"withdrawal","account_id":"a","amount":"3","currency":"EUR"},
                    {"kind":"transfer","from_account_id":"a","to_account_id":"b","amount":"1","currency":"EUR"},
                    {"kind":"journal","postings":[{"account_id":"a","amount":"-2","currency":"EUR"},
                                                  {"account_id":"b","amount":"2","currency":"EUR"}]}]}""";
        var batched = post("/v1/ledgers/main/batches", batch, "Idempotency-Key", "b1");
        assertThat(batched.statusCode()).isEqualTo(202);
        assertThat(post("/v1/ledgers/main/batches", batch, "Idempotency-Key", "b1")
                        .headers()
                        .firstValue("Idempotent-Replayed"))
                .hasValue("true");
        assertThat(post("/v1/ledgers/main/batches", batch.replace("true", "false"), "Idempotency-Key", "b1")
                        .statusCode())
                .isEqualTo(422);
        var refusedBatch = post("/v1/ledgers/main/batches", """
                {"atomic":true,"operations":[
                    {"kind":"deposit","account_id":"a","amount":"3","currency":"EUR","reference_id":"r-2"},
                    {"kind":"withdrawal","account_id":"a","amount":"9999","currency":"EUR","reference_id":"r-1"}]}""", "Idempotency-Key", "b2");
        await().untilAsserted(() -> json(refusedBatch.body()).get("operations").forEach(item -> {
            var operation = get("/v1/operations/" + item.get("operation_id").asText());
            assertThat(json(operation.body()).get("status").asText()).isEqualTo("failed");
        }));

        reads(id);
        changes();
    }

    private void reads(String operationId) {
        var operation = get("/v1/operations/" + operationId);
        var tag = operation.headers().firstValue("ETag").orElseThrow();
        assertThat(answer("GET", "/v1/operations/" + operationId, null, "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        var listed = json(get("/v1/ledgers/main/operations").body()).get("items");
        assertThat(listed).hasSizeGreaterThan(8);
        listed.forEach(item -> assertThat(DOCUMENT.operation(
                                "POST",
                                "/v1/ledgers/main/"
                                        + Kind.of(item.get("kind").asText())
                                                .flatMap(Kind::path)
                                                .orElseThrow())
                        .orElseThrow()
                        .errorsOfRequest(item.get("request")))
                .isEmpty());
        for (var path : List.of(
                "/v1/ledgers",
                "/v1/ledgers?limit=1",
                "/v1/ledgers/main",
                "/v1/ledgers/coins",
                "/v1/ledgers/main/accounts",
                "/v1/ledgers/main/accounts?limit=2&after=a",
                "/v1/ledgers/main/accounts/a",
                "/v1/ledgers/main/accounts/c",
                "/v1/ledgers/main/accounts/external:EUR",
                "/v1/ledgers/main/accounts/a/entries",
                "/v1/ledgers/main/accounts/a/entries?order=asc&limit=1",
                "/v1/ledgers/main/accounts/a/entries?order=asc&limit=1&after=1.1",
                "/v1/ledgers/main/accounts/a/entries?from=2026-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
                "/v1/ledgers/main/accounts/a?at=2026-01-01T00:00:00Z",
                "/v1/ledgers/main/accounts/a?at=9999-12-31T23:59:59.999999999Z",
                "/v1/ledgers/main/trial-balance",
                "/v1/ledgers/main/trial-balance?limit=2",
                "/v1/ledgers/main/trial-balance?limit=2&after=1.a",
                "/v1/ledgers/main/trial-balance?at=0000-01-01T00:00:00Z",
                "/v1/ledgers/coins/trial-balance",
                "/v1/ledgers/main/transactions",
                "/v1/ledgers/main/transactions?order=asc&after=2&limit=1",
                "/v1/ledgers/main/operations?from=2026-01-01T00:00:00%2B02:00&to=9999-12-31T23:59:59Z",
                "/v1/ledgers/main/operations?status=failed",
                "/v1/ledgers/main/operations?kind=journal&limit=1",
                "/v1/ledgers/main/operations?reference_id=r-1",
                "/v1/ledgers/main/audit",
                "/v1/ledgers/main/audit?after=1",
                "/v1/ledgers/coins/audit",
                "/v1/health/live",
                "/v1/health/ready")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
        for (var path : List.of("/v1/ledgers/main/accounts/a/entries", "/v1/ledgers/main/trial-balance")) {
            var csv = answer("GET", path + "?limit=2", null, "Accept", "text/csv");
            assertThat(csv.statusCode()).as(path).isEqualTo(200);
            assertThat(csv.headers().firstValue("Link")).isPresent();
        }
        var transaction = listed.findValue("transaction_id").asText();
        assertThat(get("/v1/ledgers/main/transactions/" + transaction).statusCode())
                .isEqualTo(200);
        assertThat(json(get("/v1/ledgers/main/audit").body()).get("holds").asBoolean())
                .isTrue();
        for (var path : List.of("/console", "/console/main.js", "/console/base.css", "/console/mark.svg")) {
            var file = answer("GET", path, null, "Accept", "*/*");
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            var etag = file.headers().firstValue("ETag").orElseThrow();
            assertThat(answer("GET", path, null, "If-None-Match", etag).statusCode())
                    .as(path)
                    .isEqualTo(304);
        }
        assertThat(get("/console/no-such.js").statusCode()).isEqualTo(404);
        var document = get("/v1/openapi.yaml");
        assertThat(document.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/yaml");
    }

    private void changes() {
        var path = "/v1/ledgers/main/accounts/";
        assertThat(answer("PATCH", path + "a", "{\"status\":\"closed\"}").statusCode())
                .isEqualTo(409);
        assertThat(answer("PATCH", path + "b", "{\"status\":\"frozen\"}").statusCode())
                .isEqualTo(200);
        assertThat(answer("PATCH", path + "c", "{\"status\":\"closed\"}").statusCode())
                .isEqualTo(200);
        assertThat(answer("PATCH", path + "c", "{\"status\":\"active\"}").statusCode())
                .isEqualTo(422);
        assertThat(answer("PATCH", path + "x", "{\"status\":\"active\"}").statusCode())
                .isEqualTo(404);
        assertThat(answer("PATCH", path + "a", "{\"status\":\"gone\"}").statusCode())
                .isEqualTo(422);
        assertThat(post(
                                "/v1/ledgers/main/deposits",
                                "{\"account_id\":\"b\",\"amount\":\"1\",\"currency\":\"EUR\"}",
                                "Idempotency-Key",
                                "frozen")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void holds_and_action_items_are_as_described() {
        open("followed");
        post("/v1/ledgers/followed/accounts", "{\"account_id\":\"a\",\"currency\":\"EUR\",\"type\":\"asset\"}");
        var batch = post("/v1/ledgers/followed/batches", """
                {"operations":[
                    {"kind":"deposit","account_id":"a","amount":"9","currency":"EUR"},
                    {"kind":"hold","account_id":"a","amount":"3","currency":"EUR"},
                    {"kind":"hold","account_id":"a","amount":"3","currency":"EUR","expires_at":"2999-01-01T00:00:00Z"},
                    {"kind":"action_item","title":"Look","details":"Twice","assignee":"bob",
                     "due_at":"2999-01-01T00:00:00Z"}]}""", "Idempotency-Key", "f1");
        var ids = json(batch.body()).findValuesAsText("operation_id");
        await().untilAsserted(() -> assertThat(
                        json(get("/v1/operations/" + ids.getLast()).body())
                                .get("status")
                                .asText())
                .isEqualTo("succeeded"));
        var update = post(
                "/v1/ledgers/followed/batches",
                "{\"operations\":[{\"kind\":\"action_item_update\",\"action_item_id\":\"%s\",\"status\":\"done\"}]}"
                        .formatted(ids.getLast()),
                "Idempotency-Key",
                "f2");
        var failed = json(update.body()).findValuesAsText("operation_id").getFirst();
        await().untilAsserted(
                        () -> assertThat(json(get("/v1/operations/" + failed).body())
                                        .get("status")
                                        .asText())
                                .isEqualTo("failed"));
        for (var path : List.of(
                "/v1/ledgers/followed/holds",
                "/v1/ledgers/followed/holds?status=open&limit=1",
                "/v1/holds/" + ids.get(1),
                "/v1/holds/" + ids.get(2),
                "/v1/ledgers/followed/action-items",
                "/v1/ledgers/followed/action-items?status=open",
                "/v1/ledgers/followed/action-items/" + ids.getLast())) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(json(get("/v1/ledgers/followed/action-items/" + ids.getLast())
                                .body())
                        .get("exceptions"))
                .hasSize(1);
    }

    @Test
    void what_follows_on_other_operations_goes_as_described() {
        open("follow");
        post(
                "/v1/ledgers/follow/accounts",
                "{\"account_id\":\"b\",\"currency\":\"EUR\",\"type\":\"asset\",\"minimum_balance\":null}");
        var transfer = """
                {"from_account_id":"b","to_account_id":"a","amount":"9.00","currency":"EUR"}""";
        var moved = json(post("/v1/ledgers/follow/transfers", transfer, "Idempotency-Key", "t")
                .body());
        var money = "{\"account_id\":\"a\",\"amount\":\"5.00\",\"currency\":\"EUR\"}";
        var held = post("/v1/ledgers/follow/holds", money, "Idempotency-Key", "h");
        assertThat(held.statusCode()).isEqualTo(202);
        var hold = "/v1/holds/" + json(held.body()).get("hold_id").asText();
        var part = "{\"amount\":\"2.00\",\"to_account_id\":\"b\",\"reference_id\":\"c-1\"}";
        assertThat(post(hold + "/captures", part, "Idempotency-Key", "c1", "Prefer", "wait=20")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post(hold + "/captures", part, "Idempotency-Key", "c1").statusCode())
                .isEqualTo(202);
        assertThat(post(hold + "/releases", "{\"description\":\"done\"}", "Idempotency-Key", "r1")
                        .statusCode())
                .isEqualTo(202);
        assertProblem(
                422,
                "hold_not_open",
                answer("POST", hold + "/releases", null, "Idempotency-Key", "r2", "Prefer", "wait=20"));
        var reversals = "/v1/operations/" + moved.get("operation_id").asText() + "/reversals";
        assertThat(answer("POST", reversals, null, "Idempotency-Key", "v1", "Prefer", "wait=20")
                        .statusCode())
                .isEqualTo(422);
        var force = "{\"force\":true}";
        assertProblem(
                403,
                "forbidden",
                post(reversals, force, "Idempotency-Key", "v2", "Authorization", bearer("t", "ledger:write")));
        assertThat(post(reversals, force, "Idempotency-Key", "v2", "Prefer", "wait=20")
                        .statusCode())
                .isEqualTo(200);
        assertProblem(404, "hold_not_found", post("/v1/holds/x/captures", part, "Idempotency-Key", "n"));
        assertProblem(404, "hold_not_found", post("/v1/holds/x/releases", "{}", "Idempotency-Key", "n"));
        assertProblem(404, "operation_not_found", post("/v1/operations/x/reversals", "{}", "Idempotency-Key", "n"));
        assertProblem(400, "idempotency_key_missing", post(hold + "/captures", part));
        assertProblem(422, "validation_failed", post(hold + "/captures", "{}", "Idempotency-Key", "n"));
    }

    @Test
    void action_items_are_accepted_as_described() {
        open("items");
        var items = "/v1/ledgers/items/action-items";
        var full = """
                {"title":"Call them","details":"about it","assignee":"ann","due_at":"2026-12-24T12:00:00Z",
                 "operation_id":"01a1fd62-bf1f-7000-afb0-2279fc410e83","reference_id":"case-1"}""";
        var opened = post(items, full, "Idempotency-Key", "i1");
        assertThat(opened.statusCode()).isEqualTo(202);
        assertThat(post(items, full, "Idempotency-Key", "i1", "Prefer", "wait=20")
                        .statusCode())
                .isEqualTo(200);
        var item = items + "/" + json(opened.body()).get("action_item_id").asText();
        assertProblem(422, "transition_forbidden", patch(item, "{\"status\":\"done\"}", "p0"));
        assertThat(patch(item, "{\"status\":\"in_progress\",\"version\":1,\"assignee\":\"bob\"}", "p1")
                        .statusCode())
                .isEqualTo(200);
        assertProblem(409, "version_conflict", patch(item, "{\"title\":\"Write\",\"version\":1}", "p2"));
        assertProblem(404, "action_item_not_found", patch(items + "/x", "{\"status\":\"done\"}", "p4"));
        assertProblem(422, "validation_failed", patch(item, "{}", "p5"));
        assertProblem(422, "validation_failed", post(items, "{\"title\":\" \"}", "Idempotency-Key", "p6"));
        var batch = """
                {"operations":[{"kind":"action_item","title":"Look into it"},
                               {"kind":"hold","account_id":"a","amount":"1","currency":"EUR"}]}""";
        assertThat(post("/v1/ledgers/items/batches", batch, "Idempotency-Key", "b")
                        .statusCode())
                .isEqualTo(202);
    }

    private static HttpResponse<String> patch(String path, String body, String key) {
        return answer("PATCH", path, body, "Idempotency-Key", key, "Prefer", "wait=20");
    }

    @Test
    void the_synchronous_side_goes_as_described() {
        open("sync");
        var deposits = "/v1/sync/ledgers/sync/deposits";
        var money = "{\"account_id\":\"a\",\"amount\":\"5.00\",\"currency\":\"EUR\"}";
        for (var i = 0; i < 2; i++) {
            assertThat(post(deposits, money, "Idempotency-Key", "d").statusCode())
                    .isEqualTo(200);
        }
        assertProblem(
                422, "idempotency_key_reused", post(deposits, money.replace("5.00", "6"), "Idempotency-Key", "d"));
        assertProblem(
                422,
                "insufficient_funds",
                post("/v1/sync/ledgers/sync/withdrawals", money.replace("5.00", "6.00"), "Idempotency-Key", "w"));
        assertProblem(
                422,
                "validation_failed",
                answer(
                        "POST",
                        "/v1/sync/ledgers/sync/transfers",
                        "{\"from_account_id\":\"a\",\"to_account_id\":\"b\",\"amount\":\"1\",\"currency\":\"EUR\","
                                + "\"to_ledger_id\":\"other\"}",
                        "Idempotency-Key",
                        "t"));
        assertProblem(400, "idempotency_key_missing", post(deposits, money));
        assertProblem(400, "malformed_request", answer("POST", deposits, "{", "Idempotency-Key", "k"));
        assertProblem(
                415,
                "unsupported_media_type",
                answer("POST", deposits, money, "Idempotency-Key", "k", "Content-Type", "text/plain"));
        assertProblem(
                413,
                "payload_too_large",
                answer(
                        "POST",
                        deposits,
                        "{\"description\":\"%s\"}".formatted("x".repeat(1 << 20)),
                        "Idempotency-Key",
                        "k"));
        assertProblem(
                404,
                "ledger_not_found",
                answer("POST", "/v1/sync/ledgers/nowhere/deposits", money, "Idempotency-Key", "k"));
        assertProblem(
                406, "not_acceptable", answer("POST", deposits, money, "Idempotency-Key", "k", "Accept", "text/html"));
        assertProblem(401, "unauthorized", answer("POST", deposits, money, "Authorization", "Bearer x"));
        assertProblem(
                403,
                "forbidden",
                answer("POST", deposits, money, "Idempotency-Key", "k", "Authorization", bearer("t", "ledger:read")));
        assertProblem(
                403,
                "forbidden",
                answer("POST", deposits, money, "Idempotency-Key", "k", "Authorization", bearer("no tenant", ALL)));
    }

    @Test
    void dead_letters_are_as_described() {
        open("dead");
        var request = "{\"account_id\":\"a\",\"amount\":\"1.00\",\"currency\":\"EUR\"}";
        var ids = Stream.of(1, 2)
                .map(i -> DaybookId.next("t", "dead", i).toString())
                .toList();
        buried("nothing");
        for (var id : ids) {
            buried("""
                    {"version":1,"tenant":"t","ledger_id":"dead","caller":"c","accepted_at":"2026-01-31T12:00:00Z",
                     "atomic":false,"operations":[
                       {"operation_id":"%s","idempotency_key":"%s","kind":"deposit","request":%s}]}""".formatted(id, id, request));
        }
        var letters = "/v1/ledgers/dead/dead-letters";
        await().untilAsserted(
                        () -> assertThat(json(get(letters).body()).get("items")).hasSize(3));
        var first = json(get(letters + "?limit=1").body());
        assertThat(get(letters + "?after=" + first.get("next").asText()).statusCode())
                .isEqualTo(200);
        get("/v1/operations/" + ids.getFirst());
        var redrive = "/v1/dead-letters/%s/redrive";
        var discard = "/v1/dead-letters/%s/discard";
        var reason = "{\"reason\":\"of no use\"}";
        assertThat(answer("POST", redrive.formatted(ids.getFirst()), null).statusCode())
                .isEqualTo(202);
        assertThat(post(discard.formatted(ids.getLast()), reason).statusCode()).isEqualTo(200);
        assertProblem(409, "operation_not_dead", answer("POST", redrive.formatted(ids.getLast()), null));
        assertProblem(409, "operation_not_dead", post(discard.formatted(ids.getLast()), reason));
        assertProblem(404, "operation_not_found", answer("POST", redrive.formatted("x"), null));
        assertProblem(422, "validation_failed", post(discard.formatted(ids.getLast()), "{}"));
        assertProblem(404, "ledger_not_found", get("/v1/ledgers/nowhere/dead-letters"));
        assertProblem(400, "malformed_request", get(letters + "?after=x"));
        var raw = json(get(letters).body()).at("/items/0/operation_id").asText();
        assertThat(answer("POST", redrive.formatted(raw), null).statusCode()).isEqualTo(202);
    }

    private static void buried(String body) {
        try (var sqs = stack.queue().client()) {
            sqs.sendMessage(
                    request -> request.queueUrl(stack.queue().deadLettersUrl().toString())
                            .messageGroupId("t~dead")
                            .messageDeduplicationId(UUID.randomUUID().toString())
                            .messageBody(body));
        }
    }

    @Test
    void webhooks_are_as_described() {
        open("hooks");
        var hooks = "/v1/webhooks";
        var made = post(hooks, """
                {"url":"http://127.0.0.1:1/hooks","description":"ours","ledger_id":"hooks",
                 "event_types":["daybook.deposit.completed"]}""");
        assertThat(made.statusCode()).isEqualTo(201);
        var hook = made.headers().firstValue("Location").orElseThrow();
        assertThat(post(hooks, "{\"url\":\"https://example.com/\"}").statusCode())
                .isEqualTo(201);
        var page = json(get(hooks + "?limit=1").body());
        assertThat(get(hooks + "?after=" + page.get("next").asText()).statusCode())
                .isEqualTo(200);
        assertThat(get(hook).statusCode()).isEqualTo(200);
        assertThat(patch(hook, "{\"event_types\":null}", "any").statusCode()).isEqualTo(200);
        assertThat(answer("POST", hook + "/rotations", null).statusCode()).isEqualTo(201);
        assertThat(answer("POST", hook + "/tests", null).statusCode()).isEqualTo(202);
        await().untilAsserted(() -> assertThat(json(get(hook + "/deliveries").body())
                        .at("/items/0/last_error")
                        .asText())
                .isNotEmpty());
        assertThat(get(hook + "/deliveries?status=pending&limit=1").statusCode())
                .isEqualTo(200);
        var since = "{\"since\":\"2026-01-01T00:00:00Z\"}";
        assertThat(post(hook + "/replays", since).statusCode()).isEqualTo(202);
        assertThat(patch(hook, "{\"status\":\"disabled\"}", "any").statusCode()).isEqualTo(200);
        assertProblem(409, "webhook_disabled", post(hook + "/replays", since));
        assertProblem(409, "webhook_disabled", answer("POST", hook + "/tests", null));
        assertProblem(422, "validation_failed", post(hooks, "{\"url\":\"ftp://example.com/\"}"));
        assertProblem(422, "validation_failed", patch(hook, "{}", "any"));
        assertProblem(422, "validation_failed", post(hook + "/replays", "{}"));
        assertProblem(
                404, "ledger_not_found", post(hooks, "{\"url\":\"https://example.com/\",\"ledger_id\":\"nowhere\"}"));
        assertProblem(404, "webhook_not_found", get(hooks + "/x"));
        assertProblem(400, "malformed_request", get(hook + "/deliveries?status=lost"));
        assertProblem(400, "malformed_request", get(hooks + "?after=x"));
        assertThat(answer("DELETE", hook, null).statusCode()).isEqualTo(204);
        assertProblem(404, "webhook_not_found", answer("DELETE", hook, null));
    }

    @Test
    void problems_are_as_described() {
        open("problems");
        var deposits = "/v1/ledgers/problems/deposits";
        var deposit = "{\"account_id\":\"a\",\"amount\":\"1\",\"currency\":\"EUR\"}";
        assertProblem(400, "idempotency_key_missing", answer("POST", deposits, deposit));
        assertProblem(400, "malformed_request", answer("POST", deposits, deposit, "Idempotency-Key", "k".repeat(256)));
        var broken = answer("POST", deposits, "{", "Idempotency-Key", "k");
        assertProblem(400, "malformed_request", broken);
        assertThat(json(broken.body()).get("detail").asText())
                .contains("line: 1")
                .doesNotContain("Source");
        assertProblem(
                415,
                "unsupported_media_type",
                answer("POST", deposits, deposit, "Idempotency-Key", "k", "Content-Type", "text/plain"));
        assertProblem(
                413,
                "payload_too_large",
                answer(
                        "POST",
                        deposits,
                        "{\"description\":\"%s\"}".formatted("x".repeat(1 << 20)),
                        "Idempotency-Key",
                        "k"));
        assertProblem(
                404,
                "ledger_not_found",
                answer("POST", "/v1/ledgers/nowhere/deposits", deposit, "Idempotency-Key", "k", "Prefer", "wait=5"));
        assertProblem(422, "validation_failed", post("/v1/ledgers", "{\"ledger_id\":\"n\",\"name\":\"a\\u0000b\"}"));
        assertProblem(404, "ledger_not_found", get("/v1/ledgers/nowhere"));
        assertProblem(404, "account_not_found", get("/v1/ledgers/problems/accounts/nobody"));
        assertProblem(404, "operation_not_found", get("/v1/operations/01a1fd62-bf1f-7000-afb0-2279fc410e83"));
        assertProblem(406, "not_acceptable", answer("GET", "/v1/ledgers", null, "Accept", "text/html"));
        assertProblem(401, "unauthorized", answer("GET", "/v1/ledgers", null, "Authorization", "Bearer x"));
        assertProblem(403, "forbidden", answer("GET", "/v1/ledgers", null, "Authorization", bearer("t", "other")));
        assertProblem(403, "forbidden", answer("GET", "/v1/ledgers", null, "Authorization", bearer("no tenant", ALL)));
        assertProblem(
                404,
                "ledger_not_found",
                answer("GET", "/v1/ledgers/problems", null, "Authorization", bearer("u", ALL)));
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer.body()).get("code").asText()).isEqualTo(code);
        if (status == 401) {
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        }
    }

    // --- the client ----------------------------------------------------------------------------

    private static void open(String ledger) {
        post("/v1/ledgers", "{\"ledger_id\":\"%s\",\"name\":\"Any\"}".formatted(ledger));
        post(
                "/v1/ledgers/%s/accounts".formatted(ledger),
                "{\"account_id\":\"a\",\"currency\":\"EUR\",\"type\":\"asset\"}");
    }

    private static String bearer(String tenant, String scope) {
        return "Bearer " + stack.tokens().mint(tenant, scope, Duration.ofMinutes(1));
    }

    private static HttpResponse<String> get(String path) {
        return answer("GET", path, null);
    }

    /** The answer to a body that fits its schema unless it is refused as one that does not. */
    private static HttpResponse<String> post(String path, String body, String... headers) {
        var answer = answer("POST", path, body, headers);
        if (!answer.body().contains("validation_failed")) {
            assertThat(DOCUMENT.operation("POST", path).orElseThrow().errorsOfRequest(json(body)))
                    .isEmpty();
        }
        return answer;
    }

    /** The answer to a request; it is one that the document has. */
    private static HttpResponse<String> answer(String method, String path, String body, String... headers) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"));
        for (var i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        var request = HttpRequest.newBuilder(URI.create(stack.url() + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        all.forEach(request::header);
        try {
            var answer = client.send(request.build(), BodyHandlers.ofString());
            mustBeDescribed(method, path, answer);
            return answer;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void mustBeDescribed(String method, String path, HttpResponse<String> answer) {
        var what = "%s %s: %d %s".formatted(method, path, answer.statusCode(), answer.body());
        var operation = DOCUMENT.operation(method, path.split("\\?")[0]).orElseThrow(() -> new AssertionError(what));
        var response = operation.response(answer.statusCode());
        assertThat(response).as(what).isPresent();
        var described = DOCUMENT.at(response.get());
        answer.headers().map().forEach((name, values) -> {
            if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                assertThat(describedHeader(response.get(), name))
                        .as("%s of %s", name, what)
                        .hasValueSatisfying(at -> {
                            var schema = at + "/schema";
                            var value = DOCUMENT.at(schema).get("type").asText().equals("integer")
                                    ? json(values.getFirst())
                                    : TextNode.valueOf(values.getFirst());
                            assertThat(DOCUMENT.errors(schema, value)).as(what).isEmpty();
                        });
            }
        });
        if (!described.has("content")) {
            assertThat(answer.body()).as(what).isEmpty();
            return;
        }
        var type = answer.headers().firstValue("Content-Type").orElse("").split(";")[0];
        var schema = "%s/content/%s/schema".formatted(response.get(), OpenApi.escaped(type));
        var value = type.endsWith("json") ? json(answer.body()) : TextNode.valueOf(answer.body());
        assertThat(DOCUMENT.errors(schema, value)).as(what).isEmpty();
    }

    private static Optional<String> describedHeader(String response, String name) {
        var headers = DOCUMENT.at(response + "/headers");
        return headers.properties().stream()
                .map(Map.Entry::getKey)
                .filter(described -> described.equalsIgnoreCase(name))
                .findFirst()
                .map(described -> DOCUMENT.resolved(response + "/headers/" + described));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
