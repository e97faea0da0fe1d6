package io.mcprealtime.spool;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** The spool could not keep what it was given: it is full, closed, or its disk fails. */
public final class SpoolException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  SpoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
