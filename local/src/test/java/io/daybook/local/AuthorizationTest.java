package io.daybook.local;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static io.daybook.local.path.Ledger.transfer;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.daybook.local.path.Answer;
import io.daybook.local.path.Api;
import io.daybook.local.path.Daybook;
import io.daybook.local.path.Ledger;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every route of openapi.yaml × everybody who may come: each answer is the one that is stated here. */
class AuthorizationTest {
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");
    private static final List<String> SCOPES = List.of("ledger:read", "ledger:write", "ledger:admin");
    private static final Set<Integer> REFUSED = Set.of(401, 403);

    private static Daybook daybook;
    private static RSAKey key;
    private static RSAKey strangersKey;
    private static Ledger ledger;
    private static List<OpenApi.Operation> routes;
    /** Something of the tenant's own for each variable of a path. */
    private static Map<String, String> own;

    @BeforeAll
    static void start() throws Exception {
        daybook = Daybook.start(Map.of("daybook.processor.attempts-max", 1));
        var published = daybook.stack().tokens().jwks();
        key = RSAKey.parse(Files.readString(published.resolveSibling("private.jwk.json")));
        strangersKey = new RSAKeyGenerator(2048).keyID(key.getKeyID()).generate();
        routes = OpenApi.read().operations();
        ledger = daybook.ledger()
                .account("a", "EUR")
                .account("b", "EUR")
                .account("sick", "EUR")
                .funded("a", "100.00");
        daybook.sicken();
        var dead = ledger.outcome(ledger.deposit("sick", "1.00").is(202).operationId());
        daybook.heal();
        var deposit = ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        var hold = ledger.send("holds", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        var item = ledger.send("action-items", object("title", "Call"), "Prefer", "wait=20")
                .is(200);
        var webhook = daybook.api()
                .post("/webhooks", object("url", "http://127.0.0.1:9/hooks"))
                .is(201);
        own = new LinkedHashMap<>(Map.of(
                "ledger_id", ledger.id(),
                "account_id", "a",
                "transaction_id", deposit.json().at("/result/transaction_id").asText(),
                "action_item_id", item.text("operation_id"),
                "operation_id", dead.path("operation_id").asText(),
                "hold_id", hold.text("operation_id"),
                "webhook_id", webhook.text("webhook_id"),
                "file", "console.js"));
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    /** A request to a route that everything but its token is right with. */
    private static Answer send(OpenApi.Operation route, String token) {
        var path = VARIABLE.matcher(route.path()).replaceAll(name -> own.get(name.group(1)));
        var api = new Api(daybook.api().url(), token);
        // Whoever waits is told what an unknown ledger comes to, too.
        var headers =
                new ArrayList<>(List.of("Idempotency-Key", UUID.randomUUID().toString(), "Prefer", "wait=20"));
        var body = body(route);
        if (body != null) {
            headers.addAll(List.of("Content-Type", "application/json"));
        }
        return api.send(route.method(), path.replaceFirst("^/v1", ""), body, headers.toArray(String[]::new));
    }

    private static Object body(OpenApi.Operation route) {
        var path = route.path();
        var money = money("a", "1.00", "EUR");
        return switch (path.substring(path.lastIndexOf('/') + 1) + " " + route.method()) {
            case "ledgers POST" -> object("ledger_id", "more", "assets", List.of());
            case "accounts POST" -> object("account_id", "c", "currency", "EUR", "type", "asset");
            case "{account_id} PATCH" -> object("status", "active");
            case "deposits POST", "withdrawals POST", "holds POST" -> money;
            case "transfers POST" -> transfer("a", "b", "1.00", "EUR");
            case "exchanges POST" ->
                object(
                        "from_account_id",
                        "a",
                        "to_account_id",
                        "b",
                        "sell",
                        object("amount", "1.00", "currency", "EUR"),
                        "rate",
                        "1");
            case "journals POST" ->
                object(
                        "postings",
                        List.of(
                                object("account_id", "a", "amount", "-1.00", "currency", "EUR"),
                                object("account_id", "b", "amount", "1.00", "currency", "EUR")));
            case "batches POST" -> object("operations", List.of(item("deposit", money)));
            case "action-items POST" -> object("title", "Call");
            case "{action_item_id} PATCH" -> object("status", "in_progress");
            case "discard POST", "halt POST" -> object("reason", "A test");
            case "tickets POST" -> object("path", "/v1/ledgers/" + ledger.id() + "/events");
            case "webhooks POST" -> object("url", "http://127.0.0.1:9/more");
            case "{webhook_id} PATCH" -> object("description", "Another");
            case "replays POST" -> object("since", Instant.now().toString());
            case "captures POST" -> object("to_account_id", "b");
            case "reversals POST", "releases POST" -> object();
            default -> null;
        };
    }

    private static String scope(OpenApi.Operation route) {
        return route.node().path("x-daybook-scope").asText();
    }

    private static JWTClaimsSet.Builder claims() {
        var now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(Tokens.ISSUER)
                .audience(Tokens.AUDIENCE)
                .subject("mallory")
                .claim("tenant", Daybook.TENANT)
                .claim("scope", Daybook.ALL_SCOPES)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(60)));
    }

