package io.daybook.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Reads one JSON object strictly: a field of another type, a missing one and one that nobody asked for are errors, and
 * all of them are reported together with their pointers.
 *
 * <p>Why not a mapper: mappers stop at the first error, turn the number {@code 1} into the text {@code "1"}, and do
 * not say where. Money must not be read that way.
 */
public final class Fields {
    public static final int DESCRIPTION_LENGTH_MAX = 500;
    public static final int METADATA_ENTRIES_MAX = 50;
    public static final int METADATA_KEY_LENGTH_MAX = 40;
    public static final int METADATA_VALUE_LENGTH_MAX = 500;

    private static final int ERRORS_MAX = 100;
    private static final Instant MOMENT_MIN = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant MOMENT_MAX = Instant.parse("9999-12-31T23:59:59.999999Z");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10)
                    .maxNumberLength(100)
                    .maxStringLength(20_000)
                    .maxNameLength(1_000)
                    .build())
            .build();

    /** Where something began, as the parser says it with a note on the source, which it does not show. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; ([^\\]]*)]");

    private final Map<?, ?> values;
    private final String pointer;
    private final List<FieldError> errors;
    private final Set<String> asked = new LinkedHashSet<>();

    private Fields(Map<?, ?> values, String pointer, List<FieldError> errors) {
        this.values = values;
        this.pointer = pointer;
        this.errors = errors;
    }

    /**
     * @throws MalformedBody if the bytes are not JSON
     * @throws InvalidBody if they are, but not what the reader asks for
     */
    public static <T> T read(byte[] json, Function<Fields, T> reader) {
        var errors = new ArrayList<FieldError>();
        if (!(parse(json) instanceof Map<?, ?> object)) {
            throw new InvalidBody(List.of(new FieldError("", "must be a JSON object")));
        }
        var result = reader.apply(new Fields(object, "", errors));
        if (!errors.isEmpty()) {
            throw new InvalidBody(errors.subList(0, Math.min(errors.size(), ERRORS_MAX)));
        }
        return result;
    }

    /** Closes the object: what was never asked for is an error. Builds the value only when all is right so far. */
    public <T> T build(Supplier<T> value) {
        for (var name : values.keySet()) {
            if (!asked.contains(name)) {
                error(name.toString(), "unknown field");
            }
        }
        return errors.isEmpty() ? value.get() : null;
    }

    /** The same with a field that is elsewhere in the request, as in its path; the body must not have it too. */
    public Fields with(String name, String value) {
        if (values.containsKey(name)) {
            error(name, "is in the path already");
        }
        var all = new LinkedHashMap<Object, Object>(values);
        all.put(name, value);
        return new Fields(all, pointer, errors);
    }

    public void error(String name, String detail) {
        errors.add(new FieldError(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), detail));
    }

    public boolean has(String name) {
        return values.get(name) != null;
    }

    /** Whether the field is there with the value {@code null}, which is not the same as absent. */
    public boolean isNull(String name) {
        return values.containsKey(name) && values.get(name) == null;
    }

    public String accountId(String name) {
        return text(
                name, Identifiers::isAccountId, "must match " + Identifiers.SHAPE + " and have at most 128 characters");
    }

    public String ledgerId(String name) {
        return text(
                name, Identifiers::isLedgerId, "must match " + Identifiers.SHAPE + " and have at most 63 characters");
    }

    public String currency(String name) {
        return text(name, Identifiers::isCurrency, "must be an ISO 4217 code or an asset of the ledger");
    }

    /** A decimal string greater than zero. */
    public Amount positiveAmount(String name) {
        return amount(name, amount -> amount.signum() > 0, "must be greater than zero");
    }

    public Amount nonZeroAmount(String name) {
        return amount(name, amount -> amount.signum() != 0, "must not be zero");
    }

    public Amount anyAmount(String name) {
        return amount(name, amount -> true, "");
    }

    public String referenceId() {
        return optional(
                "reference_id",
                () -> text(
                        "reference_id",
                        text -> !text.isBlank()
                                && text.length() <= Identifiers.REFERENCE_ID_LENGTH_MAX
                                && isPrintable(text),
                        "must have 1 to 255 printable characters"));
    }

    public String description() {
        return optional(
                "description",
                () -> text(
                        "description",
                        text -> text.length() <= DESCRIPTION_LENGTH_MAX && isPrintable(text),
                        "must have at most 500 printable characters"));
    }

    /** At most 50 entries of text; sorted by name, so that their order in the request means nothing. */
    public Map<String, String> metadata() {
        if (value("metadata") == null) {
            return Map.of();
        }
        if (!(value("metadata") instanceof Map<?, ?> map)) {
            error("metadata", "must be an object");
            return Map.of();
        }
        if (map.size() > METADATA_ENTRIES_MAX) {
            error("metadata", "must have at most 50 entries");
        }
        var result = new TreeMap<String, String>();
        var inner = new Fields(map, pointer + "/metadata", errors);
        map.forEach((key, value) -> {
            var name = key.toString();
            if (name.isBlank() || name.length() > METADATA_KEY_LENGTH_MAX || !isPrintable(name)) {
                inner.error(name, "its name must have 1 to 40 printable characters");
            } else if (!(value instanceof String text)
                    || text.length() > METADATA_VALUE_LENGTH_MAX
                    || !isPrintable(text)) {
                inner.error(name, "must be a string of at most 500 printable characters");
            } else {
                result.put(name, text);
            }
        });
        return result;
    }

    public String text(String name, Predicate<String> rule, String detail) {
        var value = value(name);
        if (value == null) {
            error(name, "is required");
        } else if (!(value instanceof String text)) {
            error(name, "must be a string");
        } else if (!rule.test(text)) {
            error(name, detail);
        } else {
            return text;
        }
        return null;
    }

    /** A whole number of a JSON number. */
    public Integer integer(String name, int min, int max) {
        var value = value(name);
        if (value == null) {
            error(name, "is required");
        } else if (!(value instanceof Long number) || number < min || number > max) {
            error(name, "must be a whole number from " + min + " to " + max);
        } else {
            return number.intValue();
        }
        return null;
    }

    public boolean flag(String name, boolean absent) {
        var value = value(name);
        if (value == null) {
            return absent;
        }
        if (!(value instanceof Boolean flag)) {
            error(name, "must be true or false");
            return absent;
        }
        return flag;
    }

    /** One of a few words; nothing if the field is not there or another. */
    public <T> Optional<T> choice(String name, boolean required, List<T> choices) {
        var value = value(name);
        if (value == null && !required) {
            return Optional.empty();
        }
        var found = choices.stream()
                .filter(choice -> choice.toString().equals(value))
                .findFirst();
        if (found.isEmpty()) {
            error(name, value == null ? "is required" : "must be one of " + choices);
        }
        return found;
    }

    /** A time of RFC 3339. */
    public Instant time(String name) {
        var text = text(name, ignored -> true, "");
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            error(name, "must be a time of RFC 3339 such as 2026-01-31T12:00:00Z");
            return null;
        }
    }

    /** A time of RFC 3339, whose years have four digits, in whole microseconds as PostgreSQL keeps it. */
    public Instant moment(String name) {
        var time = time(name);
        if (time != null && (time.isBefore(MOMENT_MIN) || time.isAfter(MOMENT_MAX))) {
            error(name, "must be a time from the year 0001 to 9999");
            return null;
        }
        return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    }

    /** An identifier that Daybook has made. */
    public UUID daybookId(String name) {
        var text = text(name, candidate -> Identifiers.daybookId(candidate).isPresent(), "must be a UUID of version 7");
        return text == null ? null : UUID.fromString(text);
    }

    public Fields object(String name) {
        if (value(name) instanceof Map<?, ?> object) {
            return new Fields(object, pointer + "/" + name, errors);
        }
        error(name, value(name) == null ? "is required" : "must be an object");
        return new Fields(Map.of(), pointer + "/" + name, new ArrayList<>());
    }

    public <T> List<T> list(String name, int min, int max, Function<Fields, T> reader) {
        var list = elements(name, min, max);
        var result = new ArrayList<T>(list.size());
        for (var i = 0; i < list.size(); i++) {
            var at = pointer + "/" + name + "/" + i;
            if (list.get(i) instanceof Map<?, ?> object) {
                result.add(reader.apply(new Fields(object, at, errors)));
            } else {
                errors.add(new FieldError(at, "must be an object"));
            }
        }
        return result;
    }

    /** An array of strings, each of them once. */
    public List<String> texts(String name, int min, int max, Predicate<String> rule, String detail) {
        var list = elements(name, min, max);
        var result = new LinkedHashSet<String>();
        for (var i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof String text) || !rule.test(text)) {
                errors.add(new FieldError(pointer + "/" + name + "/" + i, detail));
            } else if (!result.add(text)) {
                errors.add(new FieldError(pointer + "/" + name + "/" + i, "is there twice"));
            }
        }
        return List.copyOf(result);
    }

    private List<?> elements(String name, int min, int max) {
        var value = value(name);
        if (!(value instanceof List<?> list)) {
            error(name, value == null ? "is required" : "must be an array");
            return List.of();
        }
        if (list.size() < min || list.size() > max) {
            error(name, "must have " + min + " to " + max + " elements");
            return List.of();
        }
        return list;
    }

    public <T> T optional(String name, Supplier<T> reader) {
        asked.add(name);
        return values.get(name) == null ? null : reader.get();
    }

    private Amount amount(String name, Predicate<Amount> rule, String detail) {
        var text = text(name, t -> Amount.parse(t).isPresent(), "must be a decimal string such as \"12.34\"");
        if (text == null) {
            return null;
        }
        var amount = Amount.of(text);
        if (!rule.test(amount)) {
            error(name, detail);
            return null;
        }
        return amount;
    }

    private Object value(String name) {
        asked.add(name);
        return values.get(name);
    }

    /**
     * Also keeps out what PostgreSQL and UTF-8 cannot hold, NUL and lone surrogates, and the two characters that
     * <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html">SQS</a> does
     * not take.
     */
    public static boolean isPrintable(String text) {
        return text.codePoints()
                .noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t'
                        || c >= 0xD800 && c <= 0xDFFF
                        || c == 0xFFFE
                        || c == 0xFFFF);
    }

    private static Object parse(byte[] json) {
        try (var parser = JSON.createParser(text(json))) {
            if (parser.nextToken() == null) {
                throw new MalformedBody("the body is empty");
            }
            var value = value(parser);
            if (parser.nextToken() != null) {
                throw new MalformedBody("there is something behind the JSON value");
            }
            return value;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new MalformedBody(SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1")
                    + (at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr())));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array cannot fail
        }
    }

    /** Strictly: the parser by itself takes UTF-16, characters longer than they need to be, and halves of pairs. */
    private static char[] text(byte[] json) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
            return Arrays.copyOf(text.array(), text.limit());
        } catch (CharacterCodingException e) {
            throw new MalformedBody("the body is not valid UTF-8");
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var object = new LinkedHashMap<String, Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    var name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                var array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? new OtherNumber(parser.getText())
                        : Long.valueOf(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> new OtherNumber(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** A number that is huge or has a fraction or an exponent: nothing in Daybook's requests is one. */
    private record OtherNumber(String text) {}
}
