package io.daybook.local.cli;

import io.daybook.client.model.Ledger;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "heads",
        mixinStandardHelpOptions = true,
        description = {
            "Verify ledgers, and print where their chains end: a line of JSON for each.",
            "Sign the lines and keep them elsewhere; `verify --heads` holds the chains against them later."
        })
final class Heads implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "LEDGER", arity = "0..*", description = "ids of ledgers (default: all of the tenant)")
    private List<String> ledgerIds = List.of();

    @Mixin
    private Access access;

    Heads(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var isWrong = false;
        try (var client = access.client()) {
            for (var ledgerId : ledgerIds.isEmpty() ? all(client) : ledgerIds) {
                var audit = Audit.of(client, ledgerId);
                if (audit.holds()) {
                    terminal.print(Head.of(audit).line());
                } else {
                    isWrong = true;
                    terminal.complain("daybook: the books of " + ledgerId + " do not hold, see `daybook verify "
                            + ledgerId + "`");
                }
            }
        }
        return isWrong ? Daybook.WRONG : 0;
    }

    private static List<String> all(Client client) {
        return client.ledgers().stream().map(Ledger::getLedgerId).toList();
    }
}