    private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
        return signed(JWSAlgorithm.RS256, new RSASSASigner(key), claims);
    }

    private static String signed(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims)
            throws JOSEException {
        var token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims.build());
        token.sign(signer);
        return token.serialize();
    }

    /** Those whom nobody knows. */
    private static Map<String, String> strangers() throws JOSEException {
        var past = Date.from(Instant.now().minusSeconds(3_600));
        var future = Date.from(Instant.now().plusSeconds(3_600));
        var publicKey = key.toRSAPublicKey().getEncoded();
        var good = signed(claims());
        var tokens = new LinkedHashMap<String, String>();
        tokens.put("no token", "");
        tokens.put("nonsense", "a.b.c");
        tokens.put("expired", signed(claims().expirationTime(past)));
        tokens.put("without an end", signed(claims().expirationTime(null)));
        tokens.put("not valid yet", signed(claims().notBeforeTime(future)));
        tokens.put("wrong audience", signed(claims().audience("somebody else's")));
        tokens.put("no audience", signed(claims().audience((String) null)));
        tokens.put("wrong issuer", signed(claims().issuer("https://elsewhere.example")));
        tokens.put("no issuer", signed(claims().issuer(null)));
        tokens.put("alg none", new PlainJWT(claims().build()).serialize());
        tokens.put("no signature", good.substring(0, good.lastIndexOf('.') + 1));
        tokens.put(
                "another's key under the same id",
                signed(JWSAlgorithm.RS256, new RSASSASigner(strangersKey), claims()));
        tokens.put("the public key as a shared secret", signed(JWSAlgorithm.HS256, new MACSigner(publicKey), claims()));
        return tokens;
    }

    /** Those who are known, and may not do it. */
    private static Map<String, String> unprivileged(String scope) throws JOSEException {
        var others = SCOPES.stream().filter(other -> !other.equals(scope)).collect(joining(" "));
        var tokens = new LinkedHashMap<String, String>();
        tokens.put("no scope", signed(claims().claim("scope", null)));
        tokens.put("an unknown scope", signed(claims().claim("scope", "profile")));
        tokens.put("all scopes but the one", signed(claims().claim("scope", others)));
        tokens.put("the scope in capitals", signed(claims().claim("scope", scope.toUpperCase(Locale.ROOT))));
        tokens.put("the scope as part of another", signed(claims().claim("scope", scope + "er x" + scope)));
        tokens.put("no tenant", signed(claims().claim("tenant", null)));
        tokens.put("a tenant that is none", signed(claims().claim("tenant", "de mo~x")));
        return tokens;
    }

    @Test
    void whoever_may_not_is_refused_by_every_route_and_whoever_may_is_not() throws JOSEException {
        var wrong = new ArrayList<String>();
        var cases = 0;
        var secured = routes.stream().filter(route -> !scope(route).isEmpty()).toList();
        assertThat(secured).hasSizeGreaterThan(45);
        for (var route : secured) {
            var expected = new LinkedHashMap<String, Integer>();
            var tokens = new LinkedHashMap<>(strangers());
            tokens.keySet().forEach(name -> expected.put(name, 401));
            unprivileged(scope(route)).forEach((name, token) -> {
                tokens.put(name, token);
                expected.put(name, 403);
            });
            for (var token : tokens.entrySet()) {
                cases++;
                var answer = send(route, token.getValue());
                var status = expected.get(token.getKey());
                if (answer.status() != status
                        || !answer.text("code").equals(status == 401 ? "unauthorized" : "forbidden")) {
                    wrong.add("%s, %s: %d".formatted(route, token.getKey(), answer.status()));
                }
            }
        }
        assertThat(wrong).isEmpty();
        System.out.printf("%d routes, %d answers to those who may not: each as stated%n", secured.size(), cases);
    }

    @Test
    void other_tenants_things_are_not_there() throws JOSEException {
        var stranger = signed(claims().claim("tenant", "stranger"));
        var wrong = new ArrayList<String>();
        var named = routes.stream()
                .filter(route -> !scope(route).isEmpty()
                        && VARIABLE.matcher(route.path()).find())
                .toList();
        var before = ledger.operations();
        for (var route : named) {
            var answer = send(route, stranger);
            if (answer.status() != 404 || !answer.text("code").endsWith("_not_found")) {
                wrong.add("%s: %d %s".formatted(route, answer.status(), answer.text("code")));
            }
        }
        assertThat(wrong).isEmpty();
        for (var route : List.of("/ledgers", "/dead-letters", "/webhooks")) {
            assertThat(new Api(daybook.api().url(), stranger).all(route))
                    .as(route)
                    .isEmpty();
        }
        assertThat(ledger.operations()).isEqualTo(before);
        System.out.printf("%d routes that name something, asked for another tenant's: all 404%n", named.size());
    }

    @Test
    void whoever_has_the_scope_of_a_route_is_let_in() throws JOSEException {
        var wrong = new ArrayList<String>();
        var inOrder = routes.stream()
                .filter(route -> !scope(route).isEmpty() && !route.path().endsWith("/events"))
                .sorted(Comparator.comparing(AuthorizationTest::isAnEnd))
                .toList();
        for (var route : inOrder) {
            var answer = send(route, signed(claims().claim("scope", scope(route))));
            if (REFUSED.contains(answer.status()) || answer.status() == 404 || answer.status() >= 500) {
                wrong.add("%s: %d".formatted(route, answer.status()));
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** What it is sent to is not what it was after it. */
    private static boolean isAnEnd(OpenApi.Operation route) {
        return route.method().equals("DELETE")
                || Stream.of("halt", "discard", "redrive", "resume").anyMatch(route.path()::endsWith);
    }

    @Test
    void what_needs_no_token_gives_nothing_of_anybody_away() {
        var open = routes.stream().filter(route -> scope(route).isEmpty()).toList();
        assertThat(open.stream().map(Object::toString))
                .containsExactlyInAnyOrder(
                        "GET /v1/health/live",
                        "GET /v1/health/ready",
                        "GET /v1/openapi.yaml",
                        "GET /console",
                        "GET /console/{file}");
        for (var path : List.of("/health/live", "/health/ready")) {
            assertThat(new Api(daybook.api().url(), "").get(path).text()).doesNotContain(ledger.id(), Daybook.TENANT);
        }
    }
}
