package io.mcprealtime;

import org.jspecify.annotations.Nullable;

/** The root of the library's exceptions: its message names the thing, the value and the way out. */
public class McpRealtimeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public McpRealtimeException(String message) {
    super(message);
  }

  public McpRealtimeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
