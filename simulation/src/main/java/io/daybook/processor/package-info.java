/** The door into the processor's own package. */
package io.daybook.processor;
