package io.daybook.local.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * Prints what a run under chaos came to, at most 100 columns wide.
 *
 * @param seed of load and faults
 * @param struck how long each fault took until all was back
 * @param retries requests that were sent once more for want of an answer
 * @param elapsed from the first operation sent to the last one answered
 */
record ChaosSummary(
        Terminal terminal,
        long seed,
        ChaosRun run,
        Reckoning.Result result,
        Map<Fault, List<Duration>> struck,
        long retries,
        Duration elapsed) {
    private static final int COMPLAINTS_SHOWN = 10;

    boolean good() {
        return result.good();
    }

    void print() {
        terminal.print("");
        var seconds = elapsed.toMillis() / 1000.0;
        terminal.print(terminal.strong(format(
                "%,d operations sent to %d ledgers in %.0f s, %,.0f a second (seed %d)",
                run.sent(), run.ledgers(), seconds, run.sent() / Math.max(seconds, 0.001), seed)));
        operations();
        faults();
        terminal.print("");
        terminal.print(terminal.strong("Reckoned up when all had come to rest"));
        checks();
        complaints();
        verdict();
    }

    private void operations() {
        figure("accepted", run.accepted(), byCode(result.outcomes()));
        var refused = run.refused();
        figure("refused", sum(refused), byCode(refused));
        figure("repeated", run.repeated(), "under their first key, later or at the same time");
        figure("retried", retries, "requests that had no answer, or one to try again");
    }

    private void faults() {
        terminal.print("");
        var all = struck.values().stream().mapToInt(List::size).sum();
        terminal.print(terminal.strong(format("%d faults under load", all)));
        struck.forEach((fault, times) -> {
            var longest = times.stream().max(Duration::compareTo).orElseThrow();
            var average = times.stream().mapToLong(Duration::toMillis).average().orElseThrow();
            figure(
                    fault.toString(),
                    times.size(),
                    format("back in %.1f s on average, %.1f s at most", average / 1000, longest.toMillis() / 1000.0));
        });
    }

    private void checks() {
        figure("lost", result.lost().size(), check(result.lost()) + " all that was accepted has its one outcome");
        figure("doubled", result.doubled().size(), check(result.doubled()) + " nothing has happened twice");
        figure("on its way", result.underway().size(), check(result.underway()) + " everything has come to its end");
        figure(
                "wrong",
                result.wrong().size(),
                check(result.wrong())
                        + format(
                                " outcomes, %,d balances and %,d holds are as foretold;",
                                result.accounts(), result.openHolds()));
        terminal.print(" ".repeat(28)
                + format(
                        "%,d transactions chained, transit zero, %,d action items",
                        result.transactions(), result.actionItems()));
    }

    private void complaints() {
        var all = new ArrayList<String>();
        result.lost().forEach(one -> all.add("lost: " + one));
        result.doubled().forEach(one -> all.add("doubled: " + one));
        result.underway().forEach(one -> all.add("on its way: " + one));
        result.wrong().forEach(one -> all.add("wrong: " + one));
        if (all.isEmpty()) {
            return;
        }
        terminal.print("");
        all.stream()
                .limit(COMPLAINTS_SHOWN)
                .forEach(complaint -> terminal.print("  " + terminal.bad("!") + " " + complaint));
        if (all.size() > COMPLAINTS_SHOWN) {
            terminal.print(format("  and %,d more", all.size() - COMPLAINTS_SHOWN));
        }
    }

    private void verdict() {
        terminal.print("");
        if (good()) {
            terminal.print(terminal.good("Nothing lost, nothing doubled.")
                    + format(" %,d operations accepted, each with the one outcome foretold.", run.accepted()));
        } else {
            terminal.print(terminal.bad("Something is wrong:")
                    + format(
                            " %,d lost, %,d doubled, %,d on their way, %,d wrong.",
                            result.lost().size(),
                            result.doubled().size(),
                            result.underway().size(),
                            result.wrong().size()));
        }
    }

    private String check(List<String> findings) {
        return findings.isEmpty() ? terminal.good("✓") : terminal.bad("✗");
    }

    private void figure(String name, long count, String remark) {
        var indent = "\n" + " ".repeat(26);
        terminal.print(format("  %-12s %,9d  %s", name, count, remark.replace("\n", indent))
                .stripTrailing());
    }

    private static long sum(SortedMap<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String byCode(SortedMap<String, Long> counts) {
        return Summary.byCode(counts);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
