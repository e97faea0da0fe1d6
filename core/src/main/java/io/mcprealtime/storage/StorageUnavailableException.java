package io.mcprealtime.storage;

import org.jspecify.annotations.Nullable;

/**
 * A storage backend cannot take or answer anything now, whatever is asked: it is away, too slow,
 * read-only, full or refuses the connection. The same call may go well later.
 */
public final class StorageUnavailableException extends StorageException {
  private static final long serialVersionUID = 1;

  public StorageUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
