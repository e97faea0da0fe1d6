/** The import of MCP clients' config files, so that an existing one is all that is needed. */
@NullMarked
package io.mcprealtime.mcp.config;

import org.jspecify.annotations.NullMarked;
