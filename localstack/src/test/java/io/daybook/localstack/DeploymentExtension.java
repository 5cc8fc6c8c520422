package io.daybook.localstack;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.testcontainers.DockerClientFactory;

/** Deploys once, before the first test that asks for it, and takes all away after the last. */
final class DeploymentExtension implements ExecutionCondition, ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DeploymentExtension.class);
    private static final boolean REQUIRED = "required".equals(System.getenv("DAYBOOK_LOCALSTACK"));
    private static final AtomicBoolean SAID = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var missing = missing();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("Docker and Terraform are there");
        }
        if (REQUIRED) {
            throw new IllegalStateException("DAYBOOK_LOCALSTACK is required, and " + missing.get());
        }
        if (SAID.compareAndSet(false, true)) {
            System.out.println("The tests on LocalStack are SKIPPED: " + missing.get()); // where a user sees it
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    private static Optional<String> missing() {
        if (!Terraform.isInstalled()) {
            return Optional.of("there is no terraform on the PATH");
        }
        return DockerClientFactory.instance().isDockerAvailable()
                ? Optional.empty()
                : Optional.of("no Docker engine answers");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Deployment.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return deployment(context);
    }

    /** Whatever a test did, the books of the ledgers that it opened hold. */
    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            deployment(context).booksHold();
        }
    }

    private static Deployment deployment(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("deployment", ignored -> Deployment.make(), Deployment.class);
    }
}
