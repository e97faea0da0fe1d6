/** Watches servers: schedules probes, collects what they find, keeps the live view. */
@NullMarked
package io.mcprealtime.server.monitor;

import org.jspecify.annotations.NullMarked;
