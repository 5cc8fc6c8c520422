package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.daybook.contract.DaybookId;
import io.daybook.local.Shell;
import io.daybook.runtime.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;

/** The runbook's steps, on a stack that has the trouble that they are for: they show it, and they end it. */
class RunbookTest {
    private static final Path TERRAFORM = Path.of("../infra/terraform");
    private static final Runbook RUNBOOK = new Runbook();
    private static final FakeTopic TOPIC = new FakeTopic();
    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
    private static final UUID NONE = new UUID(0, 0);

    private static Daybook daybook;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        var settings = new HashMap<>(TOPIC.settings());
        settings.put("daybook.processor.attempts-max", 2);
        settings.put("daybook.processor.retry.max", "1s");
        daybook = Daybook.start(settings);
        LOG.start();
        root().addAppender(LOG);
    }

    @AfterAll
    static void stop() {
        root().detachAppender(LOG);
        daybook.close();
        TOPIC.close();
    }

    @AfterEach
    void all_is_back_and_the_books_hold() {
        TOPIC.is(FakeTopic.Mood.THERE);
        daybook.allIsBack();
        daybook.heal();
        daybook.booksHold();
        LOG.list.clear();
    }

    private static ch.qos.logback.classic.Logger root() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    private static void isLogged(String text) {
        await().untilAsserted(() -> assertThat(List.copyOf(LOG.list))
                .anyMatch(event -> event.getFormattedMessage().contains(text)));
    }

    private static String call(String name, Ledger ledger, UUID operationId) {
        return RUNBOOK.call(daybook, ledger, operationId, name);
    }

    private static String call(String name, Ledger ledger) {
        return call(name, ledger, NONE);
    }

    private static List<Map<String, String>> query(String name, Ledger ledger, Object id) {
        return RUNBOOK.query(daybook, ledger, id, name);
    }

    private static List<Map<String, String>> of(Ledger ledger, List<Map<String, String>> rows) {
        return rows.stream()
                .filter(row -> ledger.id().equals(row.get("ledger_id")))
                .toList();
    }

    /** The account {@code sick} is one that PostgreSQL will not have changed. */
    private static Ledger sick(String onDeadLetter) {
        var id = "ledger-" + UUID.randomUUID();
        daybook.api()
                .post("/ledgers", object("ledger_id", id, "name", id, "on_dead_letter", onDeadLetter))
                .is(201);
        var ledger = daybook.watched(Ledger.existing(daybook.api(), id))
                .account("a", "EUR")
                .account("sick", "EUR");
        daybook.sicken();
        return ledger;
    }

    private static UUID dead(Ledger ledger) {
        var id = ledger.deposit("sick", "1.00").is(202).operationId();
        assertThat(ledger.outcome(id).path("status").asText()).isEqualTo("dead");
        return id;
    }

    private static void becomes(String status, Ledger ledger, UUID id) {
        await().untilAsserted(() ->
                assertThat(ledger.operation(id).path("status").asText()).isEqualTo(status));
    }

    private static void send(String url, String group, String body) {
        try (var client = daybook.stack().queue().client()) {
            client.sendMessage(request -> request.queueUrl(url)
                    .messageGroupId(group)
                    .messageDeduplicationId(UUID.randomUUID().toString())
                    .messageBody(body));
        }
    }

    // --- dead letters ----------------------------------------------------------------------------

    @Test
    void what_is_dead_is_seen_and_redriven_once_its_cause_is_gone() {
        var ledger = sick("continue");
        var id = dead(ledger);
        isLogged("were not applied");
        isLogged("is parked");

        assertThat(call("dead-one", ledger, id))
                .contains(id.toString(), "this account is sick", "\"attempts\":2", "\"status\":\"dead\"")
                .endsWith("\n200\n");
        assertThat(of(ledger, query("dead-all", ledger, id))).singleElement().satisfies(row -> {
            assertThat(row).containsEntry("tenant", Daybook.TENANT).containsEntry("operation_id", id.toString());
            assertThat(row.get("cause")).contains("this account is sick");
        });

        daybook.heal();
        assertThat(call("redrive", ledger, id)).contains("\"resolution\":\"redriven\"", "\n202\n");
        becomes("succeeded", ledger, id);
        assertThat(call("redrive", ledger, id)).contains("operation_not_dead", "\n409\n");
        assertThat(call("dead", ledger)).doesNotContain(id.toString()).endsWith("\n200\n");
        assertThat(call("action-items", ledger, id))
                .contains("\"action_item_id\":\"" + id, "this account is sick")
                .containsPattern("(?s)\\n200\\n.*\\n200\\n.*\\n200\\n");
        assertThat(daybook.count("action_item where action_item_id = '%s' and status = 'done'".formatted(id)))
                .isOne();
    }

    @Test
    void what_is_dead_in_all_ledgers_is_redriven_together() {
        var ledgers = List.of(sick("continue"), sick("continue"));
        var ids = ledgers.stream().map(RunbookTest::dead).toList();
        var together = ledgers
                .getFirst()
                .send(
                        "batches",
                        object(
                                "atomic",
                                true,
                                "operations",
                                List.of(
                                        item("deposit", money("a", "1.00", "EUR")),
                                        item("deposit", money("sick", "1.00", "EUR")))))
                .is(202)
                .json()
                .path("operations")
                .findValuesAsText("operation_id")
                .stream()
                .map(UUID::fromString)
                .toList();
        together.forEach(id -> ledgers.getFirst().outcome(id));
        daybook.heal();
        assertThat(call("redrive-all", ledgers.getFirst())).contains("\n202\n", "\n409\n");
        for (var i = 0; i < ids.size(); i++) {
            becomes("succeeded", ledgers.get(i), ids.get(i));
        }
        together.forEach(id -> becomes("succeeded", ledgers.getFirst(), id));
        assertThat(call("dead", ledgers.getFirst())).contains("\"items\":[]");
    }

    @Test
    void what_is_discarded_is_given_up() {
        var ledger = sick("continue");
        var id = dead(ledger);
        assertThat(call("discard", ledger, id)).contains("\"resolution\":\"discarded\"", "\n200\n");
        assertThat(call("operation", ledger, id)).contains("\"status\":\"discarded\"");
        assertThat(of(ledger, query("dead-all", ledger, id))).isEmpty();
    }

    @Test
    void what_cannot_be_read_is_seen_as_it_was_and_discarded_or_moved() {
        var ledger = sick("continue");
        send(daybook.stack().queue().url().toString(), "demo~" + ledger.id(), "not daybook's");
        await().untilAsserted(() -> assertThat(call("dead", ledger))
                .contains(ledger.id(), "\"readable\":false", "\"body\":\"not daybook's\""));
        var id = UUID.fromString(
                of(ledger, query("dead-all", ledger, NONE)).getFirst().get("operation_id"));
        assertThat(call("redrive", ledger, id)).contains("\n202\n");
        await().untilAsserted(() -> assertThat(of(ledger, query("dead-all", ledger, NONE)))
                .as("the same again, under another id")
                .singleElement()
                .satisfies(row -> assertThat(row.get("operation_id")).isNotEqualTo(id.toString())));
        var again = UUID.fromString(
                of(ledger, query("dead-all", ledger, NONE)).getFirst().get("operation_id"));
        assertThat(call("discard", ledger, again)).contains("\n200\n");
        assertThat(of(ledger, query("dead-all", ledger, NONE))).isEmpty();
    }

    @Test
    void what_is_nobodys_is_seen_by_sql_only_and_its_end_written_down() {
        var ledger = sick("continue");
        send(daybook.stack().queue().url().toString(), "nobody", "not daybook's");
        var found = await().until(
                        () -> query("dead-all", ledger, NONE).stream()
                                .filter(row -> row.get("tenant") == null)
                                .toList(),
                        rows -> !rows.isEmpty());
        var id = found.getFirst().get("operation_id");
        assertThat(call("dead", ledger)).doesNotContain(id);
        query("dead-nobodys", ledger, id);
        assertThat(query("dead-all", ledger, NONE)).noneMatch(row -> row.get("tenant") == null);
    }

    @Test
    void what_the_queue_has_given_up_says_so_and_is_applied_when_it_is_redriven() {
        var ledger = sick("continue");
        var id = DaybookId.next(Daybook.TENANT, ledger.id(), System.currentTimeMillis());
        send(
                daybook.stack().queue().deadLettersUrl().toString(),
                "demo~" + ledger.id(),
                Messages.ofDeposit(ledger, id, "k", "a"));
        await().untilAsserted(() -> assertThat(call("dead", ledger))
                .contains(id.toString(), "It was taken from the queue too often without a result"));
        assertThat(call("redrive", ledger, id)).contains("\n202\n");
        becomes("succeeded", ledger, id);
    }

    // --- halted ledgers --------------------------------------------------------------------------

    @Test
    void a_ledger_that_halted_is_seen_and_goes_on_once_its_dead_letter_is_dealt_with() {
        Shell.mustHaveAllOf("curl"); // before the ledger stands still
        var ledger = sick("halt");
        var poison = dead(ledger);
        var behind = ledger.deposit("a", "1.00").is(202).operationId();
        await().untilAsserted(() -> assertThat(call("operation", ledger, behind))
                .contains("\"status\":\"pending\"", "\"detail\":", "stands still"));
        assertThat(call("health", ledger)).containsPattern("\"halted\":[1-9]").containsPattern("\"parked\":[1-9]");
        assertThat(call("halted", ledger))
                .contains(ledger.id(), "\"by\":\"daybook\"", poison.toString(), "this account is sick");
        assertThat(of(ledger, query("standing", ledger, NONE)))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("tenant", Daybook.TENANT)
                        .containsEntry("state", "halted")
                        .containsEntry("halted_by", "daybook")
                        .containsEntry("parked", "1"));
        ledger.syncAs("s", "deposits", money("a", "1.00", "EUR")).isProblem(409, "ledger_halted");

        daybook.heal();
        call("redrive", ledger, poison);
        becomes("succeeded", ledger, poison);
        assertThat(call("halted", ledger)).contains(ledger.id());
        assertThat(call("resume", ledger)).contains("\n200\n");
        becomes("succeeded", ledger, behind);
        await().untilAsserted(() -> assertThat(call("resume", ledger)).contains("\"state\":\"running\""));
        assertThat(call("halted", ledger)).doesNotContain(ledger.id());
        assertThat(of(ledger, query("standing", ledger, NONE))).isEmpty();
    }

    @Test
    void a_ledger_is_halted_by_hand_and_its_books_are_looked_at() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
        assertThat(call("halt", ledger)).contains("\"state\":\"halted\"", "The books are being looked at", "\n200\n");
        assertThat(call("halted", ledger)).contains("\"by\":\"local\"");
        var waiting = ledger.deposit("a", "1.00").is(202).operationId();
        assertThat(call("audit", ledger)).contains("\"holds\":true", "\"last_sequence\":1");
        assertThat(call("resume", ledger)).contains("\n200\n");
        becomes("succeeded", ledger, waiting);
    }

    // --- the queue and the outbox ----------------------------------------------------------------

    @Test
    void a_ledger_that_somebody_locks_is_seen_and_goes_on_when_they_are_put_out() throws Exception {
        var ledger = daybook.ledger().account("a", "EUR");
        var other = daybook.ledger().account("a", "EUR");
        try (var forgotten = daybook.database();
                var statement = forgotten.createStatement()) {
            forgotten.setAutoCommit(false);
            statement.execute("select * from ledger where ledger_id = '%s' for update".formatted(ledger.id()));
            var id = ledger.deposit("a", "1.00").is(202).operationId();
            other.deposit("a", "1.00", "Prefer", "wait=20").is(200);
            assertThat(call("pending", ledger)).contains(id.toString(), "\n200\n");
            var blocked = await().until(() -> query("blocked", ledger, NONE), rows -> !rows.isEmpty());
            assertThat(blocked.getFirst().get("state")).isEqualTo("idle in transaction");
            assertThat(blocked.getFirst().get("query")).contains("from ledger");
            assertThat(query("running", ledger, NONE)).anyMatch(row -> "Lock".equals(row.get("wait_event_type")));
            query("unblock", ledger, blocked.getFirst().get("holds"));
            becomes("succeeded", ledger, id);
            assertThat(call("pending", ledger)).contains("\"items\":[]");
        }
    }

    @Test
    void what_the_topic_does_not_take_is_seen_and_leaves_when_it_is_back() {
        var ledger = daybook.ledger().account("a", "EUR");
        TOPIC.is(FakeTopic.Mood.AWAY);
        ledger.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        assertThat(of(ledger, query("outbox", ledger, NONE)))
                .singleElement()
                .satisfies(
                        row -> assertThat(row).containsEntry("target", "event").containsEntry("waiting", "2"));
        isLogged("event(s) are not sent yet");
        TOPIC.is(FakeTopic.Mood.THERE);
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(of(ledger, query("outbox", ledger, NONE))).isEmpty();
        });
        assertThat(TOPIC.types(ledger)).contains("daybook.deposit.completed");
    }

    @Test
    void without_the_queue_clients_are_refused_and_the_same_key_is_one_operation_afterwards() throws Exception {
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.stack().queue().stop();
        ledger.sendAs("k", "deposits", money("a", "1.00", "EUR")).isProblem(503, "unavailable");
        isLogged("The queue did not take operation");
        ledger.syncAs("s", "deposits", money("a", "2.00", "EUR")).is(200);
        daybook.stack().queue().start();
        ledger.sendAs("k", "deposits", money("a", "1.00", "EUR"), "Prefer", "wait=20")
                .is(200);
        assertThat(ledger.balance("a")).isEqualTo("3.00");
    }

    // --- servers that are away -------------------------------------------------------------------

    @Test
    void without_redis_health_says_so_and_what_it_missed_is_told_when_it_is_back() {
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.stack().redis().stop();
        ledger.withdraw("a", "1.00").is(202);
        var deposit = ledger.deposit("a", "1.00").is(202).operationId();
        assertThat(ledger.outcome(deposit).path("status").asText()).isEqualTo("succeeded");
        assertThat(call("health", ledger)).contains("\"status\":\"degraded\"", "\n200\n");
        isLogged("did not reach Redis");
        isLogged("No key is claimed");
        await().untilAsserted(() -> assertThat(of(ledger, query("outbox", ledger, NONE)))
                .anyMatch(row -> row.get("target").equals("status")));
        daybook.stack().redis().start();
        await().untilAsserted(() -> {
            daybook.functions().relay();
            assertThat(of(ledger, query("outbox", ledger, NONE))).isEmpty();
        });
        assertThat(call("health", ledger)).contains("\"status\":\"up\"");
    }

    @Test
    void without_postgresql_operations_wait_and_go_through_when_it_is_back() {
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.stack().postgres().stop();
        assertThat(call("health", ledger)).contains("\"status\":\"down\"", "\n503\n");
        var id = ledger.deposit("a", "1.00").is(202).operationId();
        await().untilAsserted(() -> assertThat(call("operation", ledger, id))
                .contains("\"status\":\"pending\"")
                .containsPattern("\"attempts\":[3-9]"));
        daybook.api().get("/ledgers").isProblem(503, "unavailable");
        isLogged("is answered 503");
        daybook.stack().postgres().start();
        becomes("succeeded", ledger, id);
        await().untilAsserted(() -> assertThat(call("health", ledger)).contains("\"status\":\"up\"", "\n200\n"));
        assertThat(call("dead", ledger)).doesNotContain(id.toString());
    }

    @Test
    void after_a_restore_what_was_on_its_way_is_applied_and_what_is_gone_can_be_sent_again() throws Exception {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "10.00").broken(); // an operation is gone
        var postgres = daybook.stack().data().resolve("postgres");
        var snapshot = folder.resolve("snapshot");
        daybook.stack().postgres().stop();
        copy(postgres, snapshot);
        daybook.stack().postgres().start();
        var gone = await().until(
                        () -> ledger.sendAs("gone", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20"),
                        answer -> answer.status() == 200)
                .operationId();
        daybook.stack().postgres().stop();
        var waiting = ledger.deposit("a", "2.00").is(202).operationId();

        Files.move(postgres, folder.resolve("old"));
        copy(snapshot, postgres);
        daybook.stack().postgres().start();

        becomes("succeeded", ledger, waiting);
        await().untilAsserted(() -> assertThat(ledger.balance("a")).isEqualTo("12.00"));
        assertThat(call("operation", ledger, gone)).contains("\"status\":\"succeeded\"");
        assertThat(ledger.sendAs("gone", "deposits", money("a", "5.00", "EUR")).operationId())
                .isEqualTo(gone);
        try (var redis = new Jedis(URI.create(daybook.stack().redis().uri()))) {
            redis.flushAll();
        }
        assertThat(call("operation", ledger, gone)).contains("\n404\n");
        assertThat(call("restored", ledger))
                .contains("\"status\":\"up\"", "\"holds\":true", "\"last_sequence\":2")
                .doesNotContain(gone.toString());
        var again = ledger.sendAs("gone", "deposits", money("a", "5.00", "EUR"), "Prefer", "wait=20")
                .is(200)
                .operationId();
        assertThat(again).isNotEqualTo(gone);
        assertThat(ledger.balance("a")).isEqualTo("17.00");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    // --- looking things up -----------------------------------------------------------------------

    @Test
    void an_operation_is_found_by_its_id_its_reference_and_its_key_and_so_are_its_postings() {
        var ledger = daybook.ledger().account("a", "EUR");
        var body = new HashMap<>(money("a", "1.00", "EUR"));
        body.put("reference_id", "R-2026-17");
        var id = ledger.sendAs("order-17", "deposits", body, "Prefer", "wait=20")
                .is(200)
                .operationId();
        assertThat(call("operation", ledger, id)).contains(id.toString(), "\"status\":\"succeeded\"", "\n200\n");
        assertThat(call("by-reference", ledger)).containsPattern(id + "(?s:.*)" + id);
        assertThat(query("by-key", ledger, id))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("operation_id", id.toString()));
        assertThat(query("postings", ledger, id))
                .extracting(row -> row.get("account_id") + " " + row.get("amount"))
                .containsExactlyInAnyOrder("a 1.00", "external:EUR -1.00");
        assertThat(call("operation", ledger, UUID.randomUUID())).contains("operation_not_found", "\n404\n");
    }

    @Test
    void connections_and_tables_are_listed_by_what_they_take() {
        var ledger = daybook.ledger().account("a", "EUR").funded("a", "1.00");
        assertThat(query("connections", ledger, NONE))
                .extracting(row -> row.get("usename"))
                .contains("daybook_writer");
        assertThat(query("storage", ledger, NONE))
                .extracting(row -> row.get("relname"))
                .contains("operation", "posting");
    }

    // --- the document ----------------------------------------------------------------------------

    @Test
    void every_alarm_has_its_section_and_every_section_of_alarms_has_an_alarm() throws IOException {
        var modules = Files.readString(TERRAFORM.resolve("modules/observability/main.tf"));
        var alarms = Pattern.compile("\"?(?:\\$\\{role}-)?([a-z0-9-]+)\"? = \\{\\n +description = \"[^\\n]*\\n")
                .matcher(modules)
                .results()
                .map(alarm -> alarm.group(1))
                .toList();
        assertThat(alarms).contains("message-age", "errors", "throttles", "outbox-age", "api-5xx", "database-storage");
        var sections = RUNBOOK.sections();
        var ofAlarms = Pattern.compile("(?s)\n## Alarms\n(.*?)\n## ").matcher(RUNBOOK.text());
        assertThat(ofAlarms.find()).isTrue();
        assertThat(Pattern.compile("(?m)^### (.+)$")
                        .matcher(ofAlarms.group(1))
                        .results()
                        .map(heading -> heading.group(1)))
                .containsExactlyInAnyOrderElementsOf(alarms);
        assertThat(alarms)
                .allSatisfy(alarm -> assertThat(sections.get(alarm))
                        .contains("**It means**", "**Look**", "**Over**")
                        .containsIgnoringCase("**do**"));
    }

    @Test
    void alarms_of_each_function_are_named() throws IOException {
        var functions = Files.readString(TERRAFORM.resolve("functions.tf"));
        var roles = Pattern.compile("(?m)^    ([a-z-]+) = \\{\\n      description")
                .matcher(functions)
                .results()
                .map(role -> role.group(1))
                .toList();
        assertThat(roles).contains("intake", "relay", "migrate");
        assertThat(roles).allSatisfy(role -> {
            assertThat(RUNBOOK.sections().get("errors")).contains("`" + role + "-errors`");
            assertThat(RUNBOOK.sections().get("throttles")).contains("`" + role + "-throttles`");
        });
    }

    @Test
    void every_block_is_run_or_says_why_it_is_not() throws IOException {
        var tests = Files.readString(Path.of("src/test/java/io/daybook/local/path/RunbookTest.java"));
        assertThat(RUNBOOK.blocks())
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(name.equals("call") || tests.contains("(\"" + name + "\", "))
                        .as("%s is run", name)
                        .isTrue());
        assertThat(RUNBOOK.otherBlocks())
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block).matches("(?s)# (AWS only|to be filled in).*"));
    }

    @Test
    void every_metric_is_described_and_every_metric_that_is_described_is_one() {
        var described = Pattern.compile("(?m)^\\| `([A-Za-z]+)` \\| ([^|]*)\\| (count|s) \\| [^|]{10,} \\|$")
                .matcher(RUNBOOK.sections().get("what-the-metrics-say"))
                .results()
                .map(row -> List.of(row.group(1), row.group(2).strip(), row.group(3)));
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Metric.values())
                        .map(metric -> List.of(
                                metric.inCamelCase(),
                                metric.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", ")),
                                metric.isInSeconds() ? "s" : "count"))
                        .toList());
    }

    @Test
    void metrics_of_alarms_and_graphs_are_those_of_the_code() throws IOException {
        var terraform = Files.readString(TERRAFORM.resolve("modules/observability/main.tf"));
        var ours = Stream.of(
                        "namespace +=\\s*var\\.metrics\\.namespace\\s+metric +=\\s*\"(\\w+)\"",
                        "var\\.metrics\\.namespace, \"(\\w+)\"")
                .flatMap(pattern -> Pattern.compile(pattern).matcher(terraform).results())
                .map(metric -> metric.group(1))
                .toList();
        assertThat(ours)
                .contains("RedisAway", "OutboxAgeSeconds")
                .isSubsetOf(
                        Arrays.stream(Metric.values()).map(Metric::inCamelCase).toList());
    }

    @Test
    void links_within_lead_somewhere() {
        assertThat(Pattern.compile("]\\(#([^)]+)\\)")
                        .matcher(RUNBOOK.text())
                        .results()
                        .map(link -> link.group(1)))
                .isNotEmpty()
                .isSubsetOf(RUNBOOK.sections().keySet());
    }

    @Test
    void outputs_of_terraform_are_those_that_there_are() throws IOException {
        var outputs = Files.readString(TERRAFORM.resolve("outputs.tf"));
        assertThat(Pattern.compile("output -raw ([a-z_]+)")
                        .matcher(RUNBOOK.text())
                        .results()
                        .map(output -> output.group(1)))
                .isNotEmpty()
                .allSatisfy(output -> assertThat(outputs).contains("output \"" + output + "\""));
    }

    @Test
    void lines_of_the_logs_are_those_of_the_code() throws IOException {
        var code = sources();
        var lines = Pattern.compile("(?m)^\\| `([^`]+)` \\| (WARN|ERROR) \\|")
                .matcher(RUNBOOK.text())
                .results()
                .toList();
        assertThat(lines)
                .hasSizeGreaterThan(10)
                .allSatisfy((MatchResult line) -> assertThat(Pattern.compile("LOG\\.%s\\(\\s*\"[^\"]*%s"
                                        .formatted(
                                                line.group(2).toLowerCase(Locale.ROOT), Pattern.quote(line.group(1))))
                                .matcher(code)
                                .find())
                        .as(line.group())
                        .isTrue());
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../functions"))) {
            return files.filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                    .map(RunbookTest::read)
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
