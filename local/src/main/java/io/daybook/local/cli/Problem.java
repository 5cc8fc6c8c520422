package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Why the API refused, or why an operation failed (RFC 9457).
 *
 * @param code stable, for programs
 * @param detail for people; empty when the answer gave none
 * @param faults what is wrong in the body, by JSON pointer
 * @param item the place in the batch of the operation that is the cause
 * @param operationId the operation that was accepted and then failed; empty when nothing was accepted
 */
record Problem(
        int status,
        String code,
        String detail,
        List<Fault> faults,
        Optional<Integer> item,
        Optional<String> operationId) {
    private static final Pattern ITEM = Pattern.compile("/operations/(\\d{1,6})(/.*)?");

    record Fault(String pointer, String detail) {
        @Override
        public String toString() {
            return pointer == null || pointer.isEmpty() ? detail : pointer + " " + detail;
        }
    }

    Problem {
        faults = List.copyOf(faults);
    }

    static Problem of(int status, JsonNode body) {
        var faults = new ArrayList<Fault>();
        body.path("errors")
                .forEach(error -> faults.add(new Fault(
                        error.path("pointer").asText(), error.path("detail").asText())));
        return new Problem(
                body.path("status").asInt(status),
                Json.text(body, "code").orElse("http_" + status),
                Json.text(body, "detail").or(() -> Json.text(body, "title")).orElse(""),
                faults,
                body.path("item").canConvertToInt()
                        ? Optional.of(body.path("item").asInt())
                        : Optional.empty(),
                Json.text(body, "operation_id"));
    }

    /** Whether the same request may be taken at another time. */
    boolean mayPass() {
        return status >= 500 || status == 429;
    }

    /** What is wrong with each operation of a refused batch, by its place there; empty when the batch itself is. */
    SortedMap<Integer, String> reasonsByItem() {
        var reasons = new TreeMap<Integer, String>();
        for (var fault : faults) {
            var place = ITEM.matcher(fault.pointer());
            if (place.matches()) {
                reasons.merge(
                        Integer.valueOf(place.group(1)),
                        code + ": " + new Fault(place.group(2), fault.detail()),
                        (first, second) -> first + "; " + second.substring(code.length() + 2));
            }
        }
        if (reasons.isEmpty()) {
            item.ifPresent(place -> reasons.put(place, code + ": " + detail));
        }
        return reasons;
    }

    /** "422 validation_failed: the body is not valid (/amount must be positive)". */
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (status > 0) {
            text.append(status).append(' ');
        }
        text.append(code);
        if (!detail.isBlank()) {
            text.append(": ").append(detail);
        }
        if (!faults.isEmpty()) {
            text.append(" (")
                    .append(String.join(
                            "; ", faults.stream().map(Fault::toString).toList()))
                    .append(')');
        }
        return text.toString();
    }
}
