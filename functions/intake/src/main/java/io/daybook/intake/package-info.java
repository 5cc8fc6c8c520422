/** HTTP in, queue out: the requests for operations of a ledger that they name. There is no database here. */
@Configuration
@Requires(missingProperty = "daybook.absent.intake")
package io.daybook.intake;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
