/**
 * Queue in: each ledger's operations are applied to PostgreSQL in order. {@link io.daybook.processor.OperationsHandler}
 * takes them from the queue, {@link io.daybook.processor.Bookkeeper} applies them.
 */
@Configuration
@Requires(missingProperty = "daybook.absent.processor")
package io.daybook.processor;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
