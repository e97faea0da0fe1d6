/**
 * A small real MCP server that speaks both eras over all transports, and misbehaves on demand. The
 * demonstration watches it, and tests probe it.
 */
@NullMarked
package io.mcprealtime.mcp.sample;

import org.jspecify.annotations.NullMarked;
