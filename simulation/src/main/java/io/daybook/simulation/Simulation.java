package io.daybook.simulation;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.daybook.contract.Codec;
import io.daybook.contract.Operation;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.QueueMessage;
import io.daybook.contract.RedisKeys;
import io.daybook.ledger.Submission;
import io.daybook.ledger.Traffic;
import io.daybook.ledger.World;
import io.daybook.local.Postgres;
import io.daybook.local.Redis;
import io.daybook.processor.MigrationHandler;
import io.daybook.processor.OperationsHandler;
import io.daybook.processor.Operator;
import io.daybook.processor.RelayHandler;
import io.daybook.store.Database;
import io.lettuce.core.ScriptOutputType;
import io.micronaut.context.ApplicationContext;
import io.micronaut.function.aws.LambdaApplicationContextBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * The processor and its relay as they are, on a real PostgreSQL and a real Redis, with a queue, a topic, a clock and
 * faults that do what a history says: the same history always ends the same.
 */
final class Simulation implements AutoCloseable {
    static final String TENANT = "acme";
    static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
    private static final int PAUSED_MAX = 2;
    private static final int LOOKED_AT = 200;
    private static final String TOLD =
            "local told = {} for i, key in ipairs(KEYS) do told[i] = redis.call('HGET', key, ARGV[1]) or '' end return told";
    private static final int ATTEMPTS_MAX = 2;
    /** Of those ledgers that there are, the one in which nothing goes past what is dead. */
    private static final String HALTS = "z";

    private static final int ROUNDS_MAX = 5_000;
    /** Of the choices of a batch, those with as many messages as there can be. */
    private static final int MANY = 9 << 8;
    /** Longer than a saga may stand still before the relay asks again. */
    private static final Duration LONG = Duration.ofMinutes(6);

    private final Path folder;
    private final Postgres postgres;
    private final Redis redis;
    private final ApplicationContext context;
    private final OperationsHandler processor;
    private final RelayHandler relay;
    private final Operator operator;
    private final SimulatedClock clock;
    private final SimulatedQueue queue;
    private final List<Invocation> paused = new ArrayList<>();
    private final Set<UUID> sent = new LinkedHashSet<>();

    private Simulation() throws IOException, SQLException {
        folder = Files.createTempDirectory("daybook-simulation");
        postgres = Postgres.start(folder.resolve("postgresql"));
        redis = Redis.start(folder.resolve("redis"));
        context = new LambdaApplicationContextBuilder()
                .deduceEnvironment(false)
                .properties(properties())
                .start();
        processor = new OperationsHandler(context);
        relay = new RelayHandler(context);
        operator = new Operator(context);
        clock = context.getBean(SimulatedClock.class);
        queue = context.getBean(SimulatedQueue.class);
        clock.set(START);
        new MigrationHandler(context).execute(Map.of());
        // What is simulated is the processor; that PostgreSQL survives a crash of the machine is PostgreSQL's promise.
        sql(
                "alter system set fsync = off",
                "alter system set synchronous_commit = off",
                "alter system set full_page_writes = off",
                "select pg_reload_conf()");
        sql(
                "create table sick (ledger_id text, account_id text)",
                """
                create function refuse() returns trigger language plpgsql as $$ begin
                    if exists (select from sick join ledger using (ledger_id)
                               where ledger_key = old.ledger_key and account_id = old.account_id) then
                        raise exception 'this account is sick';
                    end if;
                    return new;
                end $$
                """,
                "create trigger refuse before update on account for each row execute function refuse()");
    }

