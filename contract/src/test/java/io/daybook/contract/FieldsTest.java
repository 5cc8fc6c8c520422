package io.daybook.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

    @Test
    void every_error_of_a_body_is_reported_at_once() {
        var errors = errors("""
                {"account_id": "", "amount": 12.34, "currency": null, "reference_id": " ", "extra": 1}
                """, in -> CommandReader.read(Kind.DEPOSIT, in));
        assertThat(errors)
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/account_id", "/amount", "/currency", "/reference_id", "/extra");
    }

    @Test
    void a_field_that_nobody_asked_for_is_an_error() {
        assertThat(errors("{\"a\": \"x\", \"b\": null}", in -> in.build(() -> in.text("a", t -> true, ""))))
                .contains(new FieldError("/b", "unknown field"));
    }

    @ParameterizedTest(name = "{0} is pointed to by {1}")
    @CsvSource({"a/b, /a~1b", "a~b, /a~0b", "~1, /~01", "/, /~1", "~/~, /~0~1~0", "'', /", "ä\", /ä\""})
    void pointers_are_those_of_rfc_6901(String name, String pointer) {
        var json = "{\"" + name.replace("\"", "\\\"") + "\": 1}";
        assertThat(errors(json, in -> in.build(() -> "")))
                .extracting(FieldError::pointer)
                .containsExactly(pointer);
    }

    @Test
    void pointers_lead_through_arrays_and_objects() {
        var errors = errors("""
                {"postings": [{"account_id": "a", "amount": "1", "currency": "EUR"},
                              {"account_id": "b", "amount": "0", "currency": "EUR", "x/y": 1},
                              7],
                 "metadata": {"a~b": 1}}
                """, in -> CommandReader.read(Kind.JOURNAL, in));
        assertThat(errors)
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/postings/1/amount", "/postings/1/x~1y", "/postings/2", "/metadata/a~0b");
    }

    @Test
    void at_most_a_hundred_errors_are_reported() {
        var json =
                IntStream.range(0, 1_000).mapToObj(i -> "\"f" + i + "\": 1").collect(Collectors.joining(",", "{", "}"));
        assertThat(errors(json, in -> in.build(() -> ""))).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.5", "true", "[]", "{}", "[\"a\"]"})
    void another_type_where_a_string_belongs_is_an_error_and_never_becomes_a_string(String value) {
        assertThat(errors("{\"a\": " + value + "}", in -> in.text("a", t -> true, "")))
                .containsExactly(new FieldError("/a", "must be a string"));
    }

    @Test
    void null_is_as_good_as_absent_but_can_be_told_from_it() {
        assertThat(errors("{\"a\": null}", in -> in.text("a", t -> true, "")))
                .containsExactly(new FieldError("/a", "is required"));
        assertRead("{\"a\": null}", in -> in.isNull("a")).isEqualTo(true);
        assertRead("{}", in -> in.isNull("a")).isEqualTo(false);
        assertRead("{\"a\": 1}", in -> in.isNull("a")).isEqualTo(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e0", "\"1\"", "true", "11", "-1", "99999999999999999999999", "1e400", "[1]"})
    void an_integer_is_a_whole_json_number_within_its_limits(String value) {
        assertThat(errors("{\"n\": " + value + "}", in -> in.integer("n", 0, 10)))
                .extracting(FieldError::pointer)
                .containsExactly("/n");
        assertRead("{\"n\": 10}", in -> in.integer("n", 0, 10)).isEqualTo(10);
    }

    @Test
    void a_flag_is_true_or_false_or_what_it_is_when_absent() {
        assertRead("{\"f\": true}", in -> in.flag("f", false)).isEqualTo(true);
        assertRead("{}", in -> in.flag("f", true)).isEqualTo(true);
        assertThat(errors("{\"f\": \"true\"}", in -> in.flag("f", false))).hasSize(1);
        assertThat(errors("{\"f\": 1}", in -> in.flag("f", false))).hasSize(1);
    }

    @Test
    void a_choice_is_one_of_the_words() {
        assertRead("{\"k\": \"deposit\"}", in -> in.choice("k", true, List.of(Kind.values())))
                .isEqualTo(Optional.of(Kind.DEPOSIT));
        assertThat(errors("{\"k\": \"DEPOSIT\"}", in -> in.choice("k", true, List.of(Kind.values()))))
                .hasSize(1);
        assertThat(errors("{}", in -> in.choice("k", true, List.of(Kind.values()))))
                .containsExactly(new FieldError("/k", "is required"));
        assertRead("{}", in -> in.choice("k", false, List.of(Kind.values()))).isEqualTo(Optional.empty());
    }

    @Test
    void a_time_has_a_zone() {
        assertRead("{\"t\": \"2026-01-31T12:00:00+01:00\"}", in -> in.time("t"))
                .isEqualTo(Instant.parse("2026-01-31T11:00:00Z"));
        for (var wrong : List.of("2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "now", "")) {
            assertThat(errors("{\"t\": \"" + wrong + "\"}", in -> in.time("t"))).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\u0000",
                "\\u0007",
                "\\ud800",
                "\\udc00",
                "\\udc00\\ud800",
                "\\u007f",
                "\\r",
                "\\ufffe",
                "\\uffff"
            })
    void text_that_cannot_be_stored_or_shown_is_an_error(String escape) {
        assertThat(errors("{\"description\": \"a" + escape + "b\"}", Fields::description))
                .hasSize(1);
        assertThat(errors("{\"reference_id\": \"a" + escape + "b\"}", Fields::referenceId))
                .hasSize(1);
        assertThat(errors("{\"metadata\": {\"k\": \"a" + escape + "b\"}}", Fields::metadata))
                .hasSize(1);
        assertThatThrownBy(() -> read("{\"metadata\": {\"a" + escape + "b\": \"v\"}}", Fields::metadata))
                .isInstanceOfAny(InvalidBody.class, MalformedBody.class);
    }

    @Test
    void text_of_any_language_is_kept_as_it_is() {
        var text = "Grüße, 日本語, 🪙 \\\"quoted\\\" \\n\\t \\ud83e\\ude99";
        assertThat(read("{\"description\": \"" + text + "\"}", Fields::description))
                .isEqualTo("Grüße, 日本語, 🪙 \"quoted\" \n\t 🪙");
    }

    @Test
    void texts_have_their_longest_length_and_not_one_character_more() {
        assertThat(read("{\"description\": \"%s\"}".formatted("d".repeat(500)), Fields::description))
                .hasSize(500);
        assertThat(errors("{\"description\": \"%s\"}".formatted("d".repeat(501)), Fields::description))
                .hasSize(1);
        assertThat(read("{\"reference_id\": \"%s\"}".formatted("r".repeat(255)), Fields::referenceId))
                .hasSize(255);
        assertThat(errors("{\"reference_id\": \"%s\"}".formatted("r".repeat(256)), Fields::referenceId))
                .hasSize(1);
    }

    @Test
    void metadata_is_sorted_and_limited_and_holds_strings_only() {
        assertThat(read("{\"metadata\": {\"b\": \"2\", \"a\": \"1\"}}", Fields::metadata)
                        .keySet())
                .containsExactly("a", "b");
        assertThat(read("{}", Fields::metadata)).isEmpty();
        assertThat(errors("{\"metadata\": []}", Fields::metadata)).hasSize(1);
        assertThat(errors("{\"metadata\": {\"n\": 1, \"b\": true, \"o\": {}, \"z\": null}}", Fields::metadata))
                .extracting(FieldError::pointer)
                .containsExactly("/metadata/n", "/metadata/b", "/metadata/o", "/metadata/z");
        assertThat(errors("{\"metadata\": {\"%s\": \"\"}}".formatted("k".repeat(41)), Fields::metadata))
                .hasSize(1);
        assertThat(errors("{\"metadata\": {\"k\": \"%s\"}}".formatted("v".repeat(501)), Fields::metadata))
                .hasSize(1);
        assertThat(errors(metadata(51), Fields::metadata)).hasSize(1);
        assertThat(read(metadata(50), Fields::metadata)).hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n\t",
                "{",
                "{\"a\": ",
                "{\"a\" 1}",
                "{'a': 1}",
                "{a: 1}",
                "{\"a\": 1,}",
                "[1,]",
                "{\"a\": 01}",
                "{\"a\": +1}",
                "{\"a\": NaN}",
                "{\"a\": .5}",
                "{\"a\": nul}",
                "{\"a\": \"\n\"}",
                "{\"a\": \"\\x\"}",
                "{\"a\": \"\\u12\"}",
                "{} {}",
                "{} x",
                "{}}",
                "/* hello */ {}",
                "{\"a\": 1, \"a\": 2}",
                "{\"a\": 1, \"\\u0061\": 2}",
                "{\"o\": {\"a\": 1, \"a\": 1}}"
            })
    void what_is_not_one_json_value_with_distinct_names_is_malformed(String body) {
        assertThatThrownBy(() -> read(body, in -> "")).isInstanceOf(MalformedBody.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "1", "\"text\"", "[]", "[{}]"})
    void a_value_that_is_no_object_is_invalid(String body) {
        assertThat(errors(body, in -> "")).containsExactly(new FieldError("", "must be a JSON object"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7b2261223a22ff227d", // no byte of UTF-8
                "7b2261223a22c3227d", // half a character
                "7b2261223a22c0af227d", // longer than needed
                "7b2261223a22f8888080 80227d", // five bytes
                "7b2261223a22e282", // cut in the middle
                "7b2261223a22eda080227d", // half of a pair
                "7b2261223a22eda080edb080227d", // a pair that was encoded half by half
                "fffe7b007d00", // UTF-16
                "7b007d00", // UTF-16 without a mark
                "ff",
                "fe",
                "00",
                "80"
            })
    void what_is_not_utf_8_is_malformed(String hex) {
        var bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> Fields.read(bytes, in -> in.text("a", t -> true, "")))
                .isInstanceOf(MalformedBody.class);
    }

    @Test
    void texts_are_each_held_to_the_rule_and_there_once() {
        Function<Fields, Object> reader = in -> {
            var texts = in.texts("a", 1, 3, text -> text.length() == 1, "must be short");
            return in.build(() -> texts);
        };
        assertRead("{\"a\": [\"x\", \"y\"]}", reader).isEqualTo(List.of("x", "y"));
        assertThat(errors("{\"a\": [\"x\", \"yy\", 1]}", reader))
                .containsExactly(new FieldError("/a/1", "must be short"), new FieldError("/a/2", "must be short"));
        assertThat(errors("{\"a\": [\"x\", \"x\"]}", reader)).containsExactly(new FieldError("/a/1", "is there twice"));
        assertThat(errors("{\"a\": []}", reader)).containsExactly(new FieldError("/a", "must have 1 to 3 elements"));
        assertThat(errors("{\"a\": \"x\"}", reader)).containsExactly(new FieldError("/a", "must be an array"));
        assertThat(errors("{}", reader)).containsExactly(new FieldError("/a", "is required"));
    }

    @Test
    void what_nests_deeper_than_ten_levels_is_malformed() {
        var ten = "{\"a\": " + "[".repeat(9) + "]".repeat(9) + "}";
        assertThat(errors(ten, in -> in.text("a", t -> true, ""))).hasSize(1);
        for (var depth : List.of(11, 1_000, 1_000_000)) {
            assertThatThrownBy(() -> read("{\"a\": " + "[".repeat(depth), in -> ""))
                    .isInstanceOf(MalformedBody.class);
            assertThatThrownBy(() -> read("{\"a\": ".repeat(depth), in -> "")).isInstanceOf(MalformedBody.class);
        }
    }

    @Test
    void numbers_names_and_texts_beyond_all_measure_are_malformed() {
        for (var body : List.of(
                "{\"n\": " + "9".repeat(101) + "}",
                "{\"" + "n".repeat(1_001) + "\": 1}",
                "{\"n\": \"" + "t".repeat(20_001) + "\"}")) {
            assertThatThrownBy(() -> read(body, in -> "")).isInstanceOf(MalformedBody.class);
        }
    }

    @Test
    void a_malformed_body_is_described_without_being_repeated() {
        var malformed = catchThrowableOfType(MalformedBody.class, () -> read("{\"secret\": \"s3cr3t\" x", in -> ""));
        assertThat(malformed.getMessage()).contains("line 1").doesNotContain("s3cr3t");
    }

    private static String metadata(int entries) {
        var map = IntStream.range(0, entries)
                .mapToObj(i -> "\"k" + i + "\": \"v\"")
                .collect(Collectors.joining(",", "{", "}"));
        return "{\"metadata\": " + map + "}";
    }

    private static <T> T read(String json, Function<Fields, T> reader) {
        return Fields.read(json.getBytes(StandardCharsets.UTF_8), reader);
    }

    private static ObjectAssert<Object> assertRead(String json, Function<Fields, Object> reader) {
        return assertThat(FieldsTest.<Object>read(json, reader));
    }

    private static List<FieldError> errors(String json, Function<Fields, ?> reader) {
        return catchThrowableOfType(InvalidBody.class, () -> read(json, reader)).errors();
    }
}
