package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.serde.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static final Codec CODEC = new Codec(ObjectMapper.getDefault());

    @Property(tries = 500)
    void a_message_comes_out_as_it_went_in(@ForAll long seed) {
        var message = new RandomCommands(seed).message(20);
        assertThat(CODEC.decode(CODEC.encode(message))).isEqualTo(message);
    }

    @Property(tries = 500)
    void a_command_comes_out_of_its_canonical_form_as_it_went_in(@ForAll long seed) {
        var command = new RandomCommands(seed).command();
        var canonical = CODEC.canonical(command);
        assertThat(Codec.command(command.kind(), canonical)).isEqualTo(command);
        assertThat(CODEC.canonical(Codec.command(command.kind(), canonical))).isEqualTo(canonical);
        assertThat(CODEC.write(CODEC.tree(command))).isEqualTo(canonical);
    }

    @Test
    void a_long_message_travels_compressed_and_a_short_one_can_be_read_by_eye() {
        var random = new RandomCommands(1);
        QueueMessage message;
        do {
            message = random.message(300);
        } while (message.operations().size() < 100);
        var encoded = CODEC.encode(message);
        assertThat(encoded).doesNotStartWith("{").matches("[A-Za-z0-9+/=]+");
        assertThat(encoded.length()).isLessThan(CODEC.write(message).length);
        assertThat(CODEC.decode(encoded)).isEqualTo(message);

        var one = new QueueMessage(
                message.version(),
                message.tenant(),
                message.ledgerId(),
                message.caller(),
                message.acceptedAt(),
                false,
                List.of(new QueueMessage.Item(
                        message.operations().getFirst().operationId(), "key", Kind.DEPOSIT, deposit("1"))));
        assertThat(CODEC.encode(one)).startsWith("{").contains("\"account_id\":\"alice\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "{",
                "{}",
                "[]",
                "null",
                "eyJ9",
                "H4sI",
                "not base64 at all!",
                "{\"version\":1}",
                "{\"version\":2,\"tenant\":\"t\",\"ledger_id\":\"l\",\"caller\":\"c\","
                        + "\"accepted_at\":\"2026-01-01T00:00:00Z\",\"atomic\":false,\"operations\":[]}",
                "{\"version\":1,\"tenant\":\"t\",\"ledger_id\":\"l\",\"caller\":\"c\",\"atomic\":false,"
                        + "\"accepted_at\":\"2026-01-01T00:00:00Z\",\"operations\":[{\"operation_id\":"
                        + "\"123e4567-e89b-12d3-a456-426614174000\",\"idempotency_key\":\"k\",\"kind\":\"deposit\","
                        + "\"request\":{\"account_id\":\"a\",\"amount\":\"1\",\"currency\":\"EUR\"}}]}"
            })
    void what_is_no_message_is_malformed_or_invalid(String body) {
        assertRefused(() -> CODEC.decode(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"request\":", "\"kind\":\"deposit\"", "\"idempotency_key\":\"key\"", "\"caller\":\"me\""})
    void a_message_without_one_of_its_parts_is_invalid(String part) {
        var whole = CODEC.encode(message(deposit("1")));
        var without = whole.replace(part, part.endsWith(":") ? "\"other\":" : "\"other\":1");
        assertThat(without).isNotEqualTo(whole);
        assertThatThrownBy(() -> CODEC.decode(without)).isInstanceOf(InvalidBody.class);
    }

    @Test
    void a_message_of_before_there_were_steps_can_still_be_read() {
        var body = "{\"version\":1,\"tenant\":\"acme\",\"ledger_id\":\"main\",\"caller\":\"me\","
                + "\"accepted_at\":\"2026-01-31T12:00:00Z\",\"atomic\":false,\"operations\":[{\"operation_id\":"
                + "\"01890a5d-ac96-774b-bcce-b302099a8057\",\"idempotency_key\":\"key\",\"kind\":\"deposit\","
                + "\"request\":{\"account_id\":\"alice\",\"amount\":\"1\",\"currency\":\"EUR\"}}]}";
        assertThat(CODEC.decode(body)).isEqualTo(message(deposit("1")));
        assertThat(CODEC.encode(message(deposit("1")))).isEqualTo(body);
    }

    @Test
    void a_message_may_name_the_trace_that_it_was_asked_in() {
        var traced = message(deposit("1")).traced("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var body = CODEC.encode(traced);
        assertThat(CODEC.decode(body)).isEqualTo(traced);
        assertThat(CODEC.decode(body).with(traced.operations())).isEqualTo(traced);
        assertThat(traced.traceOf(traced.operations().getFirst())).hasToString(traced.traceparent());
        assertThat(message(deposit("1")).traceOf(traced.operations().getFirst()))
                .isEqualTo(Trace.of(traced.operations().getFirst().operationId()));
        assertThatThrownBy(() -> CODEC.decode(body.replace("-01\"", "-1\"")))
                .isInstanceOf(InvalidBody.class)
                .hasMessageContaining("/traceparent");
    }

    @Test
    void a_step_says_what_came_before_it() {
        var id = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");
        var transfer = new Command.Transfer("a", "bob", "other", Amount.of("1"), "EUR", null, null, Map.of());
        var problem = Problem.of(ProblemCode.ACCOUNT_FROZEN, "The account bob is frozen");
        var balances = List.of(new Operation.Balance("bob", "EUR", Amount.of("12.34")));
        for (var step : List.of(
                new QueueMessage.Step(StepName.CREDIT, "home", null, null),
                new QueueMessage.Step(StepName.CAPTURE, "home", null, balances),
                new QueueMessage.Step(StepName.RELEASE, "home", problem, null))) {
            var message = new QueueMessage(
                    QueueMessage.VERSION,
                    "acme",
                    "other",
                    "me",
                    Instant.parse("2026-01-31T12:00:00Z"),
                    false,
                    List.of(new QueueMessage.Item(id, "key", Kind.TRANSFER, transfer, step)));
            assertThat(CODEC.decode(CODEC.encode(message))).isEqualTo(message);
            assertThatThrownBy(
                            () -> CODEC.decode(CODEC.encode(message).replace("\"home_ledger_id\"", "\"home_ledger\"")))
                    .isInstanceOf(InvalidBody.class)
                    .hasMessageContaining("/operations/0/step/home_ledger_id");
        }
    }

    @Test
    void what_stays_in_its_ledger_has_no_steps() {
        var body = CODEC.encode(message(deposit("1")));
        var forged = body.replace("}]}", ",\"step\":{\"name\":\"credit\",\"home_ledger_id\":\"home\"}}]}");
        assertThatThrownBy(() -> CODEC.decode(forged))
                .isInstanceOf(InvalidBody.class)
                .hasMessageContaining("/operations/0/step");
    }

    @Test
    void an_operation_in_a_message_is_read_as_strictly_as_a_request() {
        var whole = CODEC.encode(message(deposit("1")));
        assertThatThrownBy(() -> CODEC.decode(whole.replace("\"amount\":\"1\"", "\"amount\":\"-1\"")))
                .isInstanceOf(InvalidBody.class)
                .hasMessageContaining("/operations/0/request/amount");
    }

    @ParameterizedTest
    @ValueSource(strings = {"caller", "idempotency_key"})
    void a_message_with_text_that_the_database_cannot_hold_is_invalid(String field) {
        var body = CODEC.encode(new RandomCommands(7).message(1));
        var forged = body.replaceFirst("\"%s\":\"".formatted(field), "\"%s\":\"\\\\u0000".formatted(field));
        assertThat(forged).isNotEqualTo(body);
        assertThatThrownBy(() -> CODEC.decode(forged)).isInstanceOf(InvalidBody.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\\u0007"})
    void a_message_of_nobody_is_invalid(String caller) {
        var body = CODEC.encode(new RandomCommands(7).message(1));
        var forged =
                body.replaceFirst("\"caller\":\"[^\"]+\"", "\"caller\":\"" + Matcher.quoteReplacement(caller) + "\"");
        assertThat(forged).isNotEqualTo(body);
        assertThatThrownBy(() -> CODEC.decode(forged)).isInstanceOf(InvalidBody.class);
    }

    @Test
    void a_message_that_swells_beyond_all_measure_is_malformed() throws IOException {
        var bomb = gzip(" ".repeat(20 * 1_048_576).getBytes(StandardCharsets.US_ASCII));
        assertThat(bomb.length()).isLessThan(40_000);
        assertThatThrownBy(() -> CODEC.decode(bomb)).isInstanceOf(MalformedBody.class);
    }

    @Test
    void a_compressed_message_that_was_cut_or_changed_is_malformed() throws IOException {
        var encoded = gzip(CODEC.write(message(deposit("1"))));
        assertThat(CODEC.decode(encoded)).isEqualTo(message(deposit("1")));
        for (var length = 0; length < encoded.length() - 1; length += 4) {
            var cut = encoded.substring(0, length);
            assertRefused(() -> CODEC.decode(cut));
        }
    }

    @Property(tries = 5_000)
    void whatever_a_message_is_changed_into_it_is_read_or_refused_and_nothing_else_happens(@ForAll long seed) {
        var random = new Random(seed);
        var json = CODEC.write(new RandomCommands(seed).message(3));
        var broken = Mutations.of(json, random);
        String body;
        try {
            body = random.nextBoolean()
                    ? new String(broken, StandardCharsets.UTF_8)
                    : random.nextBoolean()
                            ? gzip(broken)
                            : Base64.getEncoder()
                                    .encodeToString(
                                            Mutations.of(Base64.getDecoder().decode(gzip(json)), random));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        try {
            assertThat(CODEC.decode(body).operations()).isNotEmpty().doesNotContainNull();
        } catch (MalformedBody | InvalidBody refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Test
    void the_canonical_form_has_its_fields_in_a_fixed_order_without_white_space() {
        var command =
                new Command.Withdrawal("alice", Amount.of("10.50"), "EUR", "R-1", "für 日本 \"x\"", Map.of("k", "v"));
        assertThat(new String(CODEC.canonical(command), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"reference_id\":\"R-1\","
                                + "\"description\":\"für 日本 \\\"x\\\"\",\"metadata\":{\"k\":\"v\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"metadata\":{\"a\":\"1\",\"b\":\"ä\"}}",
                "{\"metadata\":{\"b\":\"ä\",\"a\":\"1\"},\"currency\":\"EUR\",\"amount\":\"10.50\",\"account_id\":\"alice\"}",
                " {\n\t\"amount\" : \"10.50\" , \"account_id\":\"alice\",\r\n \"currency\":\"EUR\","
                        + "\"reference_id\":null,\"metadata\":{\"a\":\"1\",\"b\":\"\\u00e4\"} }\n",
                "{\"\\u0061ccount_id\":\"\\u0061lice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"description\":null,"
                        + "\"metadata\":{\"b\":\"\\u00E4\",\"a\":\"1\"}}"
            })
    void the_fingerprint_is_the_same_for_the_same_request_however_it_was_written(String body) {
        assertThat(fingerprint(Kind.DEPOSIT, body))
                .isEqualTo("977f9593be90e52ac0d3d4d0c449f032c713ccc84da938bfa8aa0e6cf4f10c8d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"account_id\":\"alice\",\"amount\":\"10.51\",\"currency\":\"EUR\"}",
                "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"USD\"}",
                "{\"account_id\":\"alicf\",\"amount\":\"10.50\",\"currency\":\"EUR\"}",
                "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"reference_id\":\"r\"}",
                "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"description\":\"r\"}",
                "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\",\"metadata\":{\"r\":\"r\"}}"
            })
    void the_fingerprint_is_another_one_for_another_request(String body) {
        var original = "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\"}";
        assertThat(fingerprint(Kind.DEPOSIT, body)).isNotEqualTo(fingerprint(Kind.DEPOSIT, original));
    }

    @Test
    void the_fingerprint_is_another_one_for_another_kind() {
        var body = "{\"account_id\":\"alice\",\"amount\":\"10.50\",\"currency\":\"EUR\"}";
        assertThat(fingerprint(Kind.WITHDRAWAL, body)).isNotEqualTo(fingerprint(Kind.DEPOSIT, body));
    }

    private static String fingerprint(Kind kind, String body) {
        var command = Codec.command(kind, body.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(Codec.fingerprint(kind, CODEC.canonical(command)));
    }

    private static Command deposit(String amount) {
        return new Command.Deposit("alice", Amount.of(amount), "EUR", null, null, Map.of());
    }

    private static QueueMessage message(Command command) {
        var id = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");
        return new QueueMessage(
                QueueMessage.VERSION,
                "acme",
                "main",
                "me",
                Instant.parse("2026-01-31T12:00:00Z"),
                false,
                List.of(new QueueMessage.Item(id, "key", command.kind(), command)));
    }

    private static void assertRefused(ThrowingCallable reading) {
        assertThatThrownBy(reading).isInstanceOfAny(MalformedBody.class, InvalidBody.class);
    }

    private static String gzip(byte[] bytes) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return Base64.getEncoder().encodeToString(compressed.toByteArray());
    }
}
