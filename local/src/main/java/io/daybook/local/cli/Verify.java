package io.daybook.local.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Recompute a ledger's books and its hash chain.")
final class Verify implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "LEDGER", description = "the ledger's id")
    private String ledgerId;

    @Mixin
    private Access access;

    Verify(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Audit audit;
        try (var client = access.client()) {
            audit = Audit.of(client, ledgerId);
        }
        terminal.print(terminal.strong(ledgerId) + "   checked at " + audit.checkedAt());
        count("transactions", audit.transactions(), "each must sum to zero in every currency");
        count("postings", audit.postings(), "");
        count("accounts", audit.accounts(), "each balance must be the sum of its postings");
        terminal.print("  chain head    " + (audit.head().isEmpty() ? "none yet" : audit.head())
                + (audit.transactions() == 0
                        ? ""
                        : ", from transaction " + audit.firstSequence() + " to " + audit.lastSequence()));
        audit.breaks().forEach(found -> terminal.print("  " + terminal.bad("✗") + " " + found));
        terminal.print(audit.holds() ? terminal.good("The books hold.") : terminal.bad("The books do not hold."));
        return audit.holds() ? 0 : Daybook.WRONG;
    }

    private void count(String what, long count, String remark) {
        terminal.print(String.format(Locale.ROOT, "  %-13s %,12d  %s", what, count, remark)
                .stripTrailing());
    }
}
