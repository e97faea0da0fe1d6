package io.mcprealtime.mcp.config;

import io.mcprealtime.Severity;

/**
 * What is wrong with a config, or should be known about it.
 *
 * @param file where the config came from
 * @param key the place in it, for example {@code mcpServers.files.env}; empty for the whole file
 * @param severity ERROR: the server is left out; WARNING: it is watched, with a reserve; INFO: it
 *     was left out on purpose
 * @param reason a sentence with the way out; it holds no value of the config
 */
public record ConfigProblem(String file, String key, Severity severity, String reason) {
  @Override
  public String toString() {
    return key.isEmpty() ? file + ": " + reason : file + ": " + key + ": " + reason;
  }
}
