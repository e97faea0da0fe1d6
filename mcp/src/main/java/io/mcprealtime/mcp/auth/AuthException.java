package io.mcprealtime.mcp.auth;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/**
 * No token can be had. The message is our own words; {@link #said} is what the other side wrote,
 * which ends the sentence and may hold anything, secrets included.
 */
public final class AuthException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  private final @Nullable String said;

  AuthException(String message) {
    this(message, null, null);
  }

  AuthException(String message, @Nullable String said) {
    this(message, said, null);
  }

  AuthException(String message, @Nullable String said, @Nullable Throwable cause) {
    super(message, cause);
    this.said = said;
  }

  /** What the other side wrote, not fit to be shown as it is; null when it wrote nothing. */
  public @Nullable String said() {
    return said;
  }
}
