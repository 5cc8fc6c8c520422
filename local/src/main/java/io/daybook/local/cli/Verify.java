package io.daybook.local.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Recompute a ledger's books and its hash chain.")
final class Verify implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "LEDGER", description = "the ledger's id")
    private String ledgerId;

    @Option(
            names = "--heads",
            paramLabel = "FILE",
            description = "also hold the chain against what `daybook heads` once printed")
    private Path heads;

    @Mixin
    private Access access;

    Verify(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Audit audit;
        var missed = new ArrayList<Head>();
        var kept = heads == null ? List.<Head>of() : kept();
        try (var client = access.client()) {
            audit = Audit.of(client, ledgerId);
            kept.stream().filter(head -> !head.isInChain(client)).forEach(missed::add);
        }
        terminal.print(terminal.strong(ledgerId) + "   checked at " + audit.checkedAt());
        count("transactions", audit.transactions(), "each must sum to zero in every currency");
        count("postings", audit.postings(), "");
        count("accounts", audit.accounts(), "each balance must be the sum of its postings");
        terminal.print("  chain head    "
                + (audit.transactions() == 0
                        ? "none yet"
                        : audit.head() + ", from transaction " + audit.firstSequence() + " to "
                                + audit.lastSequence()));
        if (!kept.isEmpty()) {
            count("kept heads", kept.size(), "the chain must go through each");
        }
        missed.forEach(head -> terminal.print("  " + terminal.bad("✗") + " transaction " + head.sequence()
                + ", head: it was " + head.hash() + " at " + head.checkedAt()));
        audit.breaks().forEach(found -> terminal.print("  " + terminal.bad("✗") + " " + found));
        var holds = audit.holds() && missed.isEmpty();
        terminal.print(holds ? terminal.good("The books hold.") : terminal.bad("The books do not hold."));
        return holds ? 0 : Daybook.WRONG;
    }

    private List<Head> kept() {
        var kept = Head.read(heads).stream()
                .filter(head -> head.ledgerId().equals(ledgerId))
                .toList();
        if (kept.isEmpty()) {
            throw new EnvironmentException(heads + " says nothing of " + ledgerId);
        }
        return kept;
    }

    private void count(String what, long count, String remark) {
        terminal.print(String.format(Locale.ROOT, "  %-13s %,12d  %s", what, count, remark)
                .stripTrailing());
    }
}
