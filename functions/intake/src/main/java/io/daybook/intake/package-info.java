/**
 * HTTP in, queue out: validates, claims the idempotency key, records the operation as pending, puts it on the queue of
 * its ledger, and only then answers. {@link io.daybook.intake.Intake} is that path; there is no database in it.
 */
@Configuration
@Requires(missingProperty = "daybook.absent.intake")
package io.daybook.intake;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