    static Simulation start() {
        try {
            return new Simulation();
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Object> properties() {
        var properties = new HashMap<String, Object>();
        properties.put("daybook.absent.intake", true);
        properties.put("daybook.absent.status", true);
        properties.put("daybook.database.url", postgres.jdbcUrl());
        properties.put("daybook.database.user", postgres.user());
        properties.put("daybook.database.password", postgres.password());
        properties.put("daybook.database.connections-max", PAUSED_MAX + 4);
        properties.put("daybook.redis.uri", redis.uri());
        properties.put("daybook.redis.timeout", "30s");
        properties.put("daybook.queue.url", "simulated");
        properties.put("daybook.events.topic-arn", "simulated");
        properties.put("daybook.events.retry-after", "0s");
        properties.put("daybook.processor.attempts-max", ATTEMPTS_MAX);
        properties.put("micronaut.security.enabled", false);
        return properties;
    }

    /** What clients and the schedule do in a run, and what goes wrong. */
    List<Action> history(long seed, int operations) {
        return History.of(seed, operations, this::passesTheDoor);
    }

    private boolean passesTheDoor(Submission submission) {
        try {
            var command = submission.command();
            Codec.command(command.kind(), context.getBean(Codec.class).canonical(command));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** The ledgers without a fault in the world, and what the processor has made of them. */
    Findings run(List<Action> history) {
        reset();
        history.forEach(this::perform);
        comeToRest();
        return new Findings(this, context, history);
    }

    private void reset() {
        paused.clear();
        sent.clear();
        clock.set(START);
        context.getBean(Random.class).setSeed(0);
        queue.clear();
        context.getBean(SimulatedTopic.class).clear();
        var store = context.getBean(io.daybook.runtime.Redis.class);
        store.call(commands -> commands.flushall());
        sql("truncate ledger, posting, event, event_sent restart identity cascade; truncate sick;"
                + Traffic.world().ledgers.entrySet().stream()
                        .filter(ledger -> ledger.getValue().head.open())
                        .map(ledger -> opening(ledger.getKey(), ledger.getValue()))
                        .collect(Collectors.joining()));
    }

    private static String opening(String ledgerId, World.Stored stored) {
        return """
                insert into ledger (tenant, ledger_id, opened_at, name, on_dead_letter)
                values ('%s', '%s', '%s', '%s', '%s');
                insert into account (ledger_key, account_id, currency, scale, type, status, minimum_balance, balance,
                    created_at)
                select ledger_key, account.* from ledger, (values %s) as account where ledger_id = '%2$s';
                """.formatted(
                TENANT,
                ledgerId,
                START,
                ledgerId,
                ledgerId.equals(HALTS) ? "halt" : "continue",
                stored.accounts.values().stream()
                        .map(account -> "('%s', '%s', %d, 'asset', '%s', %s::numeric, %s, timestamptz '%s')"
                                .formatted(
                                        account.id(),
                                        account.currency(),
                                        account.scale(),
                                        account.status(),
                                        account.floor() == null
                                                ? "null"
                                                : account.floor().value().toPlainString(),
                                        account.balance().value().toPlainString(),
                                        START))
                        .collect(Collectors.joining(",")));
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Send send -> send(send);
            case Action.Work work -> {
                work(work);
                if (!work.faults().isEmpty()) {
                    nobodyIsToldWhatIsNotSo();
                }
            }
            case Action.Relay one -> begin(new Invocation(() -> relay.execute(Map.of()), one.faults(), () -> {}));
            case Action.Resume resume -> {
                if (!paused.isEmpty()) {
                    goOn(paused.remove(resume.choice() % paused.size()));
                }
            }
            case Action.Sicken sick ->
                sql("insert into sick values ('%s', '%s')".formatted(sick.ledger(), sick.account()));
            case Action.Heal ignored -> sql("truncate sick");
            case Action.Halt halt ->
                begin(new Invocation(() -> operator.halt(TENANT, halt.ledger()), halt.faults(), () -> {}));
            case Action.GoOn one ->
                begin(new Invocation(() -> operator.resume(TENANT, one.ledger()), one.faults(), () -> {}));
            case Action.Redrive redrive -> redrive(redrive);
            case Action.Wait wait -> clock.advance(Duration.ofSeconds(wait.seconds()));
        }
    }

    private void redrive(Action.Redrive redrive) {
        var dead = dead();
        if (!dead.isEmpty()) {
            var id = dead.get(redrive.choice() % dead.size());
            begin(new Invocation(() -> operator.redrive(TENANT, id), redrive.faults(), () -> {}));
        }
    }

    private List<UUID> dead() {
        return query("select operation_id from dead_letter where resolution is null order by operation_id").stream()
                .map(row -> (UUID) row.get("operation_id"))
                .toList();
    }

    private void send(Action.Send send) {
        note(send);
        var message = new QueueMessage(
                QueueMessage.VERSION,
                TENANT,
                send.ledger(),
                "carol",
                clock.instant(),
                send.atomic(),
                send.operations().stream()
                        .map(one -> new QueueMessage.Item(
                                one.operationId(),
                                one.idempotencyKey(),
                                one.command().kind(),
                                one.command()))
                        .toList());
        var first = send.operations().getFirst().operationId();
        queue.send(
                message.group(),
                first + ":" + clock.peek(),
                context.getBean(Codec.class).encode(message));
    }

    /** As the intake does, ahead of the sending. */
    private void note(Action.Send send) {
        var codec = context.getBean(Codec.class);
        var commands = context.getBean(io.daybook.runtime.Redis.class).commands();
        for (var one : send.operations()) {
            if (sent.add(one.operationId())) {
                var command = one.command();
                var pending = Operation.pending(
                        one.operationId(),
                        send.ledger(),
                        one.idempotencyKey(),
                        command,
                        codec.tree(command),
                        clock.peek());
                commands.hset(
                        RedisKeys.operation(one.operationId()),
                        Map.of(
                                "t",
                                TENANT,
                                "v",
                                Integer.toString(pending.version()),
                                "s",
                                pending.status().toString(),
                                "d",
                                new String(codec.write(pending), StandardCharsets.UTF_8)));
            }
        }
    }

    private void work(Action.Work work) {
        var batch = queue.receive(work.choice());
        if (batch.getRecords().isEmpty()) {
            return;
        }
        var response = new AtomicReference<SQSBatchResponse>();
        begin(new Invocation(() -> response.set(processor.execute(batch)), work.faults(), () -> {
            if (!work.answerLost()) {
                delete(batch, response.get());
            }
        }));
    }

    /** What Redis calls final, PostgreSQL has committed. */
    private void nobodyIsToldWhatIsNotSo() {
        if (sent.isEmpty()) {
            return;
        }
        var latest = List.copyOf(sent).subList(Math.max(0, sent.size() - LOOKED_AT), sent.size());
        var committed = new HashSet<>(
                query("select operation_id || ' ' || status as text from operation where operation_id in (%s)"
                        .formatted(latest.stream().map(id -> "'" + id + "'").collect(Collectors.joining(",")))));
        var told = told(latest, "s");
        for (var i = 0; i < latest.size(); i++) {
            var id = latest.get(i);
            var status = OperationStatus.of(told.get(i));
            if (status.filter(OperationStatus::isFinal).isPresent()
                    && !committed.contains(Map.<String, Object>of("text", id + " " + status.get()))) {
                throw new AssertionError("%s is told to have %s, and has not".formatted(id, status.get()));
            }
        }
    }

    /** What Redis has of operations; an empty text where it has nothing. */
    List<String> told(Collection<UUID> operationIds, String field) {
        var keys = operationIds.stream().map(RedisKeys::operation).toArray(String[]::new);
        var redis = context.getBean(io.daybook.runtime.Redis.class);
        return redis.call(commands -> commands.eval(TOLD, ScriptOutputType.MULTI, keys, field));
    }

    private void delete(SQSEvent batch, SQSBatchResponse response) {
        queue.delete(
                batch,
                response.getBatchItemFailures().stream()
                        .map(SQSBatchResponse.BatchItemFailure::getItemIdentifier)
                        .collect(Collectors.toSet()));
    }

    private void begin(Invocation invocation) {
        if (paused.size() == PAUSED_MAX) {
            goOn(paused.removeFirst());
        }
        goOn(invocation);
    }

    private void goOn(Invocation invocation) {
        invocation.go();
        if (!invocation.isDone()) {
            paused.add(invocation);
        }
    }

    /** Nothing goes wrong any more, until nothing is left to do; who stood still comes back when all is over. */
    private void comeToRest() {
        perform(new Action.Heal());
        settle();
        while (!paused.isEmpty()) {
            goOn(paused.removeFirst());
        }
        settle();
    }

    private void settle() {
        for (var round = 0; round < ROUNDS_MAX; round++) {
            if (!queue.isEmpty()) {
                var next = queue.nextAt();
                if (next.isAfter(clock.peek())) {
                    clock.set(next);
                }
                perform(new Action.Work(MANY | round % 256, Map.of(), false));
                continue;
            }
            perform(new Action.Relay(Map.of()));
            perform(new Action.Redrive(0, Map.of()));
            if (queue.isEmpty() && dead().isEmpty()) {
                if (isAtRest()) {
                    return;
                }
                query("select ledger_id from ledger where state = 'halted'")
                        .forEach(row ->
                                perform(new Action.GoOn(row.get("ledger_id").toString(), Map.of())));
                clock.advance(LONG);
            }
        }
        throw new AssertionError("it does not come to rest");
    }

    private boolean isAtRest() {
        return count("""
                select (select count(*) from outbox)
                     + (select count(*) from operation where status in ('pending', 'processing', 'compensating'))
                     + (select count(*) from ledger where state <> 'running')
                """) + unsentEvents() == 0;
    }

    long unsentEvents() {
        return count(
                "select count(*) from ledger left join event_sent using (ledger_key) where events > coalesce(number, 0)");
    }

    SimulatedQueue queue() {
        return queue;
    }

    long count(String sql) {
        return query(sql).getFirst().values().stream()
                .map(Long.class::cast)
                .findFirst()
                .orElseThrow();
    }

    List<Map<String, Object>> query(String sql) {
        return context.getBean(Database.class).transaction(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                var columns = rows.getMetaData();
                var result = new ArrayList<Map<String, Object>>();
                while (rows.next()) {
                    var row = new HashMap<String, Object>();
                    for (var i = 1; i <= columns.getColumnCount(); i++) {
                        row.put(columns.getColumnLabel(i), rows.getObject(i));
                    }
                    result.add(row);
                }
                return result;
            }
        });
    }

    private void sql(String... statements) {
        for (var sql : statements) {
            try (var connection =
                            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(sql, e);
            }
        }
    }

    @Override
    public void close() {
        context.close();
        redis.close();
        postgres.close();
    }
}
