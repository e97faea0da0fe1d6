package io.mcprealtime.pack;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** A chunk's bytes are not what an encoder of a known version wrote. */
public final class DamagedChunkException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  public DamagedChunkException(String message) {
    super(message);
  }

  public DamagedChunkException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
