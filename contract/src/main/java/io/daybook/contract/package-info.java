/**
 * What the functions say to each other and to clients: commands, operations and their states, problems, the queue
 * message, the keys in Redis. Values only, no I/O.
 */
package io.daybook.contract;
