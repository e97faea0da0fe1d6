package io.mcprealtime.server.config;

import io.mcprealtime.McpRealtimeException;
import java.util.List;

/** A configuration cannot be used; says everything that is wrong with it at once. */
public final class ConfigException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(List<String> errors) {
    super(String.join(System.lineSeparator(), errors));
  }
}
