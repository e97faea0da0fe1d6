/** Configuration, from YAML and from the files of MCP clients. */
@NullMarked
package io.mcprealtime.server.config;

import org.jspecify.annotations.NullMarked;
