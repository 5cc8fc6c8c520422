/**
 * The accounting rules as decisions on values: what an operation does to the books, or why it is refused. No
 * framework, no I/O; {@link io.daybook.ledger.Book} is the way in.
 */
package io.daybook.ledger;
