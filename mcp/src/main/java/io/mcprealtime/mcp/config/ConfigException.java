package io.mcprealtime.mcp.config;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** A config that cannot be used as it stands; the message never holds a value of the config. */
public final class ConfigException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  ConfigException(String message) {
    this(message, null);
  }

  ConfigException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
