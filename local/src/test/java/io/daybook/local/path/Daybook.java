package io.daybook.local.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import io.daybook.local.AsyncApi;
import io.daybook.local.Functions;
import io.daybook.local.MicronautFunctions;
import io.daybook.local.Stack;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** A whole stack with the real functions, and the ledgers that a test has opened on it. */
public final class Daybook implements AutoCloseable {
    public static final String ALL_SCOPES = "ledger:read ledger:write ledger:admin";
    public static final String TENANT = "demo";
    /** The functions do without one. */
    static final Context NO_CONTEXT = null;

    private static final AsyncApi EVENTS = AsyncApi.read();

    private final Stack stack;
    private final Functions functions;
    private final List<Ledger> opened = new ArrayList<>();

    private Daybook(Stack stack, Functions functions) {
        this.stack = stack;
        this.functions = functions;
    }

    /** One that forgets all when it is closed. */
    static Daybook start() {
        return start(Map.of());
    }

    /** One that forgets all, with settings of its own. */
    public static Daybook start(Map<String, Object> properties) {
        return start(new Stack.Options(Optional.empty(), 0, false), properties);
    }

    /** One whose queue, too, is kept in the folder. */
    static Daybook start(Path data) {
        return start(new Stack.Options(Optional.of(data), 0, true), Map.of());
    }

    private static Daybook start(Stack.Options options, Map<String, Object> properties) {
        var functions = new AtomicReference<Functions>();
        var stack = Stack.start(options, settings -> {
            functions.set(MicronautFunctions.create(settings, properties));
            return functions.get();
        });
        return new Daybook(stack, functions.get());
    }

    public Stack stack() {
        return stack;
    }

    public Functions functions() {
        return functions;
    }

    public Api api() {
        return api(TENANT, ALL_SCOPES);
    }

    public Api api(String tenant, String scope) {
        return api(token(tenant, scope));
    }

    Api api(String token) {
        return new Api(stack.url(), token);
    }

    public String token(String tenant, String scope) {
        return stack.tokens().mint(tenant, scope, Duration.ofHours(1));
    }

    /** A new ledger of the tenant {@link #TENANT}, whose books are looked at after the test. */
    public Ledger ledger(Object... assets) {
        return watched(Ledger.open(api(), "ledger-" + UUID.randomUUID(), assets));
    }

    /** One whose books are looked at after the test, too. */
    public Ledger watched(Ledger ledger) {
        synchronized (opened) {
            opened.add(ledger);
        }
        return ledger;
    }

    /** Asserts that the books of all ledgers hold that were opened since the last time. */
    void booksHold() {
        var ledgers =
                forgetLedgers().stream().filter(ledger -> !ledger.isBroken()).toList();
        ledgers.forEach(ledger -> BooksAssert.assertThat(ledger).hold());
        BooksAssert.transitSumsToZero(ledgers);
        eventsAreAsDescribed(ledgers);
    }

    private void eventsAreAsDescribed(List<Ledger> ledgers) {
        for (var ledger : ledgers) {
            events(ledger).forEach(event -> assertThat(EVENTS.errors(event)).isEmpty());
        }
    }

    /** All that has happened in a ledger, and is kept. */
    List<JsonNode> events(Ledger ledger) {
        var path = ledger.path() + "/events";
        var now = new EventReader(ledger.api(), path, null);
        now.read();
        var reader = new EventReader(ledger.api(), path, "0");
        var before = -1;
        while (!reader.lastId().equals(now.lastId()) && reader.events().size() > before) {
            before = reader.events().size();
            reader.read();
        }
        return reader.events().stream().map(EventReader.Event::data).toList();
    }

    /** Returns the ledgers that were opened since the last time. */
    List<Ledger> forgetLedgers() {
        synchronized (opened) {
            var ledgers = List.copyOf(opened);
            opened.clear();
            return ledgers;
        }
    }

    /** As the owner of the tables. */
    public Connection database() throws SQLException {
        var postgres = stack.postgres();
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    public void execute(String sql) {
        try (var connection = database();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts what was stopped, and returns when the functions are connected to it again: when what is opened is known at
     * once.
     */
    void allIsBack() {
        stack.redis().start();
        stack.postgres().start();
        stack.queue().start();
        await().untilAsserted(() -> {
            var probe = Ledger.open(api(), "probe-" + UUID.randomUUID()).account("a", "EUR");
            probe.deposit("a", "1.00").is(202);
            probe.deposit("b", "1.00").isProblem(404, "account_not_found"); // as Redis was told, and tells
        });
    }

    /** From here on PostgreSQL will not have the accounts {@code sick} changed, and quotes them as it does. */
    public void sicken() {
        execute("""
                create or replace function refuse() returns trigger language plpgsql as
                $$ begin raise exception 'this account is sick' using detail = 'Failing row contains ' || old; end $$
                """);
        execute("""
                create or replace trigger refuse before update on account
                for each row when (old.account_id = 'sick') execute function refuse()
                """);
    }

    public void heal() {
        execute("drop trigger if exists refuse on account");
    }

    long count(String table) {
        try (var connection = database();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stack.close();
    }
}
