/**
 * Daybook whole on one machine: the same handlers as in AWS, on embedded PostgreSQL, Redis and SQS, behind an HTTP front
 * that speaks API Gateway's proxy events and a poller that behaves like Lambda's event source mapping.
 *
 * <p>{@link io.daybook.local.Stack} is the way in.
 */
package io.daybook.local;
