package io.mcprealtime.storage;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** A storage backend could not do what was asked, or refuses it. */
public class StorageException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
