package io.daybook.localstack;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.Map;

/** As little as a function on Micronaut can answer: what the functions' cold starts are measured against, too. */
@Controller("/plain")
final class Plain {
    @Get
    Map<String, String> answer() {
        return Map.of("answer", "plain");
    }
}
