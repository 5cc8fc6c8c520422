package io.daybook.local.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Prints what a rehearsal came to, at most 100 columns wide. */
record Summary(Terminal terminal, Rehearsal.Report report, List<ClosingBooks> books) {
    private static final int CUSTOMERS_SHOWN = 3;
    private static final int COMPLAINTS_SHOWN = 20;

    boolean good() {
        return report.open() == 0
                && report.surprises().isEmpty()
                && books.stream().allMatch(ClosingBooks::hold);
    }

    void print() {
        terminal.print("");
        operations();
        books.forEach(this::ledger);
        complaints();
        verdict();
    }

    private void operations() {
        var seconds = report.elapsed().toMillis() / 1000.0;
        terminal.print(terminal.strong(
                format("%,d operations sent to %d ledgers in %.1f s", report.requests(), books.size(), seconds)));
        figure("accepted", report.accepted(), format("%,.0f a second", report.accepted() / Math.max(seconds, 0.001)));
        figure("succeeded", report.succeeded(), "");
        figure("failed", report.failedInAll(), byCode(report.failed()));
        figure("refused", report.refusedInAll(), byCode(report.refused()));
        figure("replayed", report.replayed(), "keys sent before: answered with the operation they made");
        if (report.open() > 0) {
            figure("no outcome", report.open(), terminal.bad("accepted, and not done when patience ended"));
        }
        terminal.print(latency("202 at once", report.toAccept()));
        terminal.print(latency("with outcome", report.toOutcome()));
    }

    private void figure(String name, long count, String remark) {
        var indent = "\n" + " ".repeat(26);
        terminal.print(format("  %-12s %,9d  %s", name, count, remark.replace("\n", indent))
                .stripTrailing());
    }

    private static String latency(String name, Rehearsal.Latencies latencies) {
        return format(
                "  %-12s %,9d  answered in %.1f ms (half) and %.1f ms (99 of 100)",
                name, latencies.count(), latencies.millisP50(), latencies.millisP99());
    }

    /** "insufficient_funds 12, duplicate_reference 6", broken into lines of three codes. */
    static String byCode(SortedMap<String, Long> counts) {
        var entries = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .toList();
        var text = new StringBuilder();
        for (var i = 0; i < entries.size(); i++) {
            text.append(i == 0 ? "" : i % 3 == 0 ? ",\n" : ", ").append(entries.get(i));
        }
        return text.toString();
    }

    private void ledger(ClosingBooks ledger) {
        terminal.print("");
        terminal.print(terminal.strong(ledger.ledgerId())
                + format(
                        "   %,d transactions, %,d postings, %,d accounts",
                        ledger.audit().transactions(),
                        ledger.audit().postings(),
                        ledger.balances().size()));
        var own = ledger.balances().entrySet().stream()
                .filter(entry -> !personal(entry.getKey()))
                .toList();
        var people = ledger.balances().entrySet().stream()
                .filter(entry -> personal(entry.getKey()))
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparing(ClosingBooks.Balance::amount).reversed()))
                .toList();
        own.forEach(entry -> balance(entry.getKey(), entry.getValue()));
        people.stream().limit(CUSTOMERS_SHOWN).forEach(entry -> balance(entry.getKey(), entry.getValue()));
        if (people.size() > CUSTOMERS_SHOWN) {
            terminal.print(terminal.quiet(format("  and %,d more", people.size() - CUSTOMERS_SHOWN)));
        }
        var sums = ledger.sums().entrySet().stream()
                .map(entry -> entry.getKey() + " " + plain(entry.getValue()))
                .collect(Collectors.joining(", "));
        terminal.print("  " + check(ledger.sumToZero()) + " balances sum to zero (" + sums + ")");
        terminal.print("  " + check(ledger.audit().holds()) + " hash chain "
                + (ledger.audit().holds()
                        ? format(
                                "holds from %d to %d, head %s",
                                ledger.audit().firstSequence(),
                                ledger.audit().lastSequence(),
                                shortened(ledger.audit().head()))
                        : "breaks"));
        terminal.print("  " + check(ledger.differences().isEmpty())
                + format(
                        " %,d of %,d balances as expected",
                        ledger.balances().size() - ledger.differences().size(),
                        ledger.balances().size()));
    }

    /** Accounts of people carry a number: customer:017. */
    private static boolean personal(String accountId) {
        return accountId.matches("[a-z]+:\\d+(:.*)?");
    }

    private void balance(String accountId, ClosingBooks.Balance balance) {
        terminal.print(format("  %-28s %20s %s", accountId, plain(balance.amount()), balance.currency()));
    }

    private void complaints() {
        var all = new ArrayList<>(report.surprises());
        for (var ledger : books) {
            ledger.differences().forEach(difference -> all.add(ledger.ledgerId() + ": " + difference));
            ledger.audit().breaks().forEach(found -> all.add(ledger.ledgerId() + ": " + found));
        }
        if (all.isEmpty()) {
            return;
        }
        terminal.print("");
        all.stream()
                .limit(COMPLAINTS_SHOWN)
                .forEach(complaint -> terminal.print("  " + terminal.bad("!") + " " + complaint));
        if (all.size() > COMPLAINTS_SHOWN) {
            terminal.print("  and %,d more".formatted(all.size() - COMPLAINTS_SHOWN));
        }
    }

    private void verdict() {
        terminal.print("");
        if (good()) {
            terminal.print(terminal.good("The books hold.")
                    + format(
                            " %,d operations accepted, %,d outcomes, every line and every balance as expected.",
                            report.accepted(), report.accepted() - report.open()));
        } else {
            var reasons = new ArrayList<String>();
            if (report.open() > 0) {
                reasons.add(format("%,d operations have no outcome", report.open()));
            }
            if (!report.surprises().isEmpty()) {
                reasons.add(format(
                        "%,d lines came to something else than expected",
                        report.surprises().size()));
            }
            if (!books.stream().allMatch(ClosingBooks::hold)) {
                reasons.add("the books do not hold");
            }
            terminal.print(terminal.bad("Something is wrong:") + " " + String.join("; ", reasons) + ".");
        }
    }

    private String check(boolean good) {
        return good ? terminal.good("✓") : terminal.bad("✗");
    }

    private static String plain(BigDecimal amount) {
        return format("%,." + Math.max(0, amount.scale()) + "f", amount);
    }

    private static String shortened(String hash) {
        return hash.length() > 12 ? hash.substring(0, 12) + "…" : hash;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
