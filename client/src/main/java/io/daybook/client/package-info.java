/** Daybook's API for programs in Java. */
package io.daybook.client;
