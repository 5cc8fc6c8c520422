package io.daybook.processor;

import io.daybook.contract.QueueMessage;

/**
 * A message to apply.
 *
 * @param attempt how often it has been delivered, this time included
 */
record Work(QueueMessage message, int attempt) {}
