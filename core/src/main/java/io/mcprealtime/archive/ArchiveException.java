package io.mcprealtime.archive;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** An export cannot be written or read. */
public final class ArchiveException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  public ArchiveException(String message) {
    super(message);
  }

  public ArchiveException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
