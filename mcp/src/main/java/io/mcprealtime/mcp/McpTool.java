package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import tools.jackson.databind.JsonNode;

/**
 * A tool that a server lists.
 *
 * @param definition all that the server says of it: description, schemas, annotations
 */
public record McpTool(String name, JsonNode definition) {
  public McpTool {
    requireNonNull(name, "name");
    requireNonNull(definition, "definition");
  }
}
