package io.daybook.localstack;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of the deployment on LocalStack, which it gets as a parameter; one for all such tests of a run.
 *
 * <p>Skipped where there is no Docker engine or no Terraform, and says so; failed there instead when the environment's
 * {@code DAYBOOK_LOCALSTACK} is {@code required}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DeploymentExtension.class)
@interface Deployed {}
