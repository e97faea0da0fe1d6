package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** The embedded server's port belongs to another program. */
final class PortTakenException extends StorageException {
  private static final long serialVersionUID = 1;

  PortTakenException(int port, @Nullable Throwable cause) {
    super(
        ("port %d of 127.0.0.1 is in use by another program or not permitted; stop that program or"
                + " choose another port (0 takes a free one)")
            .formatted(port),
        cause);
  }
}
