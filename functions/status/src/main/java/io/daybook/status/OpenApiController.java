package io.daybook.status;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The description of the API that this function is a part of. */
@Controller("/v1/openapi.yaml")
@Secured(SecurityRule.IS_ANONYMOUS)
final class OpenApiController {

    @Get(produces = "application/yaml")
    String document() throws IOException {
        try (var in = OpenApiController.class.getResourceAsStream("/openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
