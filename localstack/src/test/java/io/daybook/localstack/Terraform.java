package io.daybook.localstack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Terraform, run on a LocalStack as users do it; what it keeps is kept under {@code target}. */
final class Terraform {
    private static final long MINUTES_MAX = 10;

    private final Path root;
    private final Path work;
    private final Map<String, String> environment;

    /** @param root the folder of the configuration */
    Terraform(Path root, Path work, URI endpoint, Map<String, String> variables) {
        this.root = root;
        this.work = work;
        var environment = new HashMap<String, String>();
        environment.put("AWS_ENDPOINT_URL", endpoint.toString());
        environment.put("TF_DATA_DIR", work.resolve("terraform").toString());
        environment.put("TF_IN_AUTOMATION", "1");
        variables.forEach((name, value) -> environment.put("TF_VAR_" + name, value));
        this.environment = Map.copyOf(environment);
    }

    static boolean isInstalled() {
        try {
            return new ProcessBuilder("terraform", "version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void apply() {
        init();
        run(List.of(
                "apply",
                "-auto-approve",
                "-input=false",
                "-no-color",
                "-state=" + state(),
                "-var-file=localstack.tfvars"));
    }

    /** What it would make, asked for with credentials, as AWS wants them. */
    String plan() {
        init();
        return run(
                List.of("plan", "-input=false", "-no-color"),
                Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test"));
    }

    private void init() {
        var init = new ArrayList<>(List.of("init", "-input=false", "-no-color", "-backend=false"));
        var plugins = System.getenv("TF_PLUGIN_DIR");
        if (plugins != null && !plugins.isEmpty()) {
            init.add("-plugin-dir=" + plugins);
        }
        run(init);
    }

    String output(String name) {
        return run(List.of("output", "-state=" + state(), "-raw", name)).strip();
    }

    private Path state() {
        return work.resolve("terraform.tfstate");
    }

    private String run(List<String> arguments) {
        return run(arguments, Map.of());
    }

    private String run(List<String> arguments, Map<String, String> credentials) {
        var command = new ArrayList<>(List.of("terraform", "-chdir=" + root));
        command.addAll(arguments);
        var log = work.resolve("terraform-" + arguments.getFirst() + ".log");
        var complaints = work.resolve("terraform-" + arguments.getFirst() + ".err");
        try {
            Files.createDirectories(work);
            var builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(log.toFile())
                    .redirectError(complaints.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
            builder.environment().putAll(environment);
            builder.environment().putAll(credentials);
            var process = builder.start();
            if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("terraform did not end; see " + log);
            }
            var output = Files.readString(log);
            if (process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", arguments) + ":\n" + output + Files.readString(complaints));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
