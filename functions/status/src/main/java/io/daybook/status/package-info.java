/**
 * Every GET: operations from Redis, and from PostgreSQL when Redis has forgotten or is down; the books from PostgreSQL.
 */
@Configuration
@Requires(missingProperty = "daybook.absent.status")
package io.daybook.status;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
