package io.daybook.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Daybook's own numbers, the same wherever they are shown. docs/runbook.md says what each tells.
 *
 * <p>A name ends with its unit, unless it counts. Labels have few values each, whatever clients do.
 */
public enum Metric {
    ACCEPTED(Sort.COUNT),
    APPLIED(Sort.COUNT, "kind"),
    FAILED(Sort.COUNT, "kind", "code"),
    DEAD(Sort.COUNT, "kind"),
    RETRIES(Sort.COUNT),
    BATCH_SIZE(Sort.SAMPLE),
    ACCEPT_TO_OUTCOME_SECONDS(Sort.SAMPLE),
    CONSUMER_LAG_SECONDS(Sort.LEVEL),
    BACKLOG(Sort.LEVEL),
    LEDGER_BACKLOG(Sort.LEVEL, "ledger"),
    OUTBOX_AGE_SECONDS(Sort.LEVEL),
    DEAD_LETTERS(Sort.LEVEL),
    HALTED_LEDGERS(Sort.LEVEL),
    PARKED(Sort.LEVEL),
    REDIS_AWAY(Sort.LEVEL),
    WEBHOOKS_DELIVERED(Sort.COUNT),
    WEBHOOK_FAILURES(Sort.COUNT),
    WEBHOOKS_DISABLED(Sort.COUNT);

    /** What may be done with its values. */
    public enum Sort {
        /** they are added up */
        COUNT,
        /** each is one of many, of which the middle and the ends are of interest */
        SAMPLE,
        /** the last one says how things stand */
        LEVEL
    }

    private final Sort sort;
    private final List<String> labels;

    Metric(Sort sort, String... labels) {
        this.sort = sort;
        this.labels = List.of(labels);
    }

    public Sort sort() {
        return sort;
    }

    /** What tells its values apart, in the order in which they are given; mostly nothing. */
    public List<String> labels() {
        return labels;
    }

    public boolean isInSeconds() {
        return name().endsWith("_SECONDS");
    }

    /** As CloudWatch has it: {@code OutboxAgeSeconds}. */
    public String inCamelCase() {
        return Arrays.stream(name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** As Prometheus has it, without what stands ahead and behind: {@code outbox_age_seconds}. */
    public String inSnakeCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
