package io.daybook.status;

import io.daybook.contract.Codec;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.ProblemException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The operators' page. Its files need no token: they tell nothing, and what they show the page fetches with a token of
 * its reader's.
 */
@Controller("/console")
@Secured(SecurityRule.IS_ANONYMOUS)
final class ConsoleController {
    private static final String PAGE = "index.html";
    /** The page's links begin beside it, so that it can be anywhere. */
    private static final URI BESIDE = URI.create("../console");

    private static final Pattern FILE = Pattern.compile("[a-z-]+\\.(?<type>css|js|svg)");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** Nothing but the page's own files runs in it, nobody frames it, and text never becomes HTML. */
    private static final String POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /** Only what is there: of names that are not, anybody can think up as many as they like. */
    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    /** @param tag of what is in it, so that a browser asks again and seldom gets it again */
    private record Asset(String text, String type, String tag) {}

    @Get(produces = MediaType.ALL)
    HttpResponse<String> page(HttpRequest<?> request) {
        return request.getPath().endsWith("/") ? HttpResponse.permanentRedirect(BESIDE) : answer(request, PAGE, "html");
    }

    @Get(value = "/{file}", produces = MediaType.ALL)
    HttpResponse<String> file(HttpRequest<?> request, @PathVariable String file) {
        var name = FILE.matcher(file);
        if (!name.matches()) {
            throw nothingHere();
        }
        return answer(request, file, name.group("type"));
    }

    private HttpResponse<String> answer(HttpRequest<?> request, String file, String type) {
        var asset = Optional.ofNullable(assets.computeIfAbsent(file, name -> read(name, TYPES.get(type))))
                .orElseThrow(ConsoleController::nothingHere);
        var known = request.getHeaders().getAll(HttpHeaders.IF_NONE_MATCH).contains(asset.tag());
        MutableHttpResponse<String> answer = known
                ? HttpResponse.notModified()
                : HttpResponse.ok(asset.text()).header(HttpHeaders.CONTENT_TYPE, asset.type());
        return answer.header(HttpHeaders.ETAG, asset.tag())
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("Content-Security-Policy", POLICY)
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff");
    }

    /** @return {@code null} if there is none */
    private static Asset read(String file, String type) {
        try (var in = ConsoleController.class.getResourceAsStream("/console/" + file)) {
            if (in == null) {
                return null;
            }
            var bytes = in.readAllBytes();
            var hash = Codec.sha256().digest(bytes);
            var tag = '"' + HexFormat.of().formatHex(hash, 0, 8) + '"';
            return new Asset(new String(bytes, StandardCharsets.UTF_8), type, tag);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProblemException nothingHere() {
        return ProblemException.of(ProblemCode.NOT_FOUND, "The console has no such file");
    }
}
