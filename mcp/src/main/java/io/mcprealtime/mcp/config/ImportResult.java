package io.mcprealtime.mcp.config;

import java.util.List;

/**
 * What an import gave.
 *
 * @param servers the servers that can be watched, in the order of the file, each id once
 * @param problems what was left out or is in doubt
 */
public record ImportResult(List<ServerDefinition> servers, List<ConfigProblem> problems) {
  public ImportResult {
    servers = List.copyOf(servers);
    problems = List.copyOf(problems);
  }
}
