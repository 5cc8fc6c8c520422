package io.daybook.local.cli;

import io.daybook.local.Tokens;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** How a command reaches a running Daybook: the options that it shares with the others. */
final class Access {
    static final String TENANT = "demo";
    static final String ALL_SCOPES = "ledger:read ledger:write ledger:admin";
    static final Duration TOKEN_VALIDITY = Duration.ofHours(12);

    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");
    private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost", "[::1]");

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "where Daybook listens (default: ${DEFAULT-VALUE})")
    private URI url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:DAYBOOK_TOKEN}",
            description = "the bearer token; in the variable DAYBOOK_TOKEN no list of processes shows it (default:"
                    + " minted from --data when the URL is on this machine)")
    private String token;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = ".daybook",
            description = "the data folder of `daybook up` (default: ${DEFAULT-VALUE})")
    private Path data;

    Client client() {
        if (url.getHost() == null || !Set.of("http", "https").contains(String.valueOf(url.getScheme()))) {
            throw new EnvironmentException("--url must begin with http:// or https://, and is " + url);
        }
        return new Client(url, Optional.ofNullable(token).map(Access::sendable).orElseGet(this::mintedToken));
    }

    /** Without the end of the line that it was read from; never part of a message. */
    private static String sendable(String token) {
        var stripped = token.strip();
        if (!VISIBLE.matcher(stripped).matches()) {
            throw new EnvironmentException(
                    "the token is empty, or has a character that no header can carry (it is not shown here)");
        }
        return stripped;
    }

    URI url() {
        return url;
    }

    private String mintedToken() {
        if (!THIS_MACHINE.contains(url.getHost())) {
            throw new EnvironmentException("give a --token for " + url + ", or set DAYBOOK_TOKEN");
        }
        // A key made here would be nobody's: the server that runs has another one.
        if (!Files.isDirectory(data)) {
            throw new EnvironmentException("there is no data folder " + data
                    + " to mint a token from; give its --data, or a --token, or start `daybook up`");
        }
        return Tokens.in(data).mint(TENANT, ALL_SCOPES, TOKEN_VALIDITY);
    }
}
