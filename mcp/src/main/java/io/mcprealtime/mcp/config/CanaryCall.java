package io.mcprealtime.mcp.config;

/**
 * A tool call that a config asks for, to prove what lies behind a server.
 *
 * @param tool the tool's name
 * @param argumentsJson its arguments, a JSON object
 */
public record CanaryCall(String tool, String argumentsJson) {
  /** The tool only: arguments may hold secrets. */
  @Override
  public String toString() {
    return "CanaryCall[" + tool + "]";
  }
}
