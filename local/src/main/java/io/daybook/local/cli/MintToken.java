package io.daybook.local.cli;

import io.daybook.contract.Identifiers;
import io.daybook.local.Tokens;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "token", mixinStandardHelpOptions = true, description = "Print a bearer token, and nothing else.")
final class MintToken implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            defaultValue = Access.TENANT,
            description = "whose ledgers it opens (default: ${DEFAULT-VALUE})")
    private String tenant;

    @Option(
            names = "--scope",
            paramLabel = "SCOPES",
            defaultValue = Access.ALL_SCOPES,
            description = "what it allows (default: ${DEFAULT-VALUE})")
    private String scope;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = ".daybook",
            description = "the data folder of `daybook up` (default: ${DEFAULT-VALUE})")
    private Path data;

    MintToken(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!Identifiers.isTenant(tenant)) {
            throw new EnvironmentException(
                    "a tenant is 1 to %d of A-Z a-z 0-9 _ . : -, the first a letter or a digit; --tenant is \"%s\""
                            .formatted(Identifiers.TENANT_LENGTH_MAX, tenant));
        }
        terminal.print(Tokens.in(data).mint(tenant, scope, Access.TOKEN_VALIDITY));
        return 0;
    }
}
