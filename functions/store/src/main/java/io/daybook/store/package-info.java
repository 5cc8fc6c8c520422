/** The tables in PostgreSQL: a class for each, with all of its SQL, as text that could be pasted into {@code psql}. */
@Configuration
package io.daybook.store;

import io.micronaut.context.annotation.Configuration;
