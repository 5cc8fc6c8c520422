/**
 * How a request becomes an operation that is safe: validated as far as Redis knows its ledger, its idempotency key
 * claimed, pending for its readers, on the queue. {@link io.daybook.accept.Intake} is that path; there is no database
 * in it.
 */
@Configuration
@Requires(missingProperty = "daybook.absent.accept")
package io.daybook.accept;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
