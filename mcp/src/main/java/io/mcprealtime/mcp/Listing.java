package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.List;

/**
 * One list as a server gave it.
 *
 * @param oddities what is wrong with it, in words
 * @param ttl how long the server asks not to be asked again
 */
record Listing(List<McpTool> entries, List<String> oddities, Duration ttl) {
  static final Listing NONE = new Listing(List.of(), List.of(), Duration.ZERO);
}
