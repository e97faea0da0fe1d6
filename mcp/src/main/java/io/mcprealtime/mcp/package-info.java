/**
 * Our MCP client for both eras and three transports, the probe, and the import of client configs.
 */
@NullMarked
package io.mcprealtime.mcp;

import org.jspecify.annotations.NullMarked;
