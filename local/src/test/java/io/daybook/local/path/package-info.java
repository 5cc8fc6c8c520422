/** The whole path on the real servers: from an HTTP request, or an event, to the books and back. */
package io.daybook.local.path;
