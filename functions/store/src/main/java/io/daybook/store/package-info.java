/** The tables in PostgreSQL: a class for each, with all of its SQL, as text that could be pasted into {@code psql}. */
@Configuration
@Requires(missingProperty = "daybook.absent.store")
package io.daybook.store;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
