package io.daybook.local;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which function answers which request; the first route that fits counts. Templates are API Gateway's: {@code {name}}
 * stands for one segment, {@code {name+}} for one or more.
 */
record Routes(List<Route> routes) {

    static final String INTAKE = "intake";
    static final String SYNC = "sync";
    static final String STATUS = "status";
    /** No function at AWS, where CloudWatch has the numbers. */
    static final String METRICS = "metrics";
    /** No function at AWS either: whoever deploys reads it here. */
    static final String DOCS = "docs";

    private static final Set<String> READING = Set.of("GET", "HEAD");

    /** A request's function, and the path's variable parts as they were sent. */
    record Match(String function, String template, Map<String, String> pathParameters) {}

    /** @param methods the methods that it is for; all, if empty */
    record Route(Set<String> methods, String template, String function, Pattern pattern) {

        private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(\\+?)}");

        static Route of(Set<String> methods, String template, String function) {
            var pattern = VARIABLE.matcher(template)
                    .replaceAll(variable -> "(?<%s>%s)"
                            .formatted(
                                    groupName(variable.group(1)),
                                    variable.group(2).isEmpty() ? "[^/]+" : ".+"));
            return new Route(methods, template, function, Pattern.compile(pattern));
        }

        private Optional<Match> match(String method, String path) {
            if (!methods.isEmpty() && !methods.contains(method)) {
                return Optional.empty();
            }
            var parts = pattern.matcher(path);
            if (!parts.matches()) {
                return Optional.empty();
            }
            var parameters = new LinkedHashMap<String, String>();
            VARIABLE.matcher(template)
                    .results()
                    .map(variable -> variable.group(1))
                    .forEach(name -> parameters.put(name, parts.group(groupName(name))));
            return Optional.of(new Match(function, template, Map.copyOf(parameters)));
        }

        // Names of groups have no underscores.
        private static String groupName(String variable) {
            return variable.replace("_", "");
        }
    }

    /**
     * Daybook's: reading is the status function's, and what browsers read with; what is done at once, and what follows
     * on an operation whose ledger has to be found, is the synchronous one's; all other work is intake's. A method that
     * a path does not have goes to the path's function, which refuses it in Daybook's own way.
     */
    static Routes daybook() {
        var sync = Stream.of(
                        "/v1/ledgers",
                        "/v1/ledgers/{ledger_id}",
                        "/v1/ledgers/{ledger_id}/accounts",
                        "/v1/ledgers/{ledger_id}/accounts/{account_id}",
                        "/v1/ledgers/{ledger_id}/halt",
                        "/v1/ledgers/{ledger_id}/resume",
                        "/v1/operations/{operation_id}/reversals",
                        "/v1/holds/{proxy+}",
                        "/v1/sync/{proxy+}",
                        "/v1/dead-letters/{proxy+}",
                        "/v1/webhooks",
                        "/v1/webhooks/{proxy+}")
                .map(template -> Route.of(Set.of(), template, SYNC));
        return new Routes(Stream.of(
                        Stream.of(
                                Route.of(READING, "/v1/metrics", METRICS),
                                Route.of(READING, "/v1/{proxy+}", STATUS),
                                Route.of(Set.of(), "/v1/tickets", STATUS),
                                Route.of(Set.of(), "/console", STATUS),
                                Route.of(Set.of(), "/console/", STATUS),
                                Route.of(Set.of(), "/console/{file}", STATUS),
                                Route.of(READING, "/docs", DOCS),
                                Route.of(READING, "/docs/", DOCS),
                                Route.of(READING, "/docs/{file}", DOCS)),
                        sync,
                        Stream.of(Route.of(Set.of(), "/v1/{proxy+}", INTAKE)))
                .flatMap(route -> route)
                .toList());
    }

    /** The function for a request, by its path as it was sent; none if nothing is served there. */
    Optional<Match> match(String method, String path) {
        return routes.stream()
                .flatMap(route -> route.match(method, path).stream())
                .findFirst();
    }
}
