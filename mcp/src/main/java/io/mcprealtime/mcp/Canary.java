package io.mcprealtime.mcp;

import tools.jackson.databind.node.ObjectNode;

/**
 * A tool call of the operator's choice that proves what lies behind the server. It should be cheap
 * and change nothing.
 *
 * @param tool the tool's name
 * @param argumentsJson its arguments, a JSON object
 */
public record Canary(String tool, String argumentsJson) {
  /**
   * @throws IllegalArgumentException when the name is blank or the arguments are no JSON object
   */
  public Canary {
    if (tool.isBlank()) {
      throw new IllegalArgumentException("a canary needs the name of a tool");
    }
    if (Json.objectOrNull(argumentsJson) == null) {
      throw new IllegalArgumentException(
          "the arguments of canary '%s' must be a JSON object like {\"path\": \"/\"}"
              .formatted(tool));
    }
  }

  /** A canary that calls a tool without arguments. */
  public static Canary of(String tool) {
    return new Canary(tool, "{}");
  }

  /** The tool only: arguments may hold secrets. */
  @Override
  public String toString() {
    return "Canary[" + tool + "]";
  }

  ObjectNode arguments() {
    ObjectNode arguments = Json.objectOrNull(argumentsJson);
    return arguments == null ? Json.object() : arguments;
  }
}
