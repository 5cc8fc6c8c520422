package io.daybook.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "cold-start",
        mixinStandardHelpOptions = true,
        description = "Runs localstack/cold-start on what localstack/deploy has deployed.")
final class ColdStart implements Callable<Integer> {
    @Parameters(paramLabel = "RUNS", defaultValue = "5", description = "of each function (default: ${DEFAULT-VALUE})")
    private int runs;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var script = Results.home().resolve("localstack/cold-start").toAbsolutePath();
        var process = new ProcessBuilder(script.toString(), Integer.toString(runs)).inheritIO();
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return process.start().waitFor();
    }
}
