/**
 * Events out, by HTTP: what has happened in the ledgers of a tenant is sent to the endpoints that it has named, as <a
 * href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks</a>
 * says. {@link io.daybook.webhooks.WebhooksHandler} is called by the schedule, {@link io.daybook.webhooks.Webhooks} does it.
 */
@Configuration
@Requires(missingProperty = "daybook.absent.webhooks")
package io.daybook.webhooks;

import io.micronaut.context.annotation.Configuration;
import io.micronaut.context.annotation.Requires;
