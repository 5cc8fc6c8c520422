/**
 * What every function runs on: who calls, problems as answers, the connection to Redis, the clock. Nothing in it knows
 * what a ledger is.
 */
package io.daybook.runtime;
