/** The HTTP API, live events and the dashboard's files. */
@NullMarked
package io.mcprealtime.server.http;

import org.jspecify.annotations.NullMarked;
