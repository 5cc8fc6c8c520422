package io.daybook.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daybook's Terraform is a module for a configuration that stands in a repository of its own. */
@Deployed
class ModuleIT {
    private final Deployment daybook;

    ModuleIT(Deployment daybook) {
        this.daybook = daybook;
    }

    @Test
    void the_example_is_planned_where_nothing_of_this_repository_is(@TempDir Path elsewhere) throws Exception {
        var example = Files.readString(Deployment.REPOSITORY.resolve("examples/terraform/main.tf"));
        var fetched = "git::%s//infra/terraform?ref=%s"
                .formatted(Deployment.REPOSITORY.toUri().toString().replaceFirst("/$", ""), commit());
        Files.writeString(elsewhere.resolve("main.tf"), example.replace("../../infra/terraform", fetched));
        Files.writeString(elsewhere.resolve("jwks.json"), daybook.jwks());
        Files.createDirectory(elsewhere.resolve("daybook"));
        for (var function : new String[] {"intake", "processor", "status", "webhooks"}) {
            Files.writeString(elsewhere.resolve("daybook/" + function + ".zip"), function);
        }

        var plan = new Terraform(elsewhere, elsewhere.resolve("work"), URI.create(daybook.endpoint()), Map.of()).plan();

        assertThat(example).contains("../../infra/terraform");
        assertThat(plan)
                .containsPattern("Plan: [0-9]+ to add, 0 to change, 0 to destroy")
                .contains("module.daybook.module.function[\"processor\"].aws_lambda_function.this will be created")
                .containsPattern("function_name += \"payments-processor\"");
    }

    private static String commit() throws IOException {
        var git = new ProcessBuilder("git", "-C", Deployment.REPOSITORY.toString(), "rev-parse", "HEAD").start();
        return new String(git.getInputStream().readAllBytes()).strip();
    }
}
